/**
 * An ADDRESS field is one value with parts at Mailchimp. The dictionary shows each part as a field of its own
 * (`ADDRESS.city`), and here they come together. One missing part fails the whole contact, even where the field is
 * optional (reports against Mailchimp's own plug-ins, read 2026-08): such an address is left out.
 */
import type { FieldValue } from "@/model/contact";

export const PARTS = {
  addr1: "street",
  addr2: "second line",
  city: "city",
  state: "state",
  zip: "postal code",
  country: "country (two letters)",
} as const;
type Part = keyof typeof PARTS;
export type AddressValue = Partial<Record<Part, string>>;
const REQUIRED: readonly Part[] = ["addr1", "city", "state", "zip"];

export const partId = (tag: string, part: Part): string => `${tag}.${part}`;

export interface Assembled {
  /** Everything that is no part of an address. */
  plain: Record<string, FieldValue>;
  /** `""` = every part is empty. */
  addresses: Record<string, AddressValue | "">;
  /** Tags of addresses that lack a part. */
  incomplete: string[];
}

export function assemble(fields: Readonly<Record<string, FieldValue>>): Assembled {
  const plain: Record<string, FieldValue> = {};
  const found = new Map<string, Partial<Record<Part, FieldValue>>>();
  for (const [id, value] of Object.entries(fields)) {
    const dot = id.indexOf(".");
    if (dot < 0) plain[id] = value;
    else found.set(id.slice(0, dot), { ...found.get(id.slice(0, dot)), [id.slice(dot + 1)]: value });
  }
  const addresses: Record<string, AddressValue | ""> = {};
  const incomplete: string[] = [];
  for (const [tag, parts] of found) {
    const filled = Object.fromEntries(Object.entries(parts).flatMap(([part, value]) => (value === null ? [] : [[part, String(value)]])));
    if (REQUIRED.every((part) => filled[part])) addresses[tag] = filled;
    else if (Object.keys(filled).length > 0 || REQUIRED.some((part) => !(part in parts))) incomplete.push(tag);
    else addresses[tag] = "";
  }
  return { plain, addresses, incomplete };
}

/** The parts that we sent stand there; what else the contact holds of the address is not ours. */
export function isSameAddress(ours: AddressValue, theirs: unknown): boolean {
  if (typeof theirs !== "object" || theirs === null) return false;
  return Object.entries(ours).every(([part, value]) => String((theirs as Record<string, unknown>)[part] ?? "") === value);
}
