/**
 * A person is to be erased, on request: every contact at the provider that is theirs, by the keys we hold and by the
 * address that Saleor holds, with the most thorough means the provider has. Nobody is given up: the request stays until
 * the provider answered. Then the row keeps nothing of the person.
 */
import { noteErasureAnswer, noteErasureAsked } from "@/ledger/erasures";
import { isHeldByAnother } from "@/ledger/identities";
import type { DueRow } from "@/ledger/row";
import type { Removal } from "@/model/connection";
import type { Customer } from "@/model/customer";
import type { Failure } from "@/model/outcome";
import type { ProviderContact } from "@/providers/contract";
import { saleorReason } from "@/saleor/reasons";
import type { BatchWork, Judged } from "./deliver";
import type { DrainDeps } from "./deps";
import { emailHmac } from "./identity";
import { erased, judge, lookAgain } from "./judge";

export interface ErasureStep {
  kind: "erasure";
  row: DueRow & { erasureId: string };
  /** As Saleor shows them now; missing where they were deleted there. */
  customer: Customer | undefined;
  readAt: Date;
}

const DONE: Record<Removal, string> = { erase: "erased", archive: "archived", tag: "tagged" };

type Act = { kind: "acted" } | { kind: "theirs" } | { kind: "nobody" } | { kind: "cannot"; reason: string } | { kind: "busy" } | Failure;

export async function erasePerson(deps: DrainDeps, work: BatchWork, step: ErasureStep): Promise<Judged> {
  const { row } = step;
  const asked = work.provider.customers.removals[0];
  await noteErasureAsked(deps.db, row.erasureId, row.connectionId);
  const contacts = await contactsOf(work, step);
  if (!Array.isArray(contacts)) return failed(deps, work, step, contacts);
  const acts: Act[] = [];
  for (const contact of contacts) {
    const act = await letGo(deps, work, { row, contact, asked });
    if (act.kind === "busy") return { verdict: lookAgain(row), outcome: null };
    if (isFailure(act)) return failed(deps, work, step, act);
    acts.push(act);
  }
  const cannot = acts.find((act) => act.kind === "cannot");
  await noteErasureAnswer(deps.db, {
    erasureId: row.erasureId,
    connectionId: row.connectionId,
    state: cannot ? "impossible" : "done",
    answer: cannot?.reason ?? answerOf(acts, asked),
    vendorText: null,
  });
  return { verdict: erased(row, step.customer !== undefined), outcome: null };
}

function answerOf(acts: readonly Act[], asked: Removal): string {
  if (acts.some((act) => act.kind === "acted")) return DONE[asked];
  return acts.some((act) => act.kind === "theirs") ? "identity_in_use" : "not_there";
}

/** Under every key that we hold, and under the address; each once. */
async function contactsOf({ provider, link }: BatchWork, { row, customer }: ErasureStep): Promise<ProviderContact[] | Failure> {
  const found = new Map<string, ProviderContact>();
  const keys = [...(row.remoteKey ? [row.remoteKey] : []), ...row.leftBehind.map((held) => held.remoteKey)];
  for (const remoteKey of new Set(keys)) {
    const answer = await provider.customers.read(link, { remoteKey });
    if (answer.kind !== "ok") return answer;
    if (answer.value) found.set(answer.value.remoteKey || remoteKey, { ...answer.value, remoteKey: answer.value.remoteKey || remoteKey });
  }
  const email = customer?.email.trim() ?? "";
  const isSeen = [...found.values()].some((contact) => contact.email.toLowerCase() === email.toLowerCase());
  if (email !== "" && !isSeen) {
    const answer = await provider.customers.read(link, { email });
    if (answer.kind !== "ok") return answer;
    if (answer.value) found.set(answer.value.remoteKey, answer.value);
  }
  return [...found.values()];
}

interface Parting {
  row: DueRow;
  contact: ProviderContact;
  asked: Removal;
}

async function letGo(deps: DrainDeps, work: BatchWork, { row, contact, asked }: Parting): Promise<Act> {
  const { provider, connection, link, addresses } = work;
  const { remoteKey, email } = contact;
  const hmac = emailHmac(connection.pepper, email);
  if (!addresses.take(connection.id, hmac)) return { kind: "busy" };
  try {
    if (await isHeldByAnother(deps.db, connection.id, { remoteKey, emailHmac: hmac }, row.customerId)) return { kind: "theirs" };
    const owner = email === "" ? { kind: "none" as const } : await deps.findCustomerByEmail(connection.shop, email);
    if (owner.kind === "unreadable") return { kind: "retry", reason: saleorReason(owner.reason) };
    if (owner.kind === "found" && owner.id !== row.customerId) return { kind: "theirs" };
    const outcomes = await provider.customers.remove(link, [{ key: row.customerId, remoteKey }], asked);
    const outcome = outcomes.get(row.customerId) ?? { kind: "retry" as const, reason: "no_answer" };
    if (outcome.kind === "delivered") return { kind: "acted" };
    // Gone since we looked, or tagged before.
    if (outcome.kind === "unchanged") return asked === "tag" ? { kind: "acted" } : { kind: "nobody" };
    return outcome.kind === "skipped" ? { kind: "cannot", reason: outcome.reason } : outcome;
  } finally {
    addresses.release(connection.id, hmac);
  }
}

const isFailure = (act: Act): act is Failure => act.kind === "retry" || act.kind === "refused" || act.kind === "auth";

async function failed(deps: DrainDeps, work: BatchWork, { row, readAt }: ErasureStep, outcome: Failure): Promise<Judged> {
  const { reason, vendorText = null } = outcome;
  const state = outcome.kind === "refused" ? "refused" : "waiting";
  await noteErasureAnswer(deps.db, { erasureId: row.erasureId, connectionId: row.connectionId, state, answer: reason, vendorText });
  const sent = {
    fingerprint: "",
    emailHmac: row.emailHmac ?? "",
    consents: {},
    ruleState: {},
    isOnce: false,
    problems: [],
    updatedAt: readAt.toISOString(),
    readAt,
  };
  const retry = { ...deps.retry, giveUpHours: Number.POSITIVE_INFINITY };
  const verdict = judge(row, outcome, sent, { retry, now: deps.now(), cutOffSeconds: work.provider.limits.vendorCutOffSeconds });
  return { outcome, verdict: { ...verdict, fingerprint: null, refusedFingerprint: null } };
}
