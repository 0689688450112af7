/**
 * A contact that a run created is taken back: archived or tagged, never written otherwise. Left alone is whoever was
 * changed by somebody else since, or stands for somebody else as well. Asked for again after a crash it finds its own work
 * done, and says so.
 */
import { isHeldByAnother } from "@/ledger/identities";
import type { DueRow, Undo } from "@/ledger/row";
import type { Verdict } from "@/ledger/settle";
import type { Contact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import { UNDO_TAG, type UndoWay } from "@/model/undo";
import type { Link, ProviderContact } from "@/providers/contract";
import type { BatchWork, Judged } from "./deliver";
import type { DrainDeps } from "./deps";
import { emailHmac } from "./identity";
import { judge, judgeSkipped, lookAgain, looked, type Sent } from "./judge";

/** What Saleor shows of a customer whose contact is taken back; without a contact there is nothing to send of them. */
interface Seen {
  contact: Contact | null;
  fingerprint: string | null;
  updatedAt: string;
}

export interface UndoStep {
  kind: "undo";
  row: DueRow;
  undo: Undo;
  /** `null` = Saleor does not show the customer any more. */
  seen: Seen | null;
  readAt: Date;
}

const REASON = { archive: "undone_archived", tag: "undone_tagged" } as const satisfies Record<UndoWay, string>;
/** Between our clock and the vendor's, and between our write and what the vendor still does after it. */
const TOLERANCE_MS = 5 * 60_000;

export const isAsked = (row: DueRow): row is DueRow & { undo: Undo } => row.undo?.state === "asked";

/**
 * Taken back, and nobody has asked for this customer since: nothing is sent before something about them changes in Saleor.
 * A login moves `updatedAt` and leaves what would be sent; another rule of the merchant's changes that and not the customer.
 * `null` = not so.
 */
export function judgeStillUndone(row: DueRow, sent: Sent): Verdict | null {
  const { undo } = row;
  if (undo?.state !== "done" || undo.again) return null;
  const { fingerprint, updatedAt } = sent;
  if (undo.fingerprint !== fingerprint && undo.updatedAt !== updatedAt) return null;
  return { ...judgeSkipped(row, REASON[undo.way], sent), undo: { kept: { ...undo, fingerprint, updatedAt }, end: null } };
}

export async function undoOne(deps: DrainDeps, work: BatchWork, step: UndoStep): Promise<Judged> {
  const { row } = step;
  const { connection, provider, link, addresses } = work;
  const { remoteKey } = row;
  // It passed on to somebody else after it was asked for.
  if (remoteKey === null) return { ...left(row, "identity_in_use"), outcome: null };
  const read = await provider.customers.read(link, { remoteKey });
  if (read.kind !== "ok") return failed(deps, work, step, read);
  if (read.value === null) return left(row, "already_removed");
  const hmac = emailHmac(connection.pepper, read.value.email);
  if (!addresses.take(connection.id, hmac)) return { verdict: lookAgain(row), outcome: null };
  try {
    if (await isHeldByAnother(deps.db, connection.id, { remoteKey, emailHmac: hmac }, row.customerId)) return left(row, "identity_in_use");
    return await takeBack(deps, work, step, { held: read.value, hmac, remoteKey });
  } finally {
    addresses.release(connection.id, hmac);
  }
}

interface Found {
  held: ProviderContact;
  hmac: string;
  remoteKey: string;
}

async function takeBack(deps: DrainDeps, work: BatchWork, step: UndoStep, found: Found): Promise<Judged> {
  const { row, undo } = step;
  if (isDone(undo.way, found.held)) return undone(step, "unchanged");
  if (found.held.hasOptedOut) return left(row, "undo_opted_out");
  if (await isChanged(work, step, found)) return left(row, "undo_changed");
  const outcomes = await work.provider.customers.remove(
    withTag(work.link),
    [{ key: row.customerId, remoteKey: found.remoteKey }],
    undo.way,
  );
  const outcome = outcomes.get(row.customerId) ?? { kind: "retry" as const, reason: "no_answer" };
  if (outcome.kind === "delivered" || outcome.kind === "unchanged")
    return undone(step, outcome.kind === "delivered" ? "updated" : "unchanged");
  return outcome.kind === "skipped" ? left(row, outcome.reason) : failed(deps, work, step, outcome);
}

/** By an earlier try whose answer was lost, or by somebody who wanted the same. */
function isDone(way: UndoWay, held: ProviderContact): boolean {
  return way === "archive" ? held.status === "archived" : held.tags.some((tag) => sameTag(tag, UNDO_TAG));
}

/** By anybody but us, after we delivered it last. Where Saleor has changed since, what differs tells nothing. */
async function isChanged({ provider, link }: BatchWork, { row, undo, seen }: UndoStep, { held, hmac }: Found): Promise<boolean> {
  if (row.emailHmac !== null && hmac !== row.emailHmac) return true;
  if (held.changedAt && undo.since && Date.parse(held.changedAt) > Date.parse(undo.since) + TOLERANCE_MS) return true;
  const ours = [...row.ownedTags, ...(seen?.contact?.mapped.tags ?? [])];
  if (held.tags.some((tag) => !ours.some((one) => sameTag(one, tag)))) return true;
  if (!seen?.contact || seen.fingerprint !== row.fingerprint) return false;
  const foreseen = await provider.customers.foresee(link, [seen.contact]);
  return foreseen.get(row.customerId)?.kind === "would_update";
}

const sameTag = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The tag of an undo says what happened; that of the deletion policy would say that the customer is gone. */
const withTag = (link: Link): Link => ({ ...link, settings: { ...link.settings, deletionTag: UNDO_TAG } });

function undone({ row, undo, seen, readAt }: UndoStep, change: "updated" | "unchanged"): Judged {
  const { way, run } = undo;
  const kept: Undo = { state: "done", way, run, fingerprint: seen?.fingerprint ?? null, updatedAt: seen?.updatedAt ?? null };
  const verdict: Verdict = {
    ...settled(row, "skipped", REASON[way]),
    change,
    fingerprint: null,
    refusedFingerprint: null,
    // Ours, so that it goes when the customer is sent again.
    ...(way === "tag" && { ownedTags: [...new Set([...row.ownedTags, UNDO_TAG])] }),
    // A deletion that an event spoke of comes next.
    ...(seen ? looked(row, { updatedAt: seen.updatedAt, readAt }) : { dueInSeconds: row.goneAt ? 0 : null, readAt }),
    undo: { kept, end: "undone" },
  };
  return { verdict, outcome: { kind: "unchanged" } };
}

/** What waited before somebody asked, and a change in Saleor since, is looked at next. */
const nextLook = ({ historic, undo }: DueRow): number | null => (historic && !undo?.waited ? null : 0);

function left(row: DueRow, reason: string): Judged {
  return {
    verdict: { ...settled(row, "in_sync", reason), dueInSeconds: nextLook(row), undo: { kept: null, end: "left" } },
    outcome: { kind: "unchanged" },
  };
}

function failed(deps: DrainDeps, work: BatchWork, { row, undo, readAt }: UndoStep, outcome: Outcome): Judged {
  if (outcome.kind === "refused") {
    const verdict = { ...settled(row, "in_sync" as const, outcome.reason), vendorText: outcome.vendorText ?? null };
    return { outcome, verdict: { ...verdict, dueInSeconds: nextLook(row), undo: { kept: null, end: "failed" } } };
  }
  const sent: Sent = {
    fingerprint: "",
    emailHmac: "",
    consents: {},
    ruleState: {},
    isOnce: false,
    problems: [],
    updatedAt: readAt.toISOString(),
    readAt,
  };
  const rules = { retry: deps.retry, now: deps.now(), cutOffSeconds: work.provider.limits.vendorCutOffSeconds };
  // What was delivered stands; only taking it back has to wait.
  const { fingerprint: _stands, ...verdict } = judge(row, outcome, sent, rules);
  return { outcome, verdict: { ...verdict, undo: { kept: undo, end: null } } };
}

const settled = (row: DueRow, state: Verdict["state"], reason: string): Verdict => ({
  row,
  state,
  dueInSeconds: null,
  attempts: 0,
  failingSince: null,
  reason,
});
