/**
 * One batch of one connection: read the customers, map them, skip what the fingerprint proves unchanged, deliver the
 * rest, settle everything. Every row leaves with exactly one verdict; silence is not proof of delivery.
 */
import { inheritedTags, markInFlight } from "@/ledger/due";
import type { Lease } from "@/ledger/lease";
import type { DueRow } from "@/ledger/row";
import { settle, type Verdict } from "@/ledger/settle";
import { mapCustomer, tagsKey } from "@/mapping/map-customer";
import type { OpenConnection } from "@/model/connection";
import type { Contact } from "@/model/contact";
import type { Customer } from "@/model/customer";
import type { Outcome } from "@/model/outcome";
import type { AnyProvider, Link, Outcomes } from "@/providers/contract";
import { CUSTOMERS_PER_READ } from "@/saleor/limits";
import type { DrainDeps } from "./deps";
import { removeContact } from "./gone";
import { emailHmac, fingerprint, repeatId } from "./identity";
import { again, gone, isShared, judge, judgeAbsent, judgeSkipped, judgeStillRefused, judgeUnchanged, type Sent } from "./judge";

export interface BatchWork {
  provider: AnyProvider;
  connection: OpenConnection;
  link: Link;
  lease: Lease;
}

/** What the batch said about the connection as a whole. */
export interface BatchResult {
  /** The provider answered about customers (not merely failed). */
  answered: boolean;
  /** It did not answer, or asked to be left alone: the shared failures, longest wait. */
  sharedFailure: { reason: string; afterSeconds: number } | null;
  auth: { reason: string } | null;
}

type Step =
  | { kind: "settled"; verdict: Verdict }
  | { kind: "gone"; row: DueRow }
  | { kind: "deliver"; row: DueRow; contact: Contact; sent: Sent };

export async function deliverBatch(deps: DrainDeps, work: BatchWork, rows: readonly DueRow[]): Promise<BatchResult> {
  const steps = await readAndMap(deps, work, rows);
  const settled = steps.flatMap((step) => (step.kind === "settled" ? [step.verdict] : []));
  const [removed, delivered] = await Promise.all([
    Promise.all(steps.flatMap((step) => (step.kind === "gone" ? [settleGone(deps, work, step.row)] : []))),
    deliver(
      deps,
      work,
      steps.filter((step): step is DeliverStep => step.kind === "deliver"),
    ),
  ]);
  await settle(deps.db, work.lease, [...settled, ...removed.map((r) => r.verdict), ...delivered.map((d) => d.verdict)]);
  deps.settled(
    work.connection.id,
    rows.map((row) => row.customerId),
  );
  return summarise([...removed, ...delivered].flatMap((item) => (item.outcome ? [item.outcome] : [])));
}

type DeliverStep = Extract<Step, { kind: "deliver" }>;
type Judged = { verdict: Verdict; outcome: Outcome | null };

async function readAndMap(deps: DrainDeps, work: BatchWork, rows: readonly DueRow[]): Promise<Step[]> {
  const pages: (readonly DueRow[])[] = [];
  for (let at = 0; at < rows.length; at += CUSTOMERS_PER_READ) pages.push(rows.slice(at, at + CUSTOMERS_PER_READ));
  const read = await Promise.all(pages.map((page) => readPage(deps, work, page)));
  const steps = read.flat();
  await addInheritedTags(deps, work, steps);
  return steps;
}

async function readPage(deps: DrainDeps, work: BatchWork, rows: readonly DueRow[]): Promise<Step[]> {
  const ids = rows.map((row) => row.customerId);
  const read = await deps.readCustomers(work.connection.shop, ids, [tagsKey(work.provider.id)]);
  if (read.kind === "unreadable") {
    const rules = { retry: deps.retry, now: deps.now() };
    const outcome = { kind: "retry" as const, reason: read.reason, afterSeconds: read.afterSeconds };
    return rows.map((row) => ({ kind: "settled", verdict: again(row, outcome, rules) }));
  }
  return rows.map((row) => plan(work, row, read.found.get(row.customerId), read.readAt));
}

function plan(work: BatchWork, row: DueRow, customer: Customer | undefined, readAt: Date): Step {
  if (!customer) return row.goneAt ? { kind: "gone", row } : { kind: "settled", verdict: judgeAbsent(row, readAt) };
  const { provider, connection } = work;
  const mapped = mapCustomer(customer, {
    providerId: provider.id,
    settings: connection.settings,
    limits: provider.customers.tags,
    ownedTags: row.ownedTags,
  });
  const { updatedAt } = customer;
  if (mapped.kind === "skipped") return { kind: "settled", verdict: judgeSkipped(row, mapped.reason, { updatedAt, readAt }) };
  const print = fingerprint(connection, provider.mapperVersion, provider.customers.payload(connection.settings, mapped.contact));
  const hmac = emailHmac(connection.pepper, mapped.contact.email);
  const sent: Sent = { fingerprint: print, emailHmac: hmac, problems: mapped.contact.problems, updatedAt, readAt };
  if (!row.force && row.fingerprint === print) return { kind: "settled", verdict: judgeUnchanged(row, sent) };
  if (!row.force && row.refusedFingerprint === print) return { kind: "settled", verdict: judgeStillRefused(row, sent) };
  const contact: Contact = {
    key: row.customerId,
    mapped: mapped.contact,
    remoteKey: row.remoteKey,
    emailChanged: row.remoteKey !== null && row.emailHmac !== null && row.emailHmac !== hmac,
    ownedTags: row.ownedTags,
    repeatId: repeatId(row, print),
    historic: row.historic,
    force: row.force,
  };
  return { kind: "deliver", row, contact, sent };
}

/** Who takes over an address takes over our tags on it, so that those not wanted any more are removed. */
async function addInheritedTags(deps: DrainDeps, work: BatchWork, steps: Step[]): Promise<void> {
  const newcomers = steps.filter(
    (step): step is DeliverStep => step.kind === "deliver" && (step.contact.emailChanged || !step.contact.remoteKey),
  );
  const tags = await inheritedTags(
    deps.db,
    work.connection.id,
    newcomers.map((step) => step.sent.emailHmac),
  );
  for (const step of newcomers) {
    const inherited = tags.get(step.sent.emailHmac);
    if (inherited) step.contact = { ...step.contact, ownedTags: [...new Set([...step.contact.ownedTags, ...inherited])] };
  }
}

async function deliver(deps: DrainDeps, work: BatchWork, steps: readonly DeliverStep[]): Promise<Judged[]> {
  if (steps.length === 0) return [];
  const ids = steps.map((step) => step.row.customerId);
  const ours = await markInFlight(deps.db, work.lease, work.connection.id, ids);
  const sending = steps.filter((step) => ours.has(step.row.customerId));
  if (sending.length === 0) return [];
  const outcomes = await callProvider(
    deps,
    work,
    sending.map((step) => step.contact),
  );
  const rules = { retry: deps.retry, now: deps.now() };
  const judged = sending.map((step) => {
    const outcome = outcomes.get(step.row.customerId) ?? { kind: "retry" as const, reason: "no_answer" };
    return { step, outcome, verdict: judge(step.row, outcome, step.sent, rules) };
  });
  await Promise.all(judged.map(({ step, outcome }) => retireOldContact(deps, work, step, outcome)));
  return judged;
}

/** An e-mail change met a contact that already has the new address: the one left behind goes as the deletion policy says. */
async function retireOldContact(deps: DrainDeps, work: BatchWork, step: DeliverStep, outcome: Outcome): Promise<void> {
  if (outcome.kind !== "delivered" || !step.row.remoteKey || !outcome.receipt.warnings?.includes("moved_to_existing")) return;
  const removal = await removeContact(deps, { ...work, row: step.row, remoteKey: step.row.remoteKey });
  if (removal.kind === "outcome")
    deps.log.warn(
      { connection: work.connection.id, outcome: removal.outcome.kind, reason: removal.outcome.reason },
      "old contact not retired",
    );
}

/** The one place where an adapter's surprise becomes a verdict: a thrown error is our bug, and the batch is tried again. */
async function callProvider(deps: DrainDeps, work: BatchWork, contacts: readonly Contact[]): Promise<Outcomes> {
  const { provider, connection, link } = work;
  const started = performance.now();
  try {
    const outcomes = await provider.customers.upsert(link, contacts);
    deps.log.info(
      {
        provider: provider.id,
        connection: connection.id,
        count: contacts.length,
        kinds: tally(outcomes),
        ms: Math.round(performance.now() - started),
      },
      "delivered",
    );
    return outcomes;
  } catch (error) {
    if (!link.signal.aborted)
      deps.log.error({ provider: provider.id, connection: connection.id, count: contacts.length, error: describe(error) }, "adapter threw");
    return new Map(contacts.map((contact) => [contact.key, { kind: "retry", reason: "internal_error" }]));
  }
}

/** Class and place of an error; its message may quote data. */
export function describe(error: unknown): { name: string; at: string | undefined } {
  const known = error instanceof Error ? error : new Error(typeof error);
  return {
    name: known.name,
    at: known.stack
      ?.split("\n")
      .find((line) => line.includes(" at "))
      ?.trim(),
  };
}

function tally(outcomes: Outcomes): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.values()) counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
  return counts;
}

async function settleGone(deps: DrainDeps, work: BatchWork, row: DueRow): Promise<Judged> {
  const removal = await removeContact(deps, { ...work, row, remoteKey: row.remoteKey });
  if (removal.kind === "closed") return { verdict: gone(row, removal.reason), outcome: null };
  const { outcome } = removal;
  if (outcome.kind === "skipped") return { verdict: gone(row, outcome.reason), outcome };
  const sent: Sent = {
    fingerprint: "",
    emailHmac: row.emailHmac ?? "",
    problems: [],
    updatedAt: deps.now().toISOString(),
    readAt: deps.now(),
  };
  const verdict = judge(row, outcome, sent, { retry: deps.retry, now: deps.now() });
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
