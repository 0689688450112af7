/**
 * Makes one customer hold what we want, and says what it took. Only what differs is sent. `subscribed` goes to a new
 * customer where a consent rule has a word, and to an existing one where that word has just changed (`consent.ts`); never else.
 */
import type { Contact } from "@/model/contact";
import type { Outcome, Reason, Receipt } from "@/model/outcome";
import type { Followed } from "../kit/follow-word";
import type { Held, Scalar } from "./answers";
import type { Said } from "./client";
import { consentFor, consentReceipt } from "./consent";
import { noteInDirectory } from "./directory";
import { droppableKeys, isMissing } from "./failures";
import { type Found, findOne } from "./find";
import { comparable, externalIdOf, fieldChanges, localTime, nested, newFields, ownedAfter } from "./payload";
import { noteNumbers, numbersToSend } from "./phone-habit";
import { numbersOf, type PhoneChange, phoneChange } from "./phones";
import type { Settings } from "./settings";
import type { Visit } from "./visit";

export async function writeOne(visit: Visit, contact: Contact): Promise<Outcome> {
  return writeFound(visit, contact, await findOne(visit, contact));
}

export async function writeFound(visit: Visit, contact: Contact, found: Found): Promise<Outcome> {
  switch (found.kind) {
    case "held":
      return update(visit, contact, found.held);
    case "none":
      return create(visit, contact);
    case "several":
      return { kind: "skipped", reason: "several_matches" };
    default:
      return found;
  }
}

interface Change {
  fields: Record<string, Scalar>;
  phones: PhoneChange;
  add: readonly string[];
  remove: readonly string[];
  /** Sent where the customer has none. Another shop's, or another Saleor customer's, is not taken away. */
  externalId: string | null;
  consent: Followed;
}

export function changeFor(settings: Settings, contact: Contact, held: Held): Change {
  const { mapped, ownedTags, ownedFields } = contact;
  const wanted = new Set((mapped.tags ?? ownedTags).map(fold));
  const heldTags = new Set(held.tags.map(fold));
  return {
    fields: fieldChanges(contact, held),
    phones: phoneChange(mapped, held.phones, ownedFields),
    add: (mapped.tags ?? []).filter((tag) => !heldTags.has(fold(tag))),
    remove: ownedTags.filter((tag) => !wanted.has(fold(tag)) && heldTags.has(fold(tag))),
    externalId: held.externalId === "" ? externalIdOf(contact.key) : null,
    consent: consentFor(settings, contact, held),
  };
}

/** Whether tag names differ by case alone is not established: then they are taken for one. */
const fold = (tag: string): string => tag.toLowerCase();

export function isNothing({ fields, phones, add, remove, externalId, consent }: Change): boolean {
  const lists = [Object.keys(fields), phones.missing, phones.gone, add, remove];
  return lists.every((list) => list.length === 0) && externalId === null && consent.write === null;
}

async function update(visit: Visit, contact: Contact, held: Held): Promise<Outcome> {
  const change = changeFor(visit.settings, contact, held);
  const { consent } = change;
  const problems = numbersOf(contact.mapped).hasUnreadable ? ["phone_unreadable"] : [];
  if (isNothing(change)) return { kind: "unchanged", receipt: receipt(contact, { id: held.id, consent, warnings: problems }) };
  const phones = numbersToSend(visit, change.phones);
  const rest = {
    ...(phones && { phones: phones.map((number) => ({ number })) }),
    ...(change.add.length > 0 && { addTags: change.add }),
    ...(change.remove.length > 0 && { removeTags: change.remove }),
    ...(change.externalId && { externalId: change.externalId }),
    ...(consent.write !== null && { subscribed: consent.write }),
  };
  const { said, warnings } = await send(change.fields, rest, (body) => visit.api.edit(held.id, body));
  if (said.kind === "problem") {
    const failure = await visit.fail(said.problem, given(contact));
    // Deleted or absorbed since we looked: the next attempt asks who it is now.
    return isMissing(said.problem) && failure.kind === "retry" ? { kind: "retry", reason: "customer_moved" } : failure;
  }
  noteInDirectory(visit, { id: held.id, externalId: change.externalId ?? held.externalId, email: contact.mapped.email });
  const kept = await noteNumbers(visit, held.id, change.phones);
  if (kept) problems.push("phone_not_removed");
  return {
    kind: "delivered",
    change: "updated",
    receipt: receipt(contact, { id: held.id, consent, warnings: [...problems, ...warnings], keepsNumbers: kept }),
  };
}

/** A customer as it is created, alone or among fifty. `null` = the account could not be asked for its time zone. */
export async function newCustomer(visit: Visit, contact: Contact): Promise<{ fields: Record<string, Scalar>; rest: object } | Outcome> {
  const timezone = await visit.timezone();
  if (timezone !== null && typeof timezone !== "string") return timezone;
  const { mapped } = contact;
  const createdAt = timezone === null ? null : localTime(mapped.dateJoined, timezone);
  const { wanted } = numbersOf(mapped);
  const { write: subscribed } = consentFor(visit.settings, contact, null);
  return {
    fields: newFields(mapped),
    rest: {
      externalId: externalIdOf(contact.key),
      ...(createdAt !== null && { createdAt }),
      ...(wanted.length > 0 && { phones: wanted.map((number) => ({ number })) }),
      // Nobody else's tags can be on a customer that does not exist: `addTags` is for edits.
      ...(mapped.tags && mapped.tags.length > 0 && { tags: mapped.tags }),
      ...(subscribed !== null && { subscribed }),
    },
  };
}

async function create(visit: Visit, contact: Contact): Promise<Outcome> {
  const customer = await newCustomer(visit, contact);
  if ("kind" in customer) return customer;
  const { said, warnings } = await send(customer.fields, customer.rest, (body) => visit.api.create(body));
  if (said.kind === "ok") return created(visit, contact, said.value.id, warnings);
  if (said.problem.status !== 400) return visit.fail(said.problem, given(contact));
  // Our externalId may be there after all: an earlier creation whose answer was lost.
  const again = await findOne(visit, { ...contact, remoteKey: null });
  return again.kind === "held" ? update(visit, contact, again.held) : visit.fail(said.problem, given(contact));
}

export function created(visit: Visit, contact: Contact, id: number, warnings: readonly Reason[] = []): Outcome {
  noteInDirectory(visit, { id, externalId: externalIdOf(contact.key), email: contact.mapped.email });
  const problems = numbersOf(contact.mapped).hasUnreadable ? ["phone_unreadable"] : [];
  const consent = consentFor(visit.settings, contact, null);
  return { kind: "delivered", change: "created", receipt: receipt(contact, { id, consent, warnings: [...problems, ...warnings] }) };
}

interface Stands {
  id: number;
  consent: Followed;
  warnings: readonly Reason[];
  keepsNumbers?: boolean;
}

function receipt(contact: Contact, { id, consent, warnings, keepsNumbers }: Stands): Receipt {
  const said = consent.warning ? [...warnings, consent.warning] : warnings;
  return {
    remoteKey: String(id),
    ...(contact.mapped.tags && { ownedTags: contact.mapped.tags }),
    ownedFields: ownedAfter(contact, keepsNumbers),
    ...consentReceipt(contact, consent),
    ...(said.length > 0 && { warnings: said }),
  };
}

/** One wrong field fails the whole customer: what the refusal names is left out once, and named in the receipt. */
async function send(
  fields: Record<string, Scalar>,
  rest: object,
  write: (body: object) => Promise<Said<{ id: number }>>,
): Promise<{ said: Said<{ id: number }>; warnings: readonly Reason[] }> {
  const said = await write({ ...rest, ...nested(fields) });
  const sent = [...Object.keys(fields), ...Object.keys(rest).filter((name) => name === "phones" || name === "createdAt")];
  const dropped = said.kind === "problem" ? droppableKeys(said.problem, sent) : [];
  if (dropped.length === 0) return { said, warnings: [] };
  const without = <T extends object>(all: T) => Object.fromEntries(Object.entries(all).filter(([key]) => !dropped.includes(key)));
  return {
    said: await write({ ...without(rest), ...nested(without(fields) as Record<string, Scalar>) }),
    warnings: dropped.map((key) => `field_dropped:${key.replace(/^(customFields|address)\./, "")}`),
  };
}

/** What may be quoted back at us in a refusal. */
export function given({ mapped }: Contact): string[] {
  const { address } = mapped;
  const place = address ? [address.streetAddress1, address.streetAddress2, address.city, address.postalCode] : [];
  const values = Object.values(mapped.fields).map(String);
  return [mapped.email, comparable(mapped.email), mapped.firstName, mapped.lastName, mapped.phone, ...place, ...values].filter(Boolean);
}
