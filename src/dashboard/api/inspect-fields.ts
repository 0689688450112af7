/** What we would send beside what the provider holds, field by field. An empty value of ours wipes nobody else’s, so it is no difference. Pure. */
import type { MappedContact } from "@/model/contact";
import type { ProviderContact } from "@/providers/contract";
import type { InspectField } from "./views";

export function compareFields(
  payload: Record<string, unknown> | null,
  contact: MappedContact | null,
  held: ProviderContact | null,
): InspectField[] {
  const theirs = new Map(Object.entries(held?.fields ?? {}).map(([field, value]) => [field, textOf(value)]));
  const ours = flat(payload ?? {}).filter(({ path, value }) => path.at(-1) !== "tags" && value !== contact?.email);
  const sent = ours.map(({ path, value }): InspectField => {
    const field = nameAmong(theirs, path);
    const their = theirs.get(field) ?? null;
    theirs.delete(field);
    return { field, ours: value, theirs: held ? their : null, differs: held !== null && value !== "" && (their ?? "") !== value };
  });
  const rest = [...theirs]
    .filter(([, value]) => value !== "")
    .map(([field, value]) => ({ field, ours: null, theirs: value, differs: false }));
  return [...emailOf(contact, held), ...sent, ...tagsOf(contact, held), ...rest];
}

function emailOf(contact: MappedContact | null, held: ProviderContact | null): InspectField[] {
  const [ours, theirs] = [contact?.email ?? null, held?.email ?? null];
  if (ours === null && theirs === null) return [];
  const differs = ours !== null && theirs !== null && ours.toLowerCase() !== theirs.toLowerCase();
  return [{ field: "email", ours, theirs, differs }];
}

/** Tags that others set stay: only one of ours that is missing there is a difference. */
function tagsOf(contact: MappedContact | null, held: ProviderContact | null): InspectField[] {
  const [ours, theirs] = [contact?.tags ?? null, held?.tags ?? null];
  if (!ours?.length && !theirs?.length) return [];
  const there = new Set(theirs?.map((tag) => tag.toLowerCase()));
  const differs = held !== null && (ours ?? []).some((tag) => !there.has(tag.toLowerCase()));
  return [{ field: "tags", ours: ours?.join(", ") ?? null, theirs: theirs?.join(", ") ?? null, differs }];
}

interface Leaf {
  path: string[];
  value: string;
}

function flat(node: Record<string, unknown>, above: string[] = []): Leaf[] {
  return Object.entries(node).flatMap(([key, value]) => {
    const path = [...above, key];
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return flat(value as Record<string, unknown>, path);
    return [{ path, value: textOf(value) }];
  });
}

/** A vendor may nest what it lists flat: the longest ending of the path that it knows. */
function nameAmong(theirs: ReadonlyMap<string, string>, path: readonly string[]): string {
  const endings = path.map((_, index) => path.slice(index).join("."));
  return endings.find((ending) => theirs.has(ending)) ?? path.at(-1) ?? "";
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
