/** What `upsert` would do to contacts that we know nothing about yet, without doing it. Only reads. */
import type { Contact } from "@/model/contact";
import type { Difference, Foresight } from "../contract";
import type { Held } from "./answers";
import { type Found, findMany } from "./find";
import type { RetailCrmLink } from "./settings";
import { Visit } from "./visit";
import { changeFor, isNothing } from "./write-customer";

export async function foresee(link: RetailCrmLink, contacts: readonly Contact[]): Promise<ReadonlyMap<string, Foresight>> {
  const visit = new Visit(link);
  const isAsked = contacts.length > 0 && (await visit.begin()) === null;
  const found = isAsked ? await findMany(visit, contacts) : new Map<string, Found>();
  return new Map(contacts.map((contact) => [contact.key, foresight(visit, contact, found.get(contact.key))]));
}

function foresight(visit: Visit, contact: Contact, found: Found | undefined): Foresight {
  switch (found?.kind) {
    case "none":
      return { kind: "would_create" };
    case "several":
      return { kind: "would_skip", reason: "several_matches" };
    case "held":
      return present(visit, contact, found.held);
    default:
      return { kind: "unknown" };
  }
}

function present({ settings }: Visit, contact: Contact, held: Held): Foresight {
  const change = changeFor(settings, contact, held);
  if (isNothing(change)) return { kind: "would_leave" };
  const { fields, phones, add, externalId } = change;
  const differences: Difference[] = Object.entries(fields).map(([field, value]) => ({
    field,
    ours: String(value),
    theirs: field === "email" ? held.email : String(held.fields[field] ?? ""),
  }));
  if (phones.missing.length > 0) differences.push({ field: "phones", ours: phones.missing.join(", "), theirs: held.phones.join(", ") });
  if (add.length > 0) differences.push({ field: "tags", ours: add.join(", "), theirs: "" });
  if (externalId) differences.push({ field: "externalId", ours: externalId, theirs: "" });
  return { kind: "would_update", differences };
}
