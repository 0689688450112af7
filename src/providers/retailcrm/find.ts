/**
 * Which customer of the site a contact is: the one we know, the one with our externalId, or the one with exactly this
 * e-mail. Before creating, because e-mails are not unique at the vendor: whoever does not look makes doubles.
 */
import type { Contact } from "@/model/contact";
import type { Failure } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { CustomersPage, Held } from "./answers";
import type { Said } from "./client";
import { directoryIfCheaper, GROUP, loadedDirectory } from "./directory";
import { isMissing } from "./failures";
import { comparable, externalIdOf } from "./payload";
import type { Visit } from "./visit";

export type Found = { kind: "held"; held: Held } | { kind: "none" } | { kind: "several" } | Failure;

const none: Found = { kind: "none" };

export async function findOne(visit: Visit, contact: Contact): Promise<Found> {
  if (contact.remoteKey) {
    const known = await findKnown(visit, contact.remoteKey);
    if (known.kind !== "none") return known;
  }
  const own = await group(visit, [externalIdOf(contact.key)], (ids) => visit.api.byExternalIds(ids));
  if ("kind" in own) return own;
  const held = own.find(({ externalId }) => externalId === externalIdOf(contact.key));
  return held ? { kind: "held", held } : findByEmail(visit, contact.mapped.email);
}

/** By the vendor's id; follows the customer into the one that absorbed it. */
export async function findKnown(visit: Visit, remoteKey: string): Promise<Found> {
  if (!/^\d+$/.test(remoteKey)) return none;
  const listed = await group(visit, [remoteKey], (ids) => visit.api.byIds(ids));
  if ("kind" in listed) return listed;
  const held = listed.find(({ id }) => String(id) === remoteKey);
  return held ? { kind: "held", held } : followCombined(visit, remoteKey);
}

/** The list has just been answered, so the key is good, and 404 speaks of the customer. */
async function followCombined(visit: Visit, remoteKey: string): Promise<Found> {
  let id = remoteKey;
  for (let step = 0; step < 5; step++) {
    const said = await visit.api.customer(id);
    if (said.kind === "ok") return { kind: "held", held: said.value.customer };
    if (!isMissing(said.problem)) return visit.fail(said.problem);
    if (said.problem.combinedTo === null) return none;
    id = String(said.problem.combinedTo);
  }
  return none;
}

/** The filter takes any part of an address, so every page is compared. */
export async function findByEmail(visit: Visit, email: string): Promise<Found> {
  const same: Held[] = [];
  for (let page = 1, last = 1; page <= last; page++) {
    const said = await visit.api.byEmail(comparable(email), page);
    if (said.kind === "problem") return visit.fail(said.problem, [email]);
    same.push(...ofSite(visit, said.value).filter((held) => comparable(held.email) === comparable(email)));
    last = said.value.pagination.totalPageCount;
  }
  return chosen(visit, same);
}

/** Several have the address: the merchant said what then. */
function chosen(visit: Visit, same: readonly Held[]): Found {
  const [first, ...others] = [...same].sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id - b.id));
  if (!first) return none;
  return others.length > 0 && visit.settings.severalMatches === "skip" ? { kind: "several" } : { kind: "held", held: first };
}

/** For many at once: groups by id, and the directory of the site where it costs less than a question for each. */
export async function findMany(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Found>> {
  const found = new Map<CustomerId, Found>();
  const known = contacts.filter(({ remoteKey }) => remoteKey !== null && /^\d+$/.test(remoteKey));
  await byGroups(visit, found, known, {
    idOf: ({ remoteKey }) => remoteKey ?? "",
    heldId: ({ id }) => String(id),
    ask: (ids) => visit.api.byIds(ids),
  });
  // Gone, or absorbed by another: rare enough to be asked for one by one.
  for (const [key, answer] of await visit.each<Contact, Found>(left(known, found), (contact) => findOne(visit, contact)))
    found.set(key, answer as Found);
  const unknown = left(contacts, found);
  if (unknown.length > 0) await findUnknown(visit, found, unknown);
  return found;
}

const left = (contacts: readonly Contact[], found: ReadonlyMap<CustomerId, Found>) => contacts.filter(({ key }) => !found.has(key));

async function findUnknown(visit: Visit, found: Map<CustomerId, Found>, contacts: readonly Contact[]): Promise<void> {
  const forced = contacts.some((contact) => contact.force);
  const there = await loadedDirectory(visit, { forced });
  if (!there)
    await byGroups(visit, found, contacts, {
      idOf: ({ key }) => externalIdOf(key),
      heldId: ({ externalId }) => externalId,
      ask: (ids) => visit.api.byExternalIds(ids),
    });
  const rest = left(contacts, found);
  if (rest.length === 0) return;
  const loaded = there ? { kind: "directory" as const, directory: there } : await directoryIfCheaper(visit, rest.length);
  if (loaded.kind === "not_worth_it") {
    for (const [key, answer] of await visit.each<Contact, Found>(rest, (contact) => findByEmail(visit, contact.mapped.email)))
      found.set(key, answer as Found);
    return;
  }
  if (loaded.kind !== "directory") return setAll(visit, found, rest, loaded);
  const places = new Map(rest.map((contact) => [contact.key, loaded.directory.find(externalIdOf(contact.key), contact.mapped.email)]));
  for (const contact of rest) if (!places.get(contact.key)) found.set(contact.key, none);
  await lookAtPlaces(visit, found, left(rest, found), places);
}

/** The directory says where; what stands there now is read, and compared once more. */
async function lookAtPlaces(
  visit: Visit,
  found: Map<CustomerId, Found>,
  contacts: readonly Contact[],
  places: ReadonlyMap<CustomerId, readonly number[] | null>,
): Promise<void> {
  const ids = [...new Set(contacts.flatMap(({ key }) => places.get(key) ?? []))].map(String);
  const held = new Map<number, Held>();
  for (let start = 0; start < ids.length; start += GROUP) {
    const answer = await group(visit, ids.slice(start, start + GROUP), (some) => visit.api.byIds(some));
    if ("kind" in answer) return setAll(visit, found, contacts, answer);
    for (const one of answer) held.set(one.id, one);
  }
  for (const contact of contacts) {
    const there = (places.get(contact.key) ?? []).flatMap((id) => held.get(id) ?? []);
    const own = there.find(({ externalId }) => externalId === externalIdOf(contact.key));
    const same = there.filter((one) => comparable(one.email) === comparable(contact.mapped.email));
    if (own) found.set(contact.key, { kind: "held", held: own });
    else if (same.length > 0) found.set(contact.key, chosen(visit, same));
  }
  // It was there when the site was read, and is no more: somebody is at work, so nothing is taken from memory.
  for (const [key, answer] of await visit.each<Contact, Found>(left(contacts, found), (contact) => findOne(visit, contact)))
    found.set(key, answer as Found);
}

interface ByGroups {
  idOf(contact: Contact): string;
  heldId(held: Held): string;
  ask(ids: readonly string[]): Promise<Said<CustomersPage>>;
}

/** Notes whoever is found; a failure is noted for everybody of its group. */
async function byGroups(visit: Visit, found: Map<CustomerId, Found>, contacts: readonly Contact[], by: ByGroups): Promise<void> {
  for (let start = 0; start < contacts.length; start += GROUP) {
    const part = contacts.slice(start, start + GROUP);
    const held = await group(visit, part.map(by.idOf), by.ask);
    if ("kind" in held) {
      setAll(visit, found, part, held);
      continue;
    }
    const byId = new Map(held.map((one) => [by.heldId(one), one]));
    for (const contact of part) {
      const one = byId.get(by.idOf(contact));
      if (one) found.set(contact.key, { kind: "held", held: one });
    }
  }
}

async function group(visit: Visit, ids: readonly string[], ask: ByGroups["ask"]): Promise<Held[] | Failure> {
  if (visit.stopped) return visit.stopped;
  const said = await ask(ids);
  return said.kind === "ok" ? ofSite(visit, said.value) : visit.fail(said.problem);
}

/** Whatever the filter let through. */
const ofSite = ({ link }: Visit, { customers }: CustomersPage): Held[] =>
  customers.filter(({ site }) => site === link.target || site === "");

function setAll(visit: Visit, found: Map<CustomerId, Found>, contacts: readonly Contact[], failure: Failure): void {
  visit.observe(failure);
  for (const { key } of contacts) found.set(key, failure);
}
