/**
 * Creates customers that the site does not have, fifty in a call. A status of 460, or of 200, may speak of a part only:
 * every entry is read, and what failed is written alone, where the refusal names it.
 */
import type { Contact } from "@/model/contact";
import type { Failure, Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { Uploaded } from "./answers";
import { externalIdOf, nested } from "./payload";
import type { Visit } from "./visit";
import { created, given, newCustomer, writeOne } from "./write-customer";

/** What every official module sends at most (reference, 2026-11). */
const CALL = 50;

export async function createMany(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Outcome>> {
  const outcomes = new Map<CustomerId, Outcome>();
  for (let start = 0; start < contacts.length; start += CALL) {
    const part = contacts.slice(start, start + CALL);
    for (const [key, outcome] of await createBatch(visit, part)) outcomes.set(key, outcome);
  }
  const alone = contacts.filter(({ key }) => !outcomes.has(key));
  return new Map([...outcomes, ...(await visit.each<Contact, Outcome>(alone, (contact) => writeOne(visit, contact)))]);
}

/** Contacts without an outcome are to be written alone. */
async function createBatch(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Outcome>> {
  if (visit.stopped) return forAll(contacts, visit.stopped);
  const customers: object[] = [];
  for (const contact of contacts) {
    const customer = await newCustomer(visit, contact);
    if ("kind" in customer) return forAll(contacts, customer as Failure);
    customers.push({ ...customer.rest, ...nested(customer.fields) });
  }
  const said = await visit.api.upload(customers);
  if (said.kind === "ok") return readBatch(visit, contacts, said.value);
  const failure = await visit.fail(said.problem, contacts.length === 1 ? given(contacts[0]!) : []);
  // One malformed entry can fail the whole body: alone, each gets its own verdict.
  if (failure.kind === "refused") return new Map();
  visit.observe(failure);
  return forAll(contacts, { ...failure, vendorText: undefined });
}

const forAll = (contacts: readonly Contact[], failure: Failure) => new Map<CustomerId, Outcome>(contacts.map(({ key }) => [key, failure]));

function readBatch(visit: Visit, contacts: readonly Contact[], answer: Uploaded): Map<CustomerId, Outcome> {
  const ids = idsOf(contacts, answer);
  const failed = new Set(answer.failedCustomers.map(({ externalId }) => externalId));
  return new Map(
    contacts.flatMap((contact): [CustomerId, Outcome][] => {
      const externalId = externalIdOf(contact.key);
      const id = ids.get(externalId);
      if (id !== undefined) return [[contact.key, created(visit, contact, id)]];
      if (failed.has(externalId)) return [];
      // Silence is not proof of delivery; the next attempt looks by externalId first.
      return [[contact.key, { kind: "retry", reason: "not_answered" }]];
    }),
  );
}

/** Entries may lack the externalId that was sent. With nobody failed, they stand in the order of what was sent. */
function idsOf(contacts: readonly Contact[], { uploadedCustomers, failedCustomers }: Uploaded): Map<string, number> {
  const named = uploadedCustomers.filter(({ externalId }) => externalId !== "");
  if (named.length > 0 || failedCustomers.length > 0 || uploadedCustomers.length !== contacts.length)
    return new Map(named.map(({ externalId, id }) => [externalId, id]));
  return new Map(contacts.map(({ key }, index) => [externalIdOf(key), uploadedCustomers[index]?.id ?? 0]));
}
