/** What must hold when all is quiet: the mapping of Saleor's state is the truth, and what is not ours was left alone. */
import { mappingOf } from "@/mapping/map-customer";
import type { Customer, MetaValue } from "@/model/customer";
import { mailchimp as provider } from "@/providers/mailchimp";
import { isoOf } from "../sandbox/saleor/instants";
import type { Person } from "../sandbox/saleor/people";
import { consentFaults } from "./consent-truth";
import type { Memory } from "./memory";
import { CONSENT_KEY } from "./metadata";
import { IMPORT_TAGS } from "./story";
import type { Town } from "./town";

type Member = ReturnType<ReturnType<Town["mailchimp"]["audience"]>["members"]>[number];

interface Scene {
  town: Town;
  memory: Memory;
  settings: ReturnType<typeof provider.settings.parse>;
  people: readonly Person[];
  members: readonly Member[];
}

export async function findFaults(town: Town, memory: Memory): Promise<string[]> {
  const { values } = await town.page.connections.settings.query({ id: town.connectionId });
  const people = town.saleor.customers.all();
  const members = town.mailchimp.audience().members();
  const scene: Scene = { town, memory, settings: provider.settings.parse(values), people, members };
  const ofStaff = await keysOfSkipped(scene);
  const orphans = members.filter(({ email, contact_id }) => !people.some((one) => one.email === email) && !ofStaff.has(contact_id));
  return [
    ...people.filter((person) => isSent(scene, person)).flatMap((person) => faultsOf(scene, person)),
    ...orphans.flatMap((member) => orphan(scene, member)),
    ...members.flatMap((member) => wrongBeginning(scene, member)),
    ...leftAlone(scene),
    ...(await consentFaults(town, memory)),
    ...town.mailchimp.violations.map(({ method, path, message }) => `${method} ${path} is not in Mailchimp's contract: ${message}`),
    ...(await unsettled(town)),
  ];
}

/** Staff are customers once they have ordered, and are sent where the merchant wants that. */
function isSent({ settings }: Scene, person: Person): boolean {
  return !person.isStaff || (settings.includeStaff && person.orders > 0);
}

/** Staff are not sent: what stood there before they were promoted stays as it was. */
async function keysOfSkipped({ town, people }: Scene): Promise<Set<string>> {
  const rows = await town.rows<{ customer_id: string; remote_key: string }>(
    "select customer_id, remote_key from ledger where state = 'skipped'",
  );
  const staff = new Set(people.filter((person) => person.isStaff).map(({ id }) => id));
  return new Set(rows.flatMap((row) => (staff.has(row.customer_id) ? [row.remote_key] : [])));
}

function faultsOf(scene: Scene, person: Person): string[] {
  const { settings, memory, members } = scene;
  const member = members.find((one) => one.email.toLowerCase() === person.email.toLowerCase());
  if (!member) return [`${person.email} is missing`];
  if (member.status === "archived") return mayBeArchived(scene, member) ? [] : [`${person.email} is archived, and is a customer`];
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
    ...tagFaults(scene, {
      person,
      member,
      wanted: mapped.contact.tags,
      isOpen: mapped.contact.problems.some((problem) => !problem.startsWith("consent_")),
    }),
  ];
}

interface Tagged {
  person: Person;
  member: Member;
  /** null = the metadata cannot be read. */
  wanted: readonly string[] | null;
  isOpen: boolean;
}

/** Metadata that cannot be understood or read decides nothing: whatever it named before may be there or not. */
function tagFaults({ memory }: Scene, { person, member, wanted, isOpen }: Tagged): string[] {
  const byHand = new Set(memory.byHand.filter(({ contactId }) => contactId === member.contact_id).map(({ tag }) => tag));
  const earlier = new Set<string>(isOpen ? [...IMPORT_TAGS, ...(memory.everWished.get(person.id) ?? [])] : []);
  const missing = (wanted ?? []).filter((tag) => !member.tags.includes(tag));
  const extra = member.tags.filter((tag) => !wanted?.includes(tag) && !byHand.has(tag) && !earlier.has(tag));
  return [
    ...missing.map((tag) => `${person.email} lacks the tag ${tag}`),
    ...extra.map((tag) => `${person.email} has the tag ${tag} too many`),
  ];
}

/** By the merchant, or by us after we had asked and the address was nobody's; then only the merchant brings the contact back. */
function mayBeArchived({ town, memory }: Scene, { contact_id, email }: Member): boolean {
  if (memory.archivedByAdmin.has(contact_id)) return true;
  const about = town.mailchimp.requests.filter(({ path }) => path.includes(contact_id));
  const archived = about.findLast(({ method, status }) => method === "DELETE" && (status === 204 || status === 0));
  // The contact is looked at first, then Saleor is asked who has its address, then it is archived.
  const looked = archived && about.findLast(({ method, at }) => method === "GET" && at <= archived.at);
  if (!archived || !looked) return false;
  const seenFrom = looked.at - memory.longestLagMs;
  return !memory.owners.some((owner) => owner.address === email && owner.from < seenFrom && owner.till > archived.at);
}

/** Nobody in Saleor has the address: what we made or wrote is archived, unless its creation was never answered to us. */
function orphan({ town, memory }: Scene, member: Member): string[] {
  // Whoever has not answered yet cannot be archived.
  if (member.status === "archived" || member.status === "pending" || memory.mayLeave) return [];
  const isMade = member.history[0]?.who === "api" && !memory.collected.has(member.contact_id);
  const isWritten = IMPORT_TAGS.some((tag) => member.tags.includes(tag));
  if (!isMade && !isWritten) return [];
  return isUnknownToUs(town, member) ? [] : [`${member.email} is nobody's and still ${member.status}`];
}

/** Made by a request whose answer was lost, and never met again: nobody could tell us its id. */
function isUnknownToUs(town: Town, { id, contact_id }: Member): boolean {
  const about = town.mailchimp.requests.filter(({ path }) => path.includes(id) || path.includes(contact_id));
  const lost = about.findLastIndex(({ method, status }) => method === "PUT" && status === 0);
  return lost >= 0 && !about.slice(lost).some(({ status }) => status >= 200 && status < 300);
}

function wrongBeginning({ memory }: Scene, { contact_id, email, history }: Member): string[] {
  const status = history[0]!.to;
  const isByRule = (status === "subscribed" && memory.rules.has("direct")) || (status === "pending" && memory.rules.has("confirm"));
  // Contacts change hands with their addresses: whoever said it may stand under another by now.
  const hasAgreed = isByRule && memory.said.some(({ word }) => word);
  if (memory.collected.has(contact_id) || memory.newStatuses.has(status) || hasAgreed) return [];
  return [`${email} was made ${status}, and the merchant never chose that`];
}

function leftAlone({ members, memory }: Scene): string[] {
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
  return {
    ...person,
    dateJoined: isoOf(person.dateJoined),
    lastLogin: null,
    updatedAt: isoOf(person.updatedAt),
    defaultBillingAddress: null,
    defaultShippingAddress: null,
    privateMeta: { mailchimp_tags: asShown(person, "mailchimp_tags"), [CONSENT_KEY]: asShown(person, CONSENT_KEY) },
    publicMeta: {},
    attributes: null,
    hasOrders: null,
  };
}

/** Metadata of staff is closed to apps. */
function asShown({ isStaff, privateMeta }: Person, key: string): MetaValue {
  if (isStaff) return { kind: "unreadable" };
  const value = privateMeta[key];
  return value === undefined ? { kind: "absent" } : { kind: "value", value };
}
