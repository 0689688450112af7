/** What `upsert` would do to customers that we know nothing about yet, without doing it. Only looks. */
import type { Contact } from "@/model/contact";
import type { Difference, Foresight } from "../contract";
import type { Card } from "./answers";
import { bySaleorId, findCard } from "./find-card";
import { CLEAR, differing, fieldsToSend, heldBy, tagsOf } from "./payload";
import type { MindboxLink } from "./settings";
import { Visit } from "./visit";

export async function foresee(link: MindboxLink, contacts: readonly Contact[]): Promise<ReadonlyMap<string, Foresight>> {
  const visit = new Visit(link);
  const seen = await visit.each<Contact, Foresight>(contacts, (contact) => look(visit, contact));
  return new Map([...seen].map(([key, answer]) => [key, isForesight(answer) ? answer : { kind: "unknown" }]));
}

async function look(visit: Visit, contact: Contact) {
  const { ids } = bySaleorId(visit.settings, contact.key);
  const found = await findCard(visit, { ids, email: contact.mapped.email.trim() });
  if (found.kind === "none") return { kind: "would_create" } as const;
  if (found.kind !== "card") return found;
  const differences = [...fieldDifferences(visit, contact, found.card), ...tagDifferences(visit, contact, found.card)];
  return differences.length === 0 ? ({ kind: "would_leave" } as const) : ({ kind: "would_update", differences } as const);
}

function fieldDifferences({ settings }: Visit, contact: Contact, card: Card): Difference[] {
  const fields = fieldsToSend(settings, contact);
  return differing(card, fields).map((field) => {
    const value = fields[field] ?? "";
    return { field, ours: value === CLEAR ? "" : String(value), theirs: heldBy(card, field) };
  });
}

function tagDifferences({ settings }: Visit, { mapped }: Contact, card: Card): Difference[] {
  if (settings.tagsField === "") return [];
  const held = new Set(tagsOf(settings, card).map((tag) => tag.toLowerCase()));
  const missing = (mapped.tags ?? []).filter((tag) => !held.has(tag.toLowerCase()));
  return missing.length === 0 ? [] : [{ field: "tags", ours: missing.join(", "), theirs: "" }];
}

const isForesight = (answer: { kind: string }): answer is Foresight => answer.kind.startsWith("would_");
