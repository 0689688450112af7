import { AppIdentityDocument, type AppIdentityQuery } from "@graphql/generated/graphql";
import type { SaleorClient } from "./client";
import { type CoreVersion, parseCoreVersion } from "./webhook-definitions";

/** Null = could not look. */
export async function coreVersionOf(client: SaleorClient): Promise<CoreVersion | null> {
  const identity = await client.request(AppIdentityDocument, {});
  return identity.kind === "ok" ? parseCoreVersion(versionIn(identity.data) ?? "") : null;
}

/** An answer that broke on its way may lack the shop, whatever the schema promises. */
export function versionIn({ shop }: { shop: AppIdentityQuery["shop"] | null }): string | null {
  return shop?.version ?? null;
}
