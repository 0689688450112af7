/** Outcome -> verdict: what a provider's answer means for the row. Pure. */
import type { DueRow } from "@/ledger/row";
import type { Verdict } from "@/ledger/settle";
import type { RuleState } from "@/model/change-rules";
import type { Outcome, Receipt } from "@/model/outcome";
import { backoffSeconds, isTimeToGiveUp, type RetryRules } from "./backoff";

/** Seconds until another look where Saleor's answer may have been older than the event. */
const REREAD_SECONDS = [2, 10, 60] as const;
/** Between a change and its event: the end of the transaction. Longer ones exist, and cost two more looks. */
const USUALLY_BEHIND_MILLISECONDS = 200;

/** These say something about the provider, not about the customer: the whole limit key waits, not each row for itself. */
const SHARED = new Set(["vendor_unreachable", "vendor_timeout", "vendor_error", "throttled"]);

export function isShared(outcome: Outcome): boolean {
  return outcome.kind === "retry" && (outcome.throttled === true || SHARED.has(outcome.reason));
}

/** What was sent, or would have been. */
export interface Sent {
  fingerprint: string;
  emailHmac: string;
  /** The customer's word on each channel. */
  consents: Readonly<Record<string, boolean>>;
  /** The mapping left something out: reason codes. */
  problems: readonly string[];
  /** What the change rules remember once this has come to its end. */
  ruleState: RuleState;
  /** Change rules added something for this once: the fingerprint does not speak of it. */
  isOnce: boolean;
  /** Saleor's own text: it holds microseconds, which a Date would lose. */
  updatedAt: string;
  readAt: Date;
}

export interface JudgeRules {
  /** After a time-out the vendor may still be at work for so long: a repeat before that could overtake it. */
  cutOffSeconds?: number;
  retry: RetryRules;
  now: Date;
}

export function judge(row: DueRow, outcome: Outcome, sent: Sent, rules: JudgeRules): Verdict {
  return { ...verdictOn(row, outcome, sent, rules), ...fromPartly(row, outcome, sent) };
}

function verdictOn(row: DueRow, outcome: Outcome, sent: Sent, rules: JudgeRules): Verdict {
  switch (outcome.kind) {
    case "delivered":
      return inSync(row, sent, outcome.change, outcome.receipt);
    case "unchanged":
      return inSync(row, sent, "unchanged", outcome.receipt ?? {});
    case "skipped":
      return {
        ...calm(row, "skipped", outcome.reason),
        ...fromReceipt(outcome.receipt ?? {}),
        fingerprint: null,
        emailHmac: sent.emailHmac,
        ...looked(row, sent),
      };
    case "refused":
      return {
        ...calm(row, "refused", outcome.reason),
        vendorText: outcome.vendorText ?? null,
        fingerprint: null,
        refusedFingerprint: sent.isOnce ? null : sent.fingerprint,
        warnings: sent.problems,
        ...looked(row, sent),
      };
    case "retry":
      return again(row, outcome, rules);
    case "auth":
      // The connection stops, the mark waits as it was: the clock of giving up stands still.
      return { ...asBefore(row), dueInSeconds: 0, reason: outcome.reason, fingerprint: null };
  }
}

function inSync(row: DueRow, sent: Sent, change: "created" | "updated" | "unchanged", receipt: Receipt): Verdict {
  const warnings = [...sent.problems, ...(receipt.warnings ?? [])];
  return {
    ...calm(row, "in_sync", warnings[0] ?? null),
    consents: sent.consents,
    consentNews: news(row, sent),
    ruleState: sent.ruleState,
    ...fromReceipt(receipt),
    change,
    warnings,
    fingerprint: sent.fingerprint,
    refusedFingerprint: null,
    emailHmac: sent.emailHmac,
    ...looked(row, sent),
  };
}

/** Words that were never sent, or changed. */
function news(row: DueRow, sent: Pick<Sent, "consents">): Verdict["consentNews"] {
  const changed = Object.entries(sent.consents).filter(([channel, word]) => row.consents[channel] !== word);
  return changed.map(([channel, word]) => ({ channel, word, evidence: `delivery ${row.deliveries + 1} of customer ${row.customerId}` }));
}

/**
 * A customer that looks older than the event that woke us may have been read from a lagging replica: look again later.
 * The event is written down right after the change, so it is always a little younger: one more look settles that. More
 * than a little, and a change may be missing that came right after the one we see.
 */
export function looked(
  row: DueRow,
  read: Pick<Sent, "updatedAt" | "readAt">,
): Required<Pick<Verdict, "dueInSeconds" | "rereads" | "goneSettled" | "readAt" | "seenUpdatedAt">> {
  const behind = row.wantedAt === null ? 0 : row.wantedAt.getTime() - Date.parse(read.updatedAt);
  const isDoubtful = row.goneAt !== null || behind > (row.rereads === 0 ? 0 : USUALLY_BEHIND_MILLISECONDS);
  const seconds = isDoubtful ? (REREAD_SECONDS[row.rereads] ?? null) : null;
  return {
    dueInSeconds: seconds,
    rereads: seconds === null ? 0 : row.rereads + 1,
    goneSettled: seconds === null,
    readAt: read.readAt,
    seenUpdatedAt: read.updatedAt,
  };
}

/** The mapping says that this person is not sent at all. */
export function judgeSkipped(row: DueRow, reason: string, read: Pick<Sent, "updatedAt" | "readAt">): Verdict {
  return { ...calm(row, "skipped", reason), fingerprint: null, ...nothingRemembered(row), ...looked(row, read) };
}

/** Of people who are not sent nothing is remembered. */
const nothingRemembered = ({ ruleState }: DueRow): Pick<Verdict, "ruleState"> => (ruleState === null ? {} : { ruleState: {} });

/** Not understood by this release: visible, and tried again when a person says so. */
export function setAside(row: DueRow): Verdict {
  return { ...calm(row, "gave_up", "row_unreadable"), fingerprint: null };
}

/** Not in what Saleor answered, and no event says deleted: replica lag, or a core that tells nobody about deletions. */
export function judgeAbsent(row: DueRow, readAt: Date): Verdict {
  const seconds = REREAD_SECONDS[row.rereads];
  if (seconds !== undefined) return { ...asBefore(row), dueInSeconds: seconds, rereads: row.rereads + 1, readAt };
  return { ...calm(row, "skipped", "not_in_saleor"), readAt };
}

/** Seen at every look; what else the last delivery left out is still left out. */
const READ_AGAIN = /^(change_(not_number|unknown_rank|too_long)|attribute_unknown):/;

export function judgeUnchanged(row: DueRow, sent: Sent): Verdict {
  const warnings = row.warnings.filter((code) => !READ_AGAIN.test(code) && !sent.problems.includes(code));
  return inSync(row, sent, "unchanged", { warnings });
}

/** Refused before for exactly this: asking again would get the same answer. */
export function judgeStillRefused(row: DueRow, sent: Sent): Verdict {
  return {
    ...calm(row, "refused", row.reason),
    vendorText: row.vendorText,
    warnings: sent.problems,
    ...looked(row, sent),
  };
}

export function again(row: DueRow, outcome: Extract<Outcome, { kind: "retry" }>, rules: JudgeRules): Verdict {
  const failingSince = row.failingSince ?? rules.now;
  const base = { row, failingSince, reason: outcome.reason, vendorText: outcome.vendorText ?? null, fingerprint: null };
  if (isTimeToGiveUp(rules.retry, failingSince, rules.now))
    return { ...base, state: "gave_up", dueInSeconds: null, attempts: row.attempts + 1 };
  // With the whole key waiting, the row itself stays due: on recovery everything goes at the provider's pace. A row that
  // fails again may be the only one that does, and then it must not keep the others waiting.
  const isCut = outcome.reason === "vendor_timeout";
  const waitsWithAll = isShared(outcome) && row.failingSince === null && !isCut;
  const atLeast = isCut ? (rules.cutOffSeconds ?? 0) : 0;
  return {
    ...base,
    state: "retrying",
    dueInSeconds: waitsWithAll ? 0 : Math.max(atLeast, backoffSeconds(rules.retry, row.attempts, outcome.afterSeconds)),
    attempts: waitsWithAll ? row.attempts : row.attempts + 1,
  };
}

function calm(row: DueRow, state: Verdict["state"], reason: string | null): Verdict {
  return { row, state, dueInSeconds: null, attempts: 0, failingSince: null, reason };
}

export function asBefore(row: DueRow): Verdict {
  return {
    row,
    state: row.state === "retrying" ? "retrying" : "waiting",
    dueInSeconds: 0,
    attempts: row.attempts,
    failingSince: row.failingSince,
    reason: row.reason,
  };
}

/** Its address is being written to for somebody else at this moment. */
export function lookAgain(row: DueRow): Verdict {
  return { ...asBefore(row), rereads: row.rereads, dueInSeconds: 1 };
}

export function gone(row: DueRow, reason: string): Verdict {
  const closed: Verdict = { ...calm(row, "gone", reason), fingerprint: null, goneSettled: true, ...nothingRemembered(row) };
  // Who has the address now inherits what is ours on the contact when they are delivered; where the answer to its creation
  // was lost, it may be there all the same.
  const mayStand = reason === "identity_in_use" || reason === "never_delivered";
  return mayStand ? closed : { ...closed, ownedTags: [], ownedFields: [] };
}

/** Nothing of the person stays in the row. */
const WIPED = {
  remoteKey: null,
  emailHmac: null,
  ownedTags: [],
  ownedFields: [],
  ownedOptOuts: [],
  vendorText: null,
  fingerprint: null,
  refusedFingerprint: null,
  wiped: true,
} satisfies Partial<Verdict>;

/** Erased for good by the deletion policy. */
export const goneErased = (row: DueRow): Verdict => ({ ...gone(row, "deleted_erased"), ...WIPED });

/** The request to erase this person is answered here. */
export function erased(row: DueRow, isInSaleor: boolean): Verdict {
  return { ...calm(row, isInSaleor ? "skipped" : "gone", "erase_requested"), ...WIPED, goneSettled: !isInSaleor };
}

/** What was written before it failed is known from now on: the next attempt, or the deletion, finds the contact. */
function fromPartly(row: DueRow, outcome: Outcome, sent: Sent): Partial<Verdict> {
  if (!("partly" in outcome) || !outcome.partly) return {};
  const { change, receipt } = outcome.partly;
  // Said once: the next attempt finds no news in these words.
  const consentNews = receipt.consents ? { consentNews: news(row, { consents: receipt.consents }) } : {};
  return { ...fromReceipt(receipt), ...consentNews, emailHmac: sent.emailHmac, ...(change === "none" ? {} : { change }) };
}

function fromReceipt(receipt: Receipt): Partial<Verdict> {
  return {
    ...(receipt.remoteKey === undefined ? {} : { remoteKey: receipt.remoteKey }),
    ...(receipt.ownedTags === undefined ? {} : { ownedTags: receipt.ownedTags }),
    ...(receipt.ownedFields === undefined ? {} : { ownedFields: receipt.ownedFields }),
    ...(receipt.ownedOptOuts === undefined ? {} : { ownedOptOuts: receipt.ownedOptOuts }),
    ...(receipt.consents === undefined ? {} : { consents: receipt.consents }),
  };
}
