import { UpdatePrivateMetadataDocument } from "@graphql/generated/graphql";
import type { SaleorClient } from "./client";

/** One key of one customer; the others stay. @returns whether Saleor took it. */
export async function writePrivate(client: SaleorClient, id: string, key: string, value: string): Promise<boolean> {
  const answer = await client.request(UpdatePrivateMetadataDocument, { id, input: [{ key, value }] });
  return answer.kind === "ok" && answer.errors.length === 0 && answer.data.updatePrivateMetadata?.errors.length === 0;
}
