import { AppIdentityDocument } from "@graphql/generated/graphql";
import type { SaleorClient } from "./client";
import { type CoreVersion, parseCoreVersion } from "./webhook-definitions";

/** Null = could not look. */
export async function coreVersionOf(client: SaleorClient): Promise<CoreVersion | null> {
  const identity = await client.request(AppIdentityDocument, {});
  return identity.kind === "ok" ? parseCoreVersion(identity.data.shop.version) : null;
}
