import { UpdatePrivateMetadataDocument } from "@graphql/generated/graphql";
import type { SaleorClient } from "./client";

/** One key of one customer; the others stay. `refused`: Saleor took the question and said no to this customer or key. */
export async function writePrivate(
  client: SaleorClient,
  id: string,
  key: string,
  value: string,
): Promise<"written" | "refused" | "unavailable"> {
  const answer = await client.request(UpdatePrivateMetadataDocument, { id, input: [{ key, value }] });
  if (answer.kind !== "ok" || answer.errors.length > 0 || !answer.data.updatePrivateMetadata) return "unavailable";
  return answer.data.updatePrivateMetadata.errors.length === 0 ? "written" : "refused";
}
