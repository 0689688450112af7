/**
 * A customer is gone from Saleor: what happens to the contact. Nothing is removed while somebody else stands behind
 * that identity: another row of the connection, or a customer in Saleor with the same address.
 */
import { isIdentityTaken } from "@/ledger/due";
import type { DueRow } from "@/ledger/row";
import type { OpenConnection } from "@/model/connection";
import type { Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { AnyProvider, Link } from "@/providers/contract";
import { saleorReason } from "@/saleor/reasons";
import type { DrainDeps } from "./deps";
import { emailHmac } from "./identity";

export type Removal =
  /** `owner`: the customer who has the address now. */
  | { kind: "closed"; reason: string; owner?: CustomerId }
  | { kind: "outcome"; outcome: Exclude<Outcome, { kind: "delivered" | "unchanged" }> };

/** Removes the contact under `remoteKey` as the merchant's policy says, if nobody else stands behind it. */
export async function removeContact(
  deps: DrainDeps,
  work: { provider: AnyProvider; connection: OpenConnection; link: Link; row: DueRow; remoteKey: string | null },
): Promise<Removal> {
  const { provider, connection, link, row, remoteKey } = work;
  const policy = connection.settings.deletion;
  // Delivered once under an address that somebody else stands under by now.
  if (!remoteKey) return { kind: "closed", reason: row.emailHmac ? "identity_in_use" : "never_delivered" };
  if (policy === "leave") return { kind: "closed", reason: "deleted_left" };
  const contact = await provider.customers.read(link, { remoteKey });
  if (contact.kind !== "ok") return { kind: "outcome", outcome: contact };
  if (contact.value === null) return { kind: "closed", reason: "already_removed" };
  const owner = await whoOwns(deps, connection, row, contact.value.email);
  if (owner.kind === "unreadable") return { kind: "outcome", outcome: { kind: "retry", reason: saleorReason(owner.reason) } };
  if (owner.kind === "somebody") return { kind: "closed", reason: "identity_in_use", owner: owner.id };
  const outcomes = await provider.customers.remove(link, [{ key: row.customerId, remoteKey }], policy);
  const outcome = outcomes.get(row.customerId) ?? { kind: "retry" as const, reason: "no_answer" };
  if (outcome.kind === "delivered" || outcome.kind === "unchanged") return { kind: "closed", reason: "deleted_archived" };
  return { kind: "outcome", outcome };
}

async function whoOwns(deps: DrainDeps, connection: OpenConnection, row: DueRow, email: string) {
  if (await isIdentityTaken(deps.db, connection.id, emailHmac(connection.pepper, email), row.customerId))
    return { kind: "somebody" as const, id: undefined };
  const found = await deps.findCustomerByEmail(connection.shop, email);
  if (found.kind === "unreadable") return found;
  return found.kind === "found" ? { kind: "somebody" as const, id: found.id } : { kind: "nobody" as const };
}
