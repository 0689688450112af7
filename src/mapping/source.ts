/** Where a rule finds its value. A reader is made once for each rule and asked for every customer. */
import type { Address, Customer, MetaValue } from "@/model/customer";
import type { CustomerField, FieldSource, WordSource } from "@/model/rules";

/** Saleor would not show it, and nothing may be concluded. */
export const UNREADABLE = Symbol("unreadable");
/** This customer has no such attribute: its name is wrong, or it belongs to another customer type. */
export const UNKNOWN = Symbol("unknown");
/** `null` = there is none. */
export type Raw = string | null | typeof UNREADABLE | typeof UNKNOWN;
type Reader = (customer: Customer) => Raw;

export function readerOf(source: FieldSource): Reader {
  return source.kind === "customer" ? builtIn(source.name) : wordReader(source);
}

export function wordReader({ kind, key }: WordSource): Reader {
  if (kind === "attribute") return ({ attributes }) => (attributes && Object.hasOwn(attributes, key) ? attributes[key] || null : UNKNOWN);
  return kind === "private" ? ({ privateMeta }) => fromMeta(privateMeta[key]) : ({ publicMeta }) => fromMeta(publicMeta[key]);
}

function fromMeta(value: MetaValue | undefined): Raw {
  if (value === undefined || value.kind === "unreadable") return UNREADABLE;
  return value.kind === "absent" ? null : value.value;
}

function builtIn(name: CustomerField): Reader {
  const [whose, part] = name.split(".") as [string, keyof Address | undefined];
  if (part) return whose === "billing" ? (c) => c.defaultBillingAddress?.[part] ?? null : (c) => c.defaultShippingAddress?.[part] ?? null;
  switch (name) {
    case "fullName":
      return ({ firstName, lastName }) => `${firstName.trim()} ${lastName.trim()}`.trim();
    case "phone":
      return (c) => c.defaultBillingAddress?.phone || c.defaultShippingAddress?.phone || null;
    case "isActive":
    case "isConfirmed":
      return (c) => String(c[name]);
    default:
      return (c) => c[name as "email" | "lastLogin"];
  }
}
