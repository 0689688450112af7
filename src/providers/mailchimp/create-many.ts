/**
 * Creates contacts that the directory does not know, 500 in a call. `update_existing: false` leaves whoever is there
 * after all untouched and says so; that one is then written alone. HTTP 200 is not success here: every item is read.
 */

import type { z } from "zod";
import type { Contact } from "@/model/contact";
import type { Failure } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { batchMembers, Member } from "./answers";
import { batchProblem, classify, droppableFields } from "./failures";
import { bodyFor, comparable } from "./payload";
import { statusForNew } from "./settings";
import type { Visit } from "./visit";
import { given, lookAndWrite, notInAudience, type Step } from "./write-member";

const CALL = 500;

export async function createMany(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Step>> {
  if (visit.settings.newStatus === "existing_only") return visit.each(contacts, () => notInAudience(visit));
  const steps = new Map<CustomerId, Step>();
  for (let start = 0; start < contacts.length; start += CALL) {
    for (const [key, step] of await createBatch(visit, contacts.slice(start, start + CALL))) steps.set(key, step);
  }
  const alone = contacts.filter(({ key }) => !steps.has(key));
  return new Map([...steps, ...(await visit.each<Contact, Step>(alone, (contact) => lookAndWrite(visit, contact)))]);
}

/** Contacts without a step are to be written alone. */
async function createBatch(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Step>> {
  if (visit.stopped) return forAll(contacts, visit.stopped);
  const said = await visit.api.createMembers(
    contacts.map((contact) => ({ ...bodyFor(contact), status: statusForNew(visit.settings, contact.mapped) })),
  );
  if (said.kind === "ok") return readBatch(contacts, said.value);
  const failure = await visit.fail(said.problem, contacts.length === 1 ? given(contacts[0]!) : []);
  // One malformed item can fail the whole body: alone, each gets its own verdict.
  if (failure.kind === "refused") return new Map();
  visit.observe(failure);
  return forAll(contacts, failure.vendorText && failure.kind === "retry" ? { ...failure, vendorText: undefined } : failure);
}

const forAll = (contacts: readonly Contact[], failure: Failure) => new Map<CustomerId, Step>(contacts.map(({ key }) => [key, failure]));

type Answer = z.output<typeof batchMembers>;

function readBatch(contacts: readonly Contact[], answer: Answer): Map<CustomerId, Step> {
  const created = byAddress(answer.new_members, (member) => member.email);
  const updated = byAddress(answer.updated_members, (member) => member.email);
  const errors = byAddress(answer.errors, (error) => error.email_address);
  return new Map(
    contacts.flatMap((contact) => {
      const address = comparable(contact.mapped.email);
      const step = readItem(contact, { created: created.get(address), updated: updated.get(address), error: errors.get(address) });
      return step ? [[contact.key, step] as const] : [];
    }),
  );
}

interface Item {
  created?: Member;
  updated?: Member;
  error?: Answer["errors"][number];
}

function readItem(contact: Contact, { created, updated, error }: Item): Step | null {
  if (created) return { kind: "written", change: "created", member: created, warnings: [] };
  if (updated) return { kind: "written", change: "updated", member: updated, warnings: [] };
  // Silence is not proof of delivery.
  if (!error) return { kind: "retry", reason: "not_answered" };
  if (error.error_code === "ERROR_CONTACT_EXISTS") return null;
  const problem = batchProblem(error.error, error.field, error.field_message);
  return droppableFields(problem).length > 0 ? null : classify(problem, given(contact));
}

function byAddress<T>(items: readonly T[], address: (item: T) => string): Map<string, T> {
  return new Map(items.map((item) => [comparable(address(item)), item]));
}
