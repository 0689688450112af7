/** Contact -> customer, field by field. Pure. A field is known by its path in a customer, as in `field-targets.ts`. */
import { createHash } from "node:crypto";
import type { Contact, MappedContact } from "@/model/contact";
import type { CustomerId } from "@/model/shop";
import type { Held, Scalar } from "./answers";
import { cleanFor, keyOfTarget, PHONE_TARGET } from "./field-targets";
import { isPhoneKey, numbersOf, phoneKey } from "./phones";

/** No limit is established but the e-mail's; 255 is what such columns have (reference, 2026-11). */
const LONGEST = 255;

export type Fields = Readonly<Record<string, Scalar>>;

/** Every field we have a word on, by key; `""` = empty in Saleor. */
export function wantedFields(mapped: MappedContact): Fields {
  const { address } = mapped;
  const rules = Object.entries(mapped.fields).filter(([id]) => id !== PHONE_TARGET);
  return {
    email: comparable(mapped.email),
    firstName: cut(mapped.firstName),
    lastName: cut(mapped.lastName),
    "address.countryIso": address?.country ?? "",
    "address.region": cut(address?.countryArea ?? ""),
    "address.city": cut(joined([address?.city, address?.cityArea])),
    "address.index": cut(address?.postalCode ?? ""),
    "address.text": cut(joined([address?.streetAddress1, address?.streetAddress2])),
    ...Object.fromEntries(rules.map(([id, value]) => [keyOfTarget(id), cleanFor(id, value)])),
  };
}

const joined = (parts: readonly (string | undefined)[]): string => parts.filter((part) => part?.trim()).join(", ");
const cut = (value: string): string => [...value.trim()].slice(0, LONGEST).join("");

/** Two spellings of one address; in lower case is also how it is sent. */
export const comparable = (email: string): string => email.trim().normalize("NFC").toLowerCase();

/** Short, and no address can be read back from it. */
export const hashOf = (email: string): string => createHash("sha256").update(comparable(email)).digest("base64url").slice(0, 16);

/**
 * What has to change for this customer to hold what we want. An empty value goes only where we filled the field before:
 * a customer without a name in Saleor must not wipe the name that a manager wrote.
 */
export function fieldChanges({ mapped, ownedFields }: Pick<Contact, "mapped" | "ownedFields">, held: Held): Record<string, Scalar> {
  const changes = Object.entries(wantedFields(mapped)).filter(([key, value]) => {
    const theirs = key === "email" ? comparable(held.email) : held.fields[key];
    if (value === "") return theirs !== undefined && ownedFields.includes(key);
    return String(theirs ?? "") !== String(value);
  });
  return Object.fromEntries(changes);
}

/** A customer that does not exist yet: whatever is not empty. Nobody is left without a name in the vendor's lists. */
export function newFields(mapped: MappedContact): Record<string, Scalar> {
  const filled = Object.fromEntries(Object.entries(wantedFields(mapped)).filter(([, value]) => value !== ""));
  const isNameless = filled.firstName === undefined && filled.lastName === undefined;
  return isNameless ? { ...filled, firstName: cut(comparable(mapped.email).split("@")[0] ?? "") } : filled;
}

/** `{ "address.city": "Riga" }` -> `{ address: { city: "Riga" } }` */
export function nested(fields: Fields): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    const dot = key.indexOf(".");
    if (dot < 0) root[key] = value;
    else root[key.slice(0, dot)] = { ...(root[key.slice(0, dot)] as object | undefined), [key.slice(dot + 1)]: value };
  }
  return root;
}

/** For the fingerprint and the page. */
export function payload(mapped: MappedContact): Record<string, unknown> {
  return { ...nested(wantedFields(mapped)), phones: numbersOf(mapped).wanted, tags: mapped.tags };
}

/** What delivering this contact fills, numbers one by one. */
export function fills(mapped: MappedContact): string[] {
  const filled = Object.entries(wantedFields(mapped)).flatMap(([key, value]) => (value === "" ? [] : [key]));
  return [...filled, ...numbersOf(mapped).wanted.map(phoneKey)];
}

/** @param keepsNumbers the vendor would not take numbers of ours away. */
export function ownedAfter({ mapped, ownedFields }: Pick<Contact, "mapped" | "ownedFields">, keepsNumbers = false): string[] {
  const before = ownedFields.filter((key) => keepsNumbers || !isPhoneKey(key));
  return [...new Set([...before, ...fills(mapped)])];
}

/**
 * Saleor's own key of the customer, without the Base64 around it, which goes badly into paths (bitrix-module issue 384):
 * digits, or a UUID.
 */
export function externalIdOf(key: CustomerId): string {
  const decoded = Buffer.from(key, "base64").toString("utf8");
  const own = /^\w+:([\w-]+)$/.exec(decoded)?.[1];
  return own ?? key.replace(/[^\w-]/g, "");
}

/** Back again; `null` = not a key of Saleor's customers: made by hand, or by another shop system. */
export function customerIdOf(externalId: string): CustomerId | null {
  return /^(\d+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(externalId)
    ? Buffer.from(`User:${externalId}`).toString("base64")
    : null;
}

const PARTS = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;

/** An instant on the wall clock of the account, as the vendor writes it: without a zone. `null` = zone or instant unknown. */
export function localTime(instant: string, timezone: string): string | null {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return null;
  try {
    const format = new Intl.DateTimeFormat("en-GB", { ...PARTS, timeZone: timezone, hourCycle: "h23" });
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second}`;
  } catch {
    return null;
  }
}
