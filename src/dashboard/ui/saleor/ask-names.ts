/** The questions behind names.ts: fetched with the first of them, not with the page. */
import { CustomerByEmailDocument, CustomerNamesDocument } from "@graphql/generated/graphql";
import { asker, type SaleorAccess } from "../full-sync/saleor-source";
import type { CustomerName } from "./names";

export async function askNames(access: SaleorAccess, ids: readonly string[]): Promise<Map<string, CustomerName>> {
  const answer = await asker(access)(CustomerNamesDocument, { ids: [...ids] });
  const people = answer.customers?.edges.map(({ node }) => node) ?? [];
  return new Map(people.map(({ id, email, firstName, lastName }) => [id, { name: `${firstName} ${lastName}`.trim(), email }]));
}

/** `null` = Saleor has no such customer. */
export async function askIdByEmail(access: SaleorAccess, email: string): Promise<string | null> {
  return (await asker(access)(CustomerByEmailDocument, { email })).user?.id ?? null;
}
