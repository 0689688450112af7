/**
 * Contacts on their way to one audience. In: up to 500 contacts. Out: one outcome for each. Known ones are written one
 * by one; many unknown ones are looked up in the audience's directory first and created in bulk; tags come last.
 */
import type { Contact } from "@/model/contact";
import type { Failure, Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { Outcomes } from "../contract";
import { followConsent } from "./consent";
import { createMany } from "./create-many";
import { audienceDirectory } from "./directory";
import { subscriberHash } from "./payload";
import { CHANNEL, type MailchimpLink } from "./settings";
import { tagAll, tagJob, tagNow } from "./tags";
import { Visit } from "./visit";
import { lookAndWrite, type Step, writeMember, writeSeen } from "./write-member";

/** From so many unknown contacts on, reading the audience first costs less than asking for each. */
const MANY_HISTORIC = 20;
/** Fresh changes seldom come in such numbers; then a large audience is not worth reading for them. */
const MANY_FRESH = 100;

export async function upsert(link: MailchimpLink, contacts: readonly Contact[]): Promise<Outcomes> {
  const visit = new Visit(link);
  const outcomes = new Map<CustomerId, Outcome>();
  // Two customers may share an address apart from its case: one contact's writes never overlap.
  for (const round of rounds(contacts)) for (const [key, outcome] of await deliver(visit, round)) outcomes.set(key, outcome);
  return outcomes;
}

async function deliver(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Outcome>> {
  const steps = await writeAll(visit, contacts);
  const jobs = contacts.flatMap((contact) => {
    const step = steps.get(contact.key);
    return step?.kind === "written" ? [tagJob(contact, step)] : [];
  });
  const tagged = await tagAll(visit, jobs);
  return new Map(contacts.map(({ key }) => [key, tagged.get(key) ?? (steps.get(key) as Outcome)]));
}

function rounds(contacts: readonly Contact[]): Contact[][] {
  const turns = new Map<string, number>();
  const rounds: Contact[][] = [];
  for (const contact of contacts) {
    const hash = subscriberHash(contact.mapped.email);
    const turn = turns.get(hash) ?? 0;
    turns.set(hash, turn + 1);
    if (turn === rounds.length) rounds.push([]);
    rounds[turn]!.push(contact);
  }
  return rounds;
}

async function writeAll(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Step>> {
  const addressed = contacts.filter(({ mapped }) => /.@./.test(mapped.email));
  const unknown = addressed.filter((contact) => !isKnown(contact));
  const plan = await planFor(visit, unknown);
  const singly = plan.kind === "singly" ? addressed : addressed.filter(isKnown);
  const write = isSweep(contacts) ? writeAndFollow : writeAndTag;
  const steps = await visit.each(singly, (contact) => write(visit, contact));
  if (plan.kind !== "singly") for (const [key, step] of await writeUnknown(visit, unknown, plan)) steps.set(key, step);
  for (const { key } of contacts) if (!steps.has(key)) steps.set(key, { kind: "refused", reason: "address_invalid" });
  return steps;
}

/** A sweep gives the same few tags to many: those wait for the bulk call. Fresh changes are finished one by one. */
const isSweep = (contacts: readonly Contact[]) => contacts.length >= MANY_HISTORIC && contacts.some((contact) => contact.historic);

const writeAndFollow = async (visit: Visit, contact: Contact) => followConsent(visit, contact, await writeMember(visit, contact));

async function writeAndTag(visit: Visit, contact: Contact): Promise<Step> {
  const step = await writeAndFollow(visit, contact);
  return step.kind === "written" ? tagNow(visit, tagJob(contact, step)) : step;
}

const isKnown = (contact: Contact) => contact.remoteKey !== null && (contact.emailChanged || !contact.force);

type Plan = { kind: "singly" } | Exclude<Awaited<ReturnType<typeof audienceDirectory>>, { kind: "too_large" }>;

async function planFor(visit: Visit, unknown: readonly Contact[]): Promise<Plan> {
  const many = unknown.some((contact) => contact.historic) ? MANY_HISTORIC : MANY_FRESH;
  if (visit.stopped || unknown.length < many) return { kind: "singly" };
  const answer = await audienceDirectory(visit, { forced: unknown.some((contact) => contact.force) });
  return answer.kind === "too_large" ? { kind: "singly" } : answer;
}

async function writeUnknown(
  visit: Visit,
  contacts: readonly Contact[],
  plan: Exclude<Plan, { kind: "singly" }> | Failure,
): Promise<Map<CustomerId, Step>> {
  if (plan.kind !== "directory") return new Map(contacts.map(({ key }) => [key, visit.observe<Step>(plan)]));
  const found = contacts.map((contact) => ({
    key: contact.key,
    contact,
    member: plan.directory.find(subscriberHash(contact.mapped.email)),
  }));
  // A word that changed is followed on a contact that was looked at, never in bulk.
  const isSingle = ({ contact, member }: (typeof found)[number]) => member !== undefined || CHANNEL in contact.consentChanges;
  const absent = found.flatMap((one) => (isSingle(one) ? [] : [one.contact]));
  const [created, written] = await Promise.all([
    createMany(visit, absent),
    visit.each<(typeof found)[number], Step>(found.filter(isSingle), async ({ contact, member }) =>
      followConsent(visit, contact, await (member ? writeSeen(visit, contact, member) : lookAndWrite(visit, contact))),
    ),
  ]);
  return new Map([...created, ...written]);
}
