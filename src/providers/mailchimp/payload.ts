import { createHash } from "node:crypto";
import type { Contact, FieldValue, MappedContact } from "@/model/contact";
import { type AddressValue, assemble, isSameAddress } from "./address-fields";
import type { Member } from "./answers";

/** Mailchimp cuts longer text, in bytes and possibly inside a letter; so we cut first (help: import file guidelines, 2026-08). */
const MERGE_FIELD_BYTES = 255;

export interface MemberBody {
  email_address: string;
  merge_fields: Record<string, MergeValue>;
}

type MergeValue = string | number | AddressValue;

/** What we want the contact to hold, apart from its status. */
export function memberBody(mapped: MappedContact): MemberBody {
  return {
    email_address: mapped.email.trim(),
    merge_fields: { FNAME: cut(mapped.firstName), LNAME: cut(mapped.lastName), ...cleanFields(mapped.fields) },
  };
}

/**
 * What is sent for this contact. An empty value goes only where we filled the field before: a customer without a name in
 * Saleor must not wipe the name that the merchant's own form collected.
 */
export function bodyFor({ mapped, ownedFields }: Pick<Contact, "mapped" | "ownedFields">): MemberBody {
  const body = memberBody(mapped);
  const sent = Object.entries(body.merge_fields).filter(([tag, value]) => value !== "" || ownedFields.includes(tag));
  return { ...body, merge_fields: Object.fromEntries(sent) };
}

/** Fields that we have filled, once this contact is written. */
export function ownedAfter({ mapped, ownedFields }: Pick<Contact, "mapped" | "ownedFields">): string[] {
  const filled = Object.entries(memberBody(mapped).merge_fields).flatMap(([tag, value]) => (value === "" ? [] : [tag]));
  return [...new Set([...ownedFields, ...filled])];
}

export function payload(mapped: MappedContact): Record<string, unknown> {
  return { ...memberBody(mapped), tags: mapped.tags };
}

/** An address that lacks a part is not sent: it would fail the whole contact. */
export function problemsOf(mapped: MappedContact): string[] {
  return assemble(mapped.fields).incomplete.map((tag) => `address_incomplete:${tag}`);
}

/** `null` is refused for the whole contact ("did not match any of the schemas") and `""` empties; booleans go as words. */
function cleanFields(fields: MappedContact["fields"]): Record<string, MergeValue> {
  const { plain, addresses } = assemble(fields);
  const cleaned = Object.fromEntries(Object.entries(plain).map(([tag, value]) => [tag, clean(value)]));
  return { ...cleaned, ...addresses };
}

function clean(value: FieldValue): string | number {
  if (value === null) return "";
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return cut(String(value));
}

function cut(value: string): string {
  const text = value.trim();
  if (Buffer.byteLength(text) <= MERGE_FIELD_BYTES) return text;
  let kept = "";
  let bytes = 0;
  for (const letter of text) {
    bytes += Buffer.byteLength(letter);
    if (bytes > MERGE_FIELD_BYTES) break;
    kept += letter;
  }
  return kept.trimEnd();
}

/** The key of a contact in paths: MD5 of the lower-cased address (contract 3.0.55). The address itself goes as typed. */
export function subscriberHash(email: string): string {
  return createHash("md5").update(comparable(email)).digest("hex");
}

/** Two spellings of one address for Mailchimp. */
export const comparable = (email: string): string => email.trim().normalize("NFC").toLowerCase();

/** A field the audience does not have is ignored by Mailchimp without a word: it cannot differ. */
export function holds(member: Member, body: MemberBody): boolean {
  return Object.entries(body.merge_fields).every(([tag, value]) => {
    const held = member.mergeFields[tag];
    return held === undefined || isSame(value, held);
  });
}

export function isSame(ours: MergeValue, theirs: unknown): boolean {
  return typeof ours === "object" ? isSameAddress(ours, theirs) : String(theirs) === String(ours);
}

/** Fields of the merchant's rules that the audience does not have: every answer names all that it has. */
export function missingFields({ mapped }: Pick<Contact, "mapped">, member: Member): string[] {
  const tags = [...new Set(Object.keys(mapped.fields).map((id) => id.split(".", 1)[0]!))];
  return tags.filter((tag) => !(tag in member.mergeFields)).map((tag) => `field_missing:${tag}`);
}
