/**
 * A contact that its customer stands for no more: the customer is gone from Saleor, or moved onto another contact.
 * Nothing is removed while somebody else stands behind its address: another row of the connection, or a customer in
 * Saleor, to whom it passes on.
 */
import { isHeldByAnother, passOn } from "@/ledger/identities";
import type { DueRow, Held } from "@/ledger/row";
import type { DeletionPolicy, OpenConnection } from "@/model/connection";
import type { Outcome } from "@/model/outcome";
import type { AnyProvider, Link } from "@/providers/contract";
import { saleorReason } from "@/saleor/reasons";
import type { Addresses } from "./addresses";
import type { DrainDeps } from "./deps";
import { emailHmac } from "./identity";

const PAST = { archive: "archived", tag: "tagged", erase: "erased" } as const;

export type Parting =
  | { kind: "closed"; reason: string }
  /** The customer has this very address again, and takes the contact with the next delivery. */
  | { kind: "own" }
  /** Its address is being written to at this moment. */
  | { kind: "busy" }
  | { kind: "outcome"; outcome: Exclude<Outcome, { kind: "delivered" | "unchanged" }> };

export interface PartingWork {
  provider: AnyProvider;
  connection: OpenConnection;
  link: Link;
  addresses: Addresses;
  row: DueRow;
  /** What is done where nobody else stands behind the contact. */
  policy: DeletionPolicy;
}

/** Lets go of the contact as the policy says, if nobody else stands behind it. */
export async function partWith(deps: DrainDeps, work: PartingWork, held: Held): Promise<Parting> {
  const { provider, connection, link, addresses } = work;
  const contact = await provider.customers.read(link, { remoteKey: held.remoteKey });
  if (contact.kind !== "ok") return { kind: "outcome", outcome: contact };
  if (contact.value === null) return { kind: "closed", reason: "already_removed" };
  const hmac = emailHmac(connection.pepper, contact.value.email);
  // Whoever comes to this address while we ask who has it is written when that is over.
  if (!addresses.take(connection.id, hmac)) return { kind: "busy" };
  try {
    return await letGo(deps, work, { ...held, emailHmac: hmac }, contact.value.email);
  } finally {
    addresses.release(connection.id, hmac);
  }
}

async function letGo(deps: DrainDeps, work: PartingWork, held: Held & { emailHmac: string }, email: string): Promise<Parting> {
  const { connection, row } = work;
  if (await isHeldByAnother(deps.db, connection.id, held, row.customerId)) return { kind: "closed", reason: "identity_in_use" };
  const owner = await deps.findCustomerByEmail(connection.shop, email);
  if (owner.kind === "unreadable") return { kind: "outcome", outcome: { kind: "retry", reason: saleorReason(owner.reason) } };
  if (owner.kind === "none") return remove(work, held.remoteKey);
  if (owner.id === row.customerId) return { kind: "own" };
  await passOn(deps.db, connection.id, owner.id, held);
  return { kind: "closed", reason: "identity_in_use" };
}

async function remove({ provider, link, row, policy }: PartingWork, remoteKey: string): Promise<Parting> {
  if (policy === "leave") return { kind: "closed", reason: "deleted_left" };
  const outcomes = await provider.customers.remove(link, [{ key: row.customerId, remoteKey }], policy);
  const outcome = outcomes.get(row.customerId) ?? { kind: "retry" as const, reason: "no_answer" };
  if (outcome.kind === "delivered" || outcome.kind === "unchanged") return { kind: "closed", reason: `deleted_${PAST[policy]}` };
  return { kind: "outcome", outcome };
}
