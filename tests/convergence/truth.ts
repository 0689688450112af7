/** What must hold when all is quiet: the mapping of Saleor's state is the truth, and what is not ours was left alone. */
import { mappingOf } from "@/mapping/map-customer";
import type { Customer, MetaValue } from "@/model/customer";
import { mailchimp as provider } from "@/providers/mailchimp";
import { isoOf } from "../sandbox/saleor/instants";
import type { Person } from "../sandbox/saleor/people";
import { IMPORT_TAGS } from "./story";
import type { Memory } from "./teller";
import type { Town } from "./town";

type Member = ReturnType<ReturnType<Town["mailchimp"]["audience"]>["members"]>[number];

/** Between looking who has an address and archiving its contact, somebody may come: so long ago an owner counts. */
const LOOKED_MS = 1_500;

export async function findFaults(town: Town, memory: Memory): Promise<string[]> {
  const { values } = await town.page.connections.settings.query({ id: town.connectionId });
  const settings = provider.settings.parse(values);
  const people = town.saleor.customers.all();
  const members = town.mailchimp.audience().members();
  const ofStaff = await keysOf(
    town,
    people.filter((person) => person.isStaff),
  );
  const at = (email: string) => members.find((member) => member.email.toLowerCase() === email.toLowerCase());
  return [
    ...people.filter((person) => !person.isStaff).flatMap((person) => faultsOf(person, at(person.email), { settings, memory })),
    ...members
      .filter((member) => !people.some(({ email }) => email === member.email) && !ofStaff.has(member.contact_id))
      .flatMap((member) => orphan(town, member, settings.importTag)),
    ...leftAlone(members, memory),
    ...town.mailchimp.statusWrites().map((write) => `the status of ${write.email} was written: ${write.from} -> ${write.requested}`),
    ...(await unsettled(town)),
  ];
}

/** Staff are not sent: what stood there before they were promoted stays as it was. */
async function keysOf(town: Town, people: readonly Person[]): Promise<Set<string>> {
  const rows = await town.rows<{ customer_id: string; remote_key: string }>(
    "select customer_id, remote_key from ledger where state = 'skipped'",
  );
  return new Set(rows.flatMap((row) => (people.some(({ id }) => id === row.customer_id) ? [row.remote_key] : [])));
}

interface Expected {
  settings: ReturnType<typeof provider.settings.parse>;
  memory: Memory;
}

function faultsOf(person: Person, member: Member | undefined, { settings, memory }: Expected): string[] {
  if (!member) return [`${person.email} is missing`];
  if (member.status === "archived") return mayBeArchived(member, memory) ? [] : [`${person.email} is archived, and is a customer`];
  const mapped = mappingOf(provider, settings).map(asRead(person));
  if (mapped.kind !== "contact") return [`${person.email} is no contact: ${mapped.reason}`];
  const { merge_fields } = provider.customers.payload(settings, mapped.contact) as { merge_fields: Record<string, string> };
  const collected = memory.collected.get(member.contact_id)?.name;
  const names = Object.entries(merge_fields).flatMap(([field, value]) => {
    const held = member.merge_fields[field] ?? "";
    const isRight = held === value || (value === "" && held === collected);
    return isRight ? [] : [`${person.email}: ${field} is "${held}", not "${value}"`];
  });
  return [
    ...names,
    ...tagFaults(person, member, { wanted: mapped.contact.tags ?? [], isOpen: mapped.contact.problems.length > 0, memory }),
  ];
}

/** Malformed metadata decides nothing: whatever it named before may be there or not. */
function tagFaults(
  person: Person,
  member: Member,
  { wanted, isOpen, memory }: { wanted: readonly string[]; isOpen: boolean; memory: Memory },
): string[] {
  const byHand = new Set(memory.byHand.filter(({ contactId }) => contactId === member.contact_id).map(({ tag }) => tag));
  const earlier = new Set<string>(isOpen ? [...IMPORT_TAGS, ...(memory.everWished.get(person.id) ?? [])] : []);
  const missing = wanted.filter((tag) => !member.tags.includes(tag));
  const extra = member.tags.filter((tag) => !wanted.includes(tag) && !byHand.has(tag) && !earlier.has(tag));
  return [
    ...missing.map((tag) => `${person.email} lacks the tag ${tag}`),
    ...extra.map((tag) => `${person.email} has the tag ${tag} too many`),
  ];
}

/** By the merchant, or by us while the address was nobody's; then only the merchant brings the contact back. */
function mayBeArchived(member: Member, memory: Memory): boolean {
  if (memory.archivedByAdmin.has(member.contact_id)) return true;
  const archivedAt = Date.parse(member.history.findLast(({ to }) => to === "archived")?.at ?? "");
  const owned = memory.owners.filter(
    (owner) => owner.address === member.email && owner.from < archivedAt - LOOKED_MS && owner.till > archivedAt,
  );
  return owned.length === 0;
}

/** Nobody in Saleor has the address: what we made or wrote is archived, unless its creation was never answered to us. */
function orphan(town: Town, member: Member, importTag: string): string[] {
  if (member.status === "archived") return [];
  const isOurs = member.history[0]?.who === "api" && member.history[0].from === null && !member.tags.includes("newsletter form");
  if (!isOurs && !member.tags.includes(importTag)) return [];
  const neverAnswered = town.mailchimp.requests.some(
    ({ method, path, status }) => method === "PUT" && status === 0 && path.includes(member.id),
  );
  return neverAnswered ? [] : [`${member.email} is nobody's and still ${member.status}`];
}

function leftAlone(members: readonly Member[], memory: Memory): string[] {
  const byId = new Map(members.map((member) => [member.contact_id, member]));
  const tags = memory.byHand.filter(({ contactId, tag }) => !byId.get(contactId)?.tags.includes(tag));
  const revived = [...memory.archivedByAdmin].filter((contactId) => byId.get(contactId)?.status !== "archived");
  return [
    ...tags.map(({ contactId, tag }) => `${byId.get(contactId)?.email ?? contactId} lost the tag "${tag}" that was set by hand`),
    ...revived.map((contactId) => `${byId.get(contactId)?.email ?? contactId} was archived by the merchant, and is not any more`),
  ];
}

async function unsettled(town: Town): Promise<string[]> {
  const rows = await town.rows<{ customer_id: string; state: string; reason: string }>(
    "select customer_id, state, reason from ledger where state in ('waiting', 'retrying', 'refused', 'gave_up')",
  );
  return rows.map(
    ({ customer_id, state, reason }) => `${town.saleor.customers.get(customer_id)?.email ?? customer_id} is ${state}: ${reason}`,
  );
}

function asRead(person: Person): Customer {
  const value = person.privateMeta.mailchimp_tags;
  const meta: MetaValue = value === undefined ? { kind: "absent" } : { kind: "value", value };
  return {
    ...person,
    dateJoined: isoOf(person.dateJoined),
    lastLogin: null,
    updatedAt: isoOf(person.updatedAt),
    defaultBillingAddress: null,
    defaultShippingAddress: null,
    privateMeta: { mailchimp_tags: meta },
    publicMeta: {},
    hasOrders: null,
  };
}
