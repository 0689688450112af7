/**
 * Contacts on their way to one site. In: up to 100 contacts. Out: one outcome for each. A few are looked up and written
 * one by one; many are matched in groups, and those the site does not have are created in bulk.
 */
import type { Contact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { Outcomes } from "../contract";
import { createMany } from "./create-many";
import { type Found, findMany } from "./find";
import { inTurn } from "./in-turn";
import { hashOf } from "./payload";
import type { RetailCrmLink } from "./settings";
import { Visit } from "./visit";
import { writeFound, writeOne } from "./write-customer";

/** From so many contacts of a sweep on, groups cost less than single questions. */
const MANY_HISTORIC = 10;
/** Fresh changes seldom come in such numbers, and each wants to be finished for itself. */
const MANY_FRESH = 50;

export async function upsert(link: RetailCrmLink, contacts: readonly Contact[]): Promise<Outcomes> {
  const outcomes = new Map<CustomerId, Outcome>();
  if (contacts.length === 0) return outcomes;
  const visit = new Visit(link);
  const failure = await visit.begin();
  if (failure) return new Map(contacts.map(({ key }) => [key, failure]));
  for (const { key, mapped } of contacts) if (!/.@./.test(mapped.email)) outcomes.set(key, { kind: "refused", reason: "address_invalid" });
  for (const round of rounds(contacts.filter(({ key }) => !outcomes.has(key)))) {
    const hashes = round.map(({ mapped }) => hashOf(mapped.email));
    for (const [key, outcome] of await inTurn(link.cache, hashes, () => deliver(visit, round))) outcomes.set(key, outcome);
  }
  return outcomes;
}

/** Two customers may share an address apart from its case: the second one finds what the first one made. */
function rounds(contacts: readonly Contact[]): Contact[][] {
  const turns = new Map<string, number>();
  const rounds: Contact[][] = [];
  for (const contact of contacts) {
    const hash = hashOf(contact.mapped.email);
    const turn = turns.get(hash) ?? 0;
    turns.set(hash, turn + 1);
    if (turn === rounds.length) rounds.push([]);
    rounds[turn]!.push(contact);
  }
  return rounds;
}

async function deliver(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Outcome>> {
  const isSweep = contacts.some((contact) => contact.historic);
  if (contacts.length < (isSweep ? MANY_HISTORIC : MANY_FRESH))
    return visit.each<Contact, Outcome>(contacts, (contact) => writeOne(visit, contact));
  const found = await findMany(visit, contacts);
  const isNew = ({ key }: Contact) => found.get(key)?.kind === "none";
  const [created, written] = await Promise.all([
    createMany(visit, contacts.filter(isNew)),
    visit.each<Contact, Outcome>(
      contacts.filter((contact) => !isNew(contact)),
      (contact) => writeFound(visit, contact, found.get(contact.key) as Found),
    ),
  ]);
  return new Map([...created, ...written]);
}
