/**
 * A customer who is deactivated in Saleor, where the merchant has those archived. What the contact was before is noted, so
 * that it comes back as it was when the customer does. Whatever others archived is theirs.
 */
import { noteArchiving } from "@/ledger/archived";
import { isHeldByAnother } from "@/ledger/identities";
import type { DueRow } from "@/ledger/row";
import type { Verdict } from "@/ledger/settle";
import { INACTIVE } from "@/mapping/map-customer";
import type { Outcome } from "@/model/outcome";
import type { BatchWork, Judged } from "./deliver";
import type { DrainDeps } from "./deps";
import { emailHmac } from "./identity";
import { judge, judgeSkipped, lookAgain, type Sent } from "./judge";

const ARCHIVED = "inactive_archived";

export interface InactiveStep {
  kind: "inactive";
  row: DueRow;
  read: Pick<Sent, "updatedAt" | "readAt">;
}

export async function archiveInactive(deps: DrainDeps, work: BatchWork, { row, read }: InactiveStep): Promise<Judged> {
  const skipped = (reason: string): Judged => ({ verdict: judgeSkipped(row, reason, read), outcome: null });
  const { provider, connection, link, addresses } = work;
  const { remoteKey } = row;
  if (remoteKey === null) return skipped(INACTIVE);
  if (row.archivedFrom !== null && row.reason === ARCHIVED && !row.force) return skipped(ARCHIVED);
  const held = await provider.customers.read(link, { remoteKey });
  if (held.kind !== "ok") return failed(deps, work, { row, read }, held);
  if (held.value === null) return skipped(INACTIVE);
  if (held.value.status === "archived") return skipped(row.archivedFrom === null ? INACTIVE : ARCHIVED);
  const hmac = emailHmac(connection.pepper, held.value.email);
  if (!addresses.take(connection.id, hmac)) return { verdict: lookAgain(row), outcome: null };
  try {
    if (await isHeldByAnother(deps.db, connection.id, { remoteKey, emailHmac: hmac }, row.customerId)) return skipped("identity_in_use");
    if (!(await noteArchiving(deps.db, work.lease, row, held.value.status))) return { verdict: lookAgain(row), outcome: null };
    const outcomes = await provider.customers.remove(link, [{ key: row.customerId, remoteKey }], "archive");
    const outcome = outcomes.get(row.customerId) ?? { kind: "retry" as const, reason: "no_answer" };
    if (outcome.kind === "skipped") return { verdict: judgeSkipped(row, outcome.reason, read), outcome };
    if (outcome.kind !== "delivered" && outcome.kind !== "unchanged") return failed(deps, work, { row, read }, outcome);
    const change: Verdict["change"] = outcome.kind === "delivered" ? "updated" : "unchanged";
    return { verdict: { ...judgeSkipped(row, ARCHIVED, read), change }, outcome };
  } finally {
    addresses.release(connection.id, hmac);
  }
}

function failed(deps: DrainDeps, work: BatchWork, { row, read }: Pick<InactiveStep, "row" | "read">, outcome: Outcome): Judged {
  const sent: Sent = { fingerprint: "", emailHmac: row.emailHmac ?? "", consents: {}, ruleState: {}, isOnce: false, problems: [], ...read };
  const rules = { retry: deps.retry, now: deps.now(), cutOffSeconds: work.provider.limits.vendorCutOffSeconds };
  return { outcome, verdict: { ...judge(row, outcome, sent, rules), fingerprint: null, refusedFingerprint: null } };
}
