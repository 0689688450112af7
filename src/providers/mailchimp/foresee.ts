/** What `upsert` would do to contacts that we know nothing about yet, without doing it. Only reads. */
import type { Contact } from "@/model/contact";
import type { Difference, Foresight } from "../contract";
import type { Member } from "./answers";
import { isMissing } from "./failures";
import { bodyFor, isSame, subscriberHash } from "./payload";
import type { MailchimpLink } from "./settings";
import { Visit } from "./visit";

export async function foresee(link: MailchimpLink, contacts: readonly Contact[]): Promise<ReadonlyMap<string, Foresight>> {
  const visit = new Visit(link);
  const seen = await visit.each<Contact, Foresight>(contacts, (contact) => look(visit, contact));
  return new Map([...seen].map(([key, answer]) => [key, isForesight(answer) ? answer : { kind: "unknown" }]));
}

async function look(visit: Visit, contact: Contact) {
  const found = await visit.api.member(subscriberHash(contact.mapped.email));
  if (found.kind === "problem") return isMissing(found.problem) ? absent(visit) : visit.fail(found.problem);
  return present(visit, contact, found.value);
}

function absent(visit: Visit): Foresight {
  if (visit.settings.newStatus === "existing_only") return { kind: "would_skip", reason: "not_in_audience" };
  return { kind: "would_create" };
}

function present(visit: Visit, contact: Contact, member: Member): Foresight {
  if (member.status === "archived" && !visit.settings.reviveArchived) return { kind: "would_skip", reason: "archived" };
  const differences = [...fieldDifferences(contact, member), ...tagDifferences(contact, member)];
  return differences.length === 0 && member.status !== "archived" ? { kind: "would_leave" } : { kind: "would_update", differences };
}

function fieldDifferences(contact: Contact, member: Member): Difference[] {
  return Object.entries(bodyFor(contact).merge_fields).flatMap(([field, value]) => {
    const held = member.mergeFields[field];
    if (held === undefined || isSame(value, held)) return [];
    return [{ field, ours: shown(value), theirs: shown(held) }];
  });
}

const shown = (value: unknown) => (typeof value === "object" && value !== null ? Object.values(value).join(", ") : String(value ?? ""));

function tagDifferences({ mapped }: Contact, member: Member): Difference[] {
  const held = new Set((member.tags ?? []).map((tag) => tag.toLowerCase()));
  const missing = (mapped.tags ?? []).filter((tag) => !held.has(tag.toLowerCase()));
  return missing.length === 0 ? [] : [{ field: "tags", ours: missing.join(", "), theirs: "" }];
}

const isForesight = (answer: { kind: string }): answer is Foresight => answer.kind.startsWith("would_");
