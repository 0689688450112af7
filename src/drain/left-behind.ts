/**
 * Contacts that a customer left behind are dealt with before the customer is looked at again. They are noted with the
 * verdict that left them, so that neither a crash nor a provider that does not answer forgets them.
 */
import { forgetLeft } from "@/ledger/identities";
import type { DueRow } from "@/ledger/row";
import type { DeletionPolicy } from "@/model/connection";
import type { Outcome } from "@/model/outcome";
import type { BatchWork } from "./deliver";
import type { DrainDeps } from "./deps";
import { partWith } from "./gone";

export type Parted =
  | { kind: "ready"; row: DueRow }
  /** `outcome` null = its address is being written to at this moment. */
  | { kind: "waits"; row: DueRow; outcome: Extract<Outcome, { kind: "retry" | "auth" }> | null };

/** Their customer is still there: nothing is erased for having moved. */
function milder({ connection: { settings } }: BatchWork): DeletionPolicy {
  return settings.deletion === "erase" ? "archive" : settings.deletion;
}

export async function partWithLeft(deps: DrainDeps, work: BatchWork, row: DueRow): Promise<Parted> {
  const done: string[] = [];
  let waits: Extract<Parted, { kind: "waits" }> | null = null;
  for (const held of row.leftBehind) {
    if (waits) break;
    const parting = held.remoteKey === row.remoteKey ? null : await partWith(deps, { ...work, row, policy: milder(work) }, held);
    if (parting?.kind === "own") continue;
    if (parting?.kind === "busy") waits = { kind: "waits", row, outcome: null };
    else if (parting?.kind === "outcome" && (parting.outcome.kind === "retry" || parting.outcome.kind === "auth"))
      waits = { kind: "waits", row, outcome: parting.outcome };
    else done.push(held.remoteKey);
  }
  if (done.length > 0) await forgetLeft(deps.db, work.lease, row, done);
  return waits ?? { kind: "ready", row: { ...row, leftBehind: row.leftBehind.filter((held) => !done.includes(held.remoteKey)) } };
}
