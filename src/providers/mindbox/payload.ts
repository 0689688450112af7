/** Customer -> what Mindbox should hold. Pure. Field ids are Mindbox's names; custom fields stand under `customFields.<name>`. */
import { createHash } from "node:crypto";
import type { Contact, FieldValue, MappedContact } from "@/model/contact";
import { type Card, under } from "./answers";
import type { Settings } from "./settings";

export type Plain = string | number | boolean;
/** Everything but ids, tags and subscriptions, by field id. Empty text = nothing to say. */
export type Fields = Readonly<Record<string, Plain>>;

/** Leaving a field out keeps it; this word empties it (reference 5.1). */
export const CLEAR = "%CLEAR%";
/** Longer names fail the whole call (reference 5.2). */
const NAME_LENGTH = 100;
const TEXT_LENGTH = 1_000;
const CUSTOM = "customFields.";
type FieldType = Settings["customFields"][number]["type"];

export function fieldsOf(settings: Settings, mapped: MappedContact): Fields {
  const types = new Map<string, FieldType>(settings.customFields.map(({ name, type }) => [`${CUSTOM}${name}`, type] as const));
  const own = {
    email: mapped.email.trim(),
    mobilePhone: phoneOf(mapped),
    firstName: cut(mapped.firstName, NAME_LENGTH),
    lastName: cut(mapped.lastName, NAME_LENGTH),
    ...named(settings.registeredField, dateTime(mapped.dateJoined)),
    ...named(settings.cityField, cut(mapped.address?.city ?? "", TEXT_LENGTH)),
    ...named(settings.languageField, mapped.languageCode),
  };
  const ruled = Object.entries(mapped.fields).map(([id, value]) => [id, typed(value, types.get(id) ?? builtInType(id))] as const);
  return { ...own, ...Object.fromEntries(ruled) };
}

const named = (field: string, value: string): Fields => (field === "" ? {} : { [`${CUSTOM}${field}`]: value });

/** International, digits only; the first is of the default billing address. */
export const phoneOf = ({ phones }: Pick<MappedContact, "phones">): string => (phones[0]?.number ?? "").replace(/\D/g, "");

const builtInType = (id: string): FieldType => (id === "birthDate" ? "date" : "text");

/** What does not fit its type is left out rather than sent: Mindbox would drop it without a word. */
function typed(value: FieldValue, type: FieldType): Plain {
  if (value === null || value === "") return "";
  switch (type) {
    case "text":
      return cut(String(value), TEXT_LENGTH);
    case "boolean":
      return typeof value === "boolean" ? value : (YES_NO.get(String(value).trim().toLowerCase()) ?? "");
    case "integer":
      return inRange(Math.trunc(Number(value)), 2_147_483_647);
    case "decimal":
      return inRange(Math.round(Number(value) * 100) / 100, 1e16);
    case "date":
      return dateTime(String(value)).slice(0, 10);
    case "dateTime":
      return dateTime(String(value));
  }
}

const YES_NO = new Map([
  ["true", true],
  ["yes", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["0", false],
]);

const inRange = (value: number, most: number): Plain => (Number.isFinite(value) && Math.abs(value) <= most ? value : "");

/** ISO with `T` and `Z` is not among the forms that Mindbox takes (reference 2.6): UTC as `yyyy-MM-dd HH:mm:ss`. */
function dateTime(value: string): string {
  const instant = new Date(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value);
  return Number.isNaN(instant.getTime()) ? "" : instant.toISOString().slice(0, 19).replace("T", " ");
}

const cut = (value: string, length: number): string => [...value.trim()].slice(0, length).join("").trimEnd();

/** What is sent: an empty value goes only where we filled the field before, so that nobody else's entry is wiped. */
export function fieldsToSend(settings: Settings, { mapped, ownedFields }: Pick<Contact, "mapped" | "ownedFields">): Fields {
  const all = Object.entries(fieldsOf(settings, mapped));
  const sent = all.flatMap(([id, value]) =>
    value !== "" ? [[id, value] as const] : ownedFields.includes(id) ? [[id, CLEAR] as const] : [],
  );
  return Object.fromEntries(sent);
}

export function fills(settings: Settings, mapped: MappedContact): string[] {
  return Object.entries(fieldsOf(settings, mapped)).flatMap(([id, value]) => (value === "" ? [] : [id]));
}

export const ownedAfter = (settings: Settings, { mapped, ownedFields }: Pick<Contact, "mapped" | "ownedFields">): string[] => [
  ...new Set([...ownedFields, ...fills(settings, mapped)]),
];

export function payload(settings: Settings, mapped: MappedContact): Record<string, unknown> {
  const tags = settings.tagsField === "" ? null : mapped.tags;
  return { ...fieldsOf(settings, mapped), tags, phoneConfirmed: saysPhoneConfirmed(settings, mapped) };
}

export function saysPhoneConfirmed(settings: Settings, mapped: MappedContact): boolean {
  const said = settings.phoneConfirmedKey === "" ? undefined : mapped.meta[settings.phoneConfirmedKey];
  return settings.confirmOperation !== "" && phoneOf(mapped) !== "" && said?.kind === "value" && said.value.trim().toLowerCase() === "true";
}

/** `customFields.x` moves into its own object. */
export function customerBody(ids: Record<string, string>, fields: Readonly<Record<string, unknown>>, more: object = {}): object {
  const entries = Object.entries(fields);
  const custom = entries.filter(([id]) => id.startsWith(CUSTOM)).map(([id, value]) => [id.slice(CUSTOM.length), value]);
  const plain = entries.filter(([id]) => !id.startsWith(CUSTOM));
  return {
    customer: {
      ids,
      ...Object.fromEntries(plain),
      ...(custom.length > 0 && { customFields: Object.fromEntries(custom) }),
      ...more,
    },
  };
}

/** What a card holds of one field, as text; an empty one is not in the answer. */
export function heldBy(card: Card, field: string): string {
  const held = field.startsWith(CUSTOM) ? under(card.customFields, field.slice(CUSTOM.length)) : (card as Record<string, unknown>)[field];
  return held === undefined || held === null || typeof held === "object" ? "" : String(held);
}

/** Fields in which the card differs from what we send. */
export function differing(card: Card, fields: Fields): string[] {
  return Object.entries(fields).flatMap(([id, value]) => (isSame(id, value === CLEAR ? "" : String(value), heldBy(card, id)) ? [] : [id]));
}

function isSame(field: string, ours: string, theirs: string): boolean {
  if (field === "email") return ours.toLowerCase() === theirs.toLowerCase();
  if (field === "mobilePhone") return ours === theirs.replace(/\D/g, "");
  return ours === theirs || (field.startsWith(CUSTOM) && ours === theirs.replace(/\.0+$/, ""));
}

/** The list in the merchant's field for tags; `null` where it holds something else. */
export function tagsOf(settings: Settings, card: Card): readonly string[] {
  const held = under(card.customFields, settings.tagsField);
  if (Array.isArray(held)) return held.filter((tag): tag is string => typeof tag === "string");
  return typeof held === "string" && held !== "" ? [held] : [];
}

/** What Mindbox may quote back at us in a refusal. */
export function given({ mapped }: Contact): string[] {
  const values = [mapped.email, mapped.firstName, mapped.lastName, phoneOf(mapped), mapped.address?.city ?? ""];
  return [...values, ...Object.values(mapped.fields).map(String)].filter(Boolean);
}

/** One GUID for each payload of each operation (RFC 4122, version 5): repeats carry the same, another body another one. */
export function transactionId(repeatId: string, operation: string, body: object): string {
  const hex = createHash("sha1")
    .update(`${repeatId}/${operation}/${JSON.stringify(body)}`)
    .digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
