/**
 * Contacts on their way to the provider and their verdicts on the way back. Most go all at once. Where an address
 * changes hands, order decides who ends up with which contact: those go one batch at a time, leavers before takers.
 */
import { markInFlight, type Sending } from "@/ledger/due";
import { holdersOf, releaseContacts } from "@/ledger/identities";
import type { Lease } from "@/ledger/lease";
import type { DueRow } from "@/ledger/row";
import { settle, type Verdict } from "@/ledger/settle";
import type { OpenConnection } from "@/model/connection";
import type { Contact } from "@/model/contact";
import type { Outcome, Receipt } from "@/model/outcome";
import type { AnyProvider, Link, Outcomes } from "@/providers/contract";
import type { Addresses } from "./addresses";
import { type Once, tellEvents } from "./changes";
import type { DrainDeps } from "./deps";
import { describe } from "./describe";
import { judge, lookAgain, type Sent } from "./judge";
import { leaversFirst } from "./leavers-first";

export interface BatchWork {
  provider: AnyProvider;
  connection: OpenConnection;
  link: Link;
  lease: Lease;
  addresses: Addresses;
  /** Runs one such task of the limit key after the other. */
  oneAtATime<T>(task: () => Promise<T>): Promise<T>;
}

export interface DeliverStep {
  kind: "deliver";
  row: DueRow;
  contact: Contact;
  sent: Sent;
  /** What change rules add to this delivery and to no other. */
  once: Once;
}

export interface Judged {
  verdict: Verdict;
  outcome: Outcome | null;
}

type Holders = Awaited<ReturnType<typeof holdersOf>>;

/** @returns what became of whom; all of it is settled. */
export async function deliver(deps: DrainDeps, work: BatchWork, steps: readonly DeliverStep[]): Promise<Judged[]> {
  const { addresses, connection } = work;
  const going: DeliverStep[] = [];
  const later: Judged[] = [];
  for (const step of steps)
    if (addresses.take(connection.id, step.sent.emailHmac)) going.push(step);
    else later.push({ verdict: lookAgain(step.row), outcome: null });
  try {
    await settleAll(deps, work, later);
    return [...later, ...(await deliverAll(deps, work, going))];
  } finally {
    for (const { sent } of going) addresses.release(connection.id, sent.emailHmac);
  }
}

async function deliverAll(deps: DrainDeps, work: BatchWork, steps: readonly DeliverStep[]): Promise<Judged[]> {
  const holders = await findHolders(deps, work, steps);
  const contested = new Set(steps.filter((step) => isContested(step, holders)));
  const calm = steps.filter((step) => !contested.has(step));
  const done = await Promise.all([deliverCalm(deps, work, calm), deliverContested(deps, work, [...contested])]);
  return done.flat();
}

async function deliverCalm(deps: DrainDeps, work: BatchWork, steps: readonly DeliverStep[]): Promise<Judged[]> {
  const judged = await send(deps, work, steps);
  await settleAll(deps, work, judged);
  return judged;
}

async function settleAll(deps: DrainDeps, work: BatchWork, judged: readonly Judged[]): Promise<void> {
  await settle(
    deps.db,
    work.lease,
    judged.map(({ verdict }) => verdict),
  );
}

/** Whoever stands under an address that these contacts are about to take, left it or was deleted. */
function findHolders(deps: DrainDeps, work: BatchWork, steps: readonly DeliverStep[]): Promise<Holders> {
  const newcomers = steps.filter(({ contact }) => contact.emailChanged || !contact.remoteKey);
  return holdersOf(
    deps.db,
    work.connection.id,
    newcomers.map(({ sent }) => sent.emailHmac),
  );
}

function isContested({ row, contact, sent }: DeliverStep, holders: Holders): boolean {
  return contact.emailChanged || (holders.get(sent.emailHmac) ?? []).some((holder) => holder.left || holder.customerId !== row.customerId);
}

async function deliverContested(deps: DrainDeps, work: BatchWork, steps: readonly DeliverStep[]): Promise<Judged[]> {
  const done: Judged[] = [];
  for (const round of leaversFirst(steps)) done.push(...(await work.oneAtATime(() => deliverRound(deps, work, round))));
  return done;
}

/** Settled before the next round begins: who takes over a contact must be known to whoever held it. */
async function deliverRound(deps: DrainDeps, work: BatchWork, round: readonly DeliverStep[]): Promise<Judged[]> {
  const steps = inherit(round, await findHolders(deps, work, round));
  const judged = await send(deps, work, steps);
  await settleAll(deps, work, judged);
  const takers = judged.filter(({ verdict }) => verdict.emailHmac !== undefined);
  await releaseContacts(
    deps.db,
    work.connection.id,
    takers.map(({ verdict }) => verdict.row.customerId),
  );
  return judged;
}

/** Who takes over an address takes over what is ours on it, so that what the one before had there goes. */
function inherit(steps: readonly DeliverStep[], holders: Holders): DeliverStep[] {
  return steps.map((step) => {
    const inherited = holders.get(step.sent.emailHmac) ?? [];
    return { ...step, contact: { ...step.contact, ...together([step.contact, ...inherited]) } };
  });
}

function together(all: readonly Pick<Contact, "ownedTags" | "ownedFields">[]): Pick<DueRow, "ownedTags" | "ownedFields"> {
  return {
    ownedTags: [...new Set(all.flatMap((owned) => owned.ownedTags))],
    ownedFields: [...new Set(all.flatMap((owned) => owned.ownedFields))],
  };
}

async function send(deps: DrainDeps, work: BatchWork, steps: readonly DeliverStep[]): Promise<Judged[]> {
  if (steps.length === 0) return [];
  const allowed = await markInFlight(
    deps.db,
    work.lease,
    work.connection.id,
    steps.map((step) => asSent(work, step)),
  );
  const sending = steps.filter(({ row }) => allowed.has(row.customerId));
  if (sending.length === 0) return [];
  const outcomes = await callProvider(
    deps,
    work,
    sending.map((step) => step.contact),
  );
  const rules = { retry: deps.retry, now: deps.now(), cutOffSeconds: work.provider.limits.vendorCutOffSeconds };
  const outcomeOf = ({ row }: DeliverStep) => outcomes.get(row.customerId) ?? { kind: "retry" as const, reason: "no_answer" };
  const told = await tellEvents(deps, work, sending, outcomeOf);
  return [...told].map(([{ row, sent }, { outcome, ruleState }]) => {
    const verdict = leaving(row, outcome, judge(row, outcome, sent, rules));
    return { outcome, verdict: ruleState ? { ...verdict, ruleState } : verdict };
  });
}

function asSent({ provider, connection }: BatchWork, { row, contact: { mapped }, sent }: DeliverStep): Sending {
  const ownedFields = [...provider.customers.fills(connection.settings, mapped)];
  const { customerId, remoteKey } = row;
  return { customerId, remoteKey, emailHmac: sent.emailHmac, ownedTags: [...(mapped.tags ?? [])], ownedFields };
}

/**
 * The e-mail change met a contact that already has the new address, archived or not: the one left behind goes as the
 * deletion policy says, at once in the next batch.
 */
function leaving(row: DueRow, outcome: Outcome, verdict: Verdict): Verdict {
  if (!row.remoteKey || !receiptOf(outcome)?.warnings?.includes("moved_to_existing")) return verdict;
  const { remoteKey, emailHmac, ownedTags, ownedFields } = row;
  const dueInSeconds = verdict.state === "retrying" ? verdict.dueInSeconds : 0;
  return { ...verdict, leftBehind: { remoteKey, emailHmac, ownedTags, ownedFields }, dueInSeconds };
}

function receiptOf(outcome: Outcome): Receipt | undefined {
  if ("receipt" in outcome) return outcome.receipt;
  return "partly" in outcome ? outcome.partly?.receipt : undefined;
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

function tally(outcomes: Outcomes): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.values()) counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
  return counts;
}
