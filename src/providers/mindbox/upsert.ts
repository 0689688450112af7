/** Customers on their way to one project. In: a batch. Out: one outcome for each. There is no bulk call with answers, so each goes by itself. */
import type { Contact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { Outcomes } from "../contract";
import { freeAddresses } from "./free-address";
import type { MindboxLink } from "./settings";
import { Visit } from "./visit";
import { writeCustomer } from "./write-customer";

export async function upsert(link: MindboxLink, contacts: readonly Contact[]): Promise<Outcomes> {
  const visit = new Visit(link);
  const outcomes = new Map<CustomerId, Outcome>();
  // Two customers may share an address apart from its case: their writes never overlap, or both would find nobody.
  for (const round of rounds(contacts)) {
    const held = await freeAddresses(visit, round);
    const done = await visit.each<Contact, Outcome>(round, async (contact) => held.get(contact.key) ?? deliver(visit, contact));
    for (const [key, outcome] of done) outcomes.set(key, outcome);
  }
  return outcomes;
}

async function deliver(visit: Visit, contact: Contact): Promise<Outcome> {
  // Mindbox would take the customer and drop the address without a word.
  return /.@./.test(contact.mapped.email) ? writeCustomer(visit, contact) : { kind: "refused", reason: "address_invalid" };
}

function rounds(contacts: readonly Contact[]): Contact[][] {
  const turns = new Map<string, number>();
  const rounds: Contact[][] = [];
  for (const contact of contacts) {
    const address = contact.mapped.email.trim().toLowerCase();
    const turn = turns.get(address) ?? 0;
    turns.set(address, turn + 1);
    if (turn === rounds.length) rounds.push([]);
    rounds[turn]!.push(contact);
  }
  return rounds;
}
