/**
 * One batch of one connection: read the customers, map them, skip what the fingerprint proves unchanged, deliver the
 * rest, settle everything. Every row leaves with exactly one verdict; silence is not proof of delivery.
 */
import { randomBytes } from "node:crypto";
import { type DueRow, isReadable, type Undo } from "@/ledger/row";
import { clearDamage, settle, type Verdict } from "@/ledger/settle";
import { type ChangeReader, changeReader, isNothing } from "@/mapping/change-rules";
import { consentChanges } from "@/mapping/consents";
import { INACTIVE, type Mapping, mappingOf } from "@/mapping/map-customer";
import type { Contact, MappedContact } from "@/model/contact";
import type { Customer } from "@/model/customer";
import type { Outcome } from "@/model/outcome";
import { CUSTOMERS_PER_READ } from "@/saleor/limits";
import { saleorReason } from "@/saleor/reasons";
import { withEffects } from "./changes";
import { type BatchWork, type DeliverStep, deliver, type Judged } from "./deliver";
import type { DrainDeps } from "./deps";
import { describe } from "./describe";
import { eraseWait, policyFor } from "./erase-policy";
import { type ErasureStep, erasePerson } from "./erasure";
import { partWith } from "./gone";
import { concealed, emailHmac, fingerprint, repeatId } from "./identity";
import { archiveInactive, type InactiveStep } from "./inactive";
import {
  again,
  gone,
  goneErased,
  isShared,
  judge,
  judgeAbsent,
  judgeSkipped,
  judgeStillRefused,
  judgeUnchanged,
  lookAgain,
  type Sent,
  setAside,
} from "./judge";
import { type Parted, partWithLeft } from "./left-behind";
import { isAsked, judgeStillUndone, type UndoStep, undoOne } from "./undo";

/** What the batch said about the connection as a whole. */
export interface BatchResult {
  /** The provider answered about customers (not merely failed). */
  answered: boolean;
  /** It did not answer, or asked to be left alone: the shared failures, longest wait. */
  sharedFailure: { reason: string; afterSeconds: number } | null;
  auth: { reason: string } | null;
}

type Step = { kind: "settled"; verdict: Verdict } | { kind: "gone"; row: DueRow } | InactiveStep | ErasureStep | UndoStep | DeliverStep;

export async function deliverBatch(deps: DrainDeps, work: BatchWork, rows: readonly DueRow[]): Promise<BatchResult> {
  const damaged = rows.filter((row) => !isReadable(row));
  if (damaged.length > 0) await clearDamage(deps.db, work.lease, damaged);
  const { ready, waiting } = await partWithAllLeft(deps, work, rows.filter(isReadable));
  const steps = [...damaged.map((row) => notUnderstood(deps, row)), ...(await readAndMap(deps, work, ready))];
  const settled = steps.flatMap((step) => (step.kind === "settled" ? [step.verdict] : []));
  const [removed, delivered] = await Promise.all([
    Promise.all(steps.flatMap((step) => letGoSafely(deps, work, step) ?? [])),
    deliver(
      deps,
      work,
      steps.filter((step): step is DeliverStep => step.kind === "deliver"),
    ),
  ]);
  const unsettled = [...settled, ...verdictsOf([...waiting, ...removed])];
  await settle(deps.db, work.lease, unsettled);
  deps.counted(work.provider.id, [...unsettled, ...verdictsOf(delivered)].map(wordFor));
  deps.settled(
    work.connection.id,
    rows.map((row) => row.customerId),
  );
  return summarise([...waiting, ...removed, ...delivered].flatMap(({ outcome }) => (outcome ? [outcome] : [])));
}

/** `null` = nobody leaves. */
function letGo(deps: DrainDeps, work: BatchWork, step: Step): Promise<Judged> | null {
  if (step.kind === "gone") return settleGone(deps, work, step.row);
  if (step.kind === "erasure") return erasePerson(deps, work, step);
  if (step.kind === "undo") return undoOne(deps, work, step);
  return step.kind === "inactive" ? archiveInactive(deps, work, step) : null;
}

/** An adapter's surprise is our bug, and this customer's alone: the others of the batch are settled all the same. */
function letGoSafely(deps: DrainDeps, work: BatchWork, step: Step): Promise<Judged> | null {
  if (step.kind === "settled" || step.kind === "deliver") return null;
  return (letGo(deps, work, step) ?? Promise.reject(new Error("nobody lets go of this"))).catch((error: unknown) => {
    deps.log.error({ provider: work.provider.id, connection: work.connection.id, error: describe(error) }, "adapter threw");
    const outcome = { kind: "retry" as const, reason: "internal_error" };
    return { verdict: again(step.row, outcome, { retry: deps.retry, now: deps.now() }), outcome: null };
  });
}

const wordFor = ({ state, change }: Verdict): string => (state === "in_sync" ? (change ?? "unchanged") : state);

const verdictsOf = (judged: readonly Judged[]) => judged.map(({ verdict }) => verdict);

/** Where such a contact cannot be dealt with now, its customer waits as well. */
async function partWithAllLeft(deps: DrainDeps, work: BatchWork, rows: readonly DueRow[]): Promise<{ ready: DueRow[]; waiting: Judged[] }> {
  const parted = await Promise.all(
    rows.map((row): Promise<Parted> | Parted =>
      row.leftBehind.length > 0 && row.erasureId === null ? work.oneAtATime(() => partWithLeft(deps, work, row)) : { kind: "ready", row },
    ),
  );
  return {
    ready: parted.flatMap((item) => (item.kind === "ready" ? [item.row] : [])),
    waiting: parted.flatMap((item) => (item.kind === "ready" ? [] : [judgeWaiting(deps, work, item)])),
  };
}

function judgeWaiting(deps: DrainDeps, work: BatchWork, { row, outcome }: Extract<Parted, { kind: "waits" }>): Judged {
  return outcome ? judgeParting(deps, work, row, outcome) : { verdict: lookAgain(row), outcome };
}

async function readAndMap(deps: DrainDeps, work: BatchWork, rows: readonly DueRow[]): Promise<Step[]> {
  const pages: (readonly DueRow[])[] = [];
  for (let at = 0; at < rows.length; at += CUSTOMERS_PER_READ) pages.push(rows.slice(at, at + CUSTOMERS_PER_READ));
  const read = await Promise.all(pages.map((page) => readPage(deps, work, page)));
  return read.flat();
}

async function readPage(deps: DrainDeps, work: BatchWork, rows: readonly DueRow[]): Promise<Step[]> {
  const ids = rows.map((row) => row.customerId);
  const mapping = mappingOf(work.provider, work.connection.settings);
  const read = await deps.readCustomers(work.connection.shop, ids, mapping.plan);
  if (read.kind === "unreadable") {
    const rules = { retry: deps.retry, now: deps.now() };
    const outcome = { kind: "retry" as const, reason: saleorReason(read.reason), afterSeconds: read.afterSeconds };
    return rows.map((row) => ({ kind: "settled", verdict: again(row, outcome, rules) }));
  }
  const changesOf = changeReader(work.connection.settings.changeRules, changeTools(work));
  return rows.map((row) =>
    planSafely(deps, work, { mapping, changesOf, row, customer: read.found.get(row.customerId), readAt: read.readAt }),
  );
}

const changeTools = ({ connection }: BatchWork) => ({
  conceal: (text: string) => concealed(connection.pepper, text),
  newMark: () => randomBytes(6).toString("base64url"),
});

interface PlanInput {
  mapping: Mapping;
  changesOf: ChangeReader;
  row: DueRow;
  customer: Customer | undefined;
  readAt: Date;
}

function planSafely(deps: DrainDeps, work: BatchWork, input: PlanInput): Step {
  const { row } = input;
  try {
    // A person who is to be erased everywhere is, whatever else was asked.
    return row.erasureId === null && isAsked(row) ? planUndo(work, input, row.undo) : plan(work, input);
  } catch (error) {
    return notUnderstood(deps, row, error);
  }
}

/** Set aside and said once: it must not hold up the others of its limit key. */
function notUnderstood(deps: DrainDeps, row: DueRow, error?: unknown): Step {
  const why = error === undefined ? {} : { error: describe(error) };
  deps.log.error({ connection: row.connectionId, customer: row.customerId, ...why }, "ledger row not understood, set aside");
  return { kind: "settled", verdict: setAside(row) };
}

/** What would be sent says whether the provider still holds what we sent. */
function planUndo(work: BatchWork, input: PlanInput, undo: Undo): UndoStep {
  const { row, customer, readAt } = input;
  const step = plan(work, { ...input, row: { ...row, force: true, undo: null } });
  const sent =
    step.kind === "deliver" ? { contact: step.contact, fingerprint: step.sent.fingerprint } : { contact: null, fingerprint: null };
  return { kind: "undo", row, undo, seen: customer ? { ...sent, updatedAt: customer.updatedAt } : null, readAt };
}

function plan(work: BatchWork, { mapping, changesOf, row, customer, readAt }: PlanInput): Step {
  const { erasureId } = row;
  if (erasureId !== null) return { kind: "erasure", row: { ...row, erasureId }, customer, readAt };
  if (!customer) return row.goneAt ? { kind: "gone", row } : { kind: "settled", verdict: judgeAbsent(row, readAt) };
  const { provider, connection } = work;
  const mapped = mapping.map(customer, row.ownedTags);
  const { updatedAt } = customer;
  if (mapped.kind === "skipped" && mapped.reason === INACTIVE) return { kind: "inactive", row, read: { updatedAt, readAt } };
  if (mapped.kind === "skipped") return { kind: "settled", verdict: judgeSkipped(row, mapped.reason, { updatedAt, readAt }) };
  const { consents } = mapped.contact;
  const payload = provider.customers.payload(connection.settings, withoutEmpty(mapped.contact));
  const print = fingerprint(connection, provider.mapperVersion, payload, mapped.contact);
  const hmac = emailHmac(connection.pepper, mapped.contact.email);
  const problems = [...mapped.contact.problems, ...(provider.customers.check?.(connection.settings, mapped.contact) ?? [])];
  // A sweep brings what is remembered up to date and fires nothing.
  const changes = changesOf(customer, row.ruleState, !row.historic);
  const isOnce = !isNothing(changes.effects);
  const sent: Sent = {
    fingerprint: print,
    emailHmac: hmac,
    consents,
    problems: [...problems, ...changes.problems],
    ruleState: changes.after,
    isOnce,
    updatedAt,
    readAt,
  };
  const stillUndone = judgeStillUndone(row, sent);
  if (stillUndone) return { kind: "settled", verdict: stillUndone };
  if (!row.force && !isOnce && row.fingerprint === print) return { kind: "settled", verdict: judgeUnchanged(row, sent) };
  if (!row.force && !isOnce && row.refusedFingerprint === print) return { kind: "settled", verdict: judgeStillRefused(row, sent) };
  const standing: Contact = {
    key: row.customerId,
    mapped: mapped.contact,
    remoteKey: row.remoteKey,
    emailChanged: row.remoteKey !== null && row.emailHmac !== null && row.emailHmac !== hmac,
    ownedTags: row.ownedTags,
    ownedFields: row.ownedFields,
    consentChanges: consentChanges(consents, row.consents),
    ownedOptOuts: row.ownedOptOuts,
    archivedFrom: row.archivedFrom,
    mayComeBack: row.undo?.way === "archive",
    repeatId: repeatId(row, print),
    historic: row.historic,
    force: row.force,
  };
  const { contact, once, problems: left } = withEffects(standing, changes.effects);
  return { kind: "deliver", row, contact, once, sent: { ...sent, problems: [...sent.problems, ...left] } };
}

/** A new rule for a field that this customer has no value for changes nothing about them. */
function withoutEmpty(mapped: MappedContact): MappedContact {
  return { ...mapped, fields: Object.fromEntries(Object.entries(mapped.fields).filter(([, value]) => value !== null)) };
}

const ERASED = "deleted_erased";
const TAGGED = "deleted_tagged";

async function settleGone(deps: DrainDeps, work: BatchWork, row: DueRow): Promise<Judged> {
  const { remoteKey, emailHmac, ownedTags, ownedFields } = row;
  const policy = policyFor(row, work);
  // Without a key: delivered once under an address that somebody else stands under by now, or never.
  if (!remoteKey && row.reason === ERASED) return { verdict: gone(row, ERASED), outcome: null };
  if (!remoteKey) return { verdict: gone(row, emailHmac ? "identity_in_use" : "never_delivered"), outcome: null };
  const waits = policy === "erase" ? await eraseWait(deps, work, row) : null;
  if (waits) return { verdict: waits, outcome: null };
  const parting = await partWith(deps, { ...work, row, policy }, { remoteKey, emailHmac, ownedTags, ownedFields });
  if (parting.kind === "busy") return { verdict: lookAgain(row), outcome: null };
  // Two answers of Saleor that contradict each other: one of them came from a lagging replica.
  if (parting.kind === "own") return judgeParting(deps, work, row, { kind: "retry", reason: "saleor_unreachable" });
  if (parting.kind === "closed" && parting.reason === ERASED) {
    await deps.erased(work.connection, row.customerId);
    return { verdict: goneErased(row), outcome: null };
  }
  // Whoever comes back with the address is in Saleor: the tag is ours on their contact, and goes.
  if (parting.kind === "closed" && parting.reason === TAGGED)
    return { verdict: { ...gone(row, TAGGED), ownedTags: [work.connection.settings.deletionTag] }, outcome: null };
  if (parting.kind === "closed") return { verdict: gone(row, parting.reason), outcome: null };
  if (parting.outcome.kind === "skipped") return { verdict: gone(row, parting.outcome.reason), outcome: parting.outcome };
  return judgeParting(deps, work, row, parting.outcome);
}

function judgeParting(deps: DrainDeps, work: BatchWork, row: DueRow, outcome: Outcome): Judged {
  const sent: Sent = {
    fingerprint: "",
    emailHmac: row.emailHmac ?? "",
    consents: {},
    problems: [],
    ruleState: {},
    isOnce: false,
    updatedAt: deps.now().toISOString(),
    readAt: deps.now(),
  };
  const verdict = judge(row, outcome, sent, {
    retry: deps.retry,
    now: deps.now(),
    cutOffSeconds: work.provider.limits.vendorCutOffSeconds,
  });
  return { verdict: { ...verdict, fingerprint: null, refusedFingerprint: null }, outcome };
}

function summarise(outcomes: readonly Outcome[]): BatchResult {
  const shared = outcomes.filter(isShared);
  const auth = outcomes.find((outcome) => outcome.kind === "auth");
  return {
    answered: outcomes.some((outcome) => !isShared(outcome) && outcome.kind !== "auth"),
    sharedFailure: shared[0]
      ? {
          reason: "reason" in shared[0] ? shared[0].reason : "",
          afterSeconds: Math.max(...shared.map((o) => ("afterSeconds" in o ? (o.afterSeconds ?? 0) : 0))),
        }
      : null,
    auth: auth ? { reason: auth.reason } : null,
  };
}
