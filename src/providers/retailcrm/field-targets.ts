/**
 * What a mapping rule may fill: built-in fields of a customer and the account's own. In our keys a value stands under the
 * path it has in a customer: `birthday`, `address.notes`, `customFields.tier`.
 */
import type { FieldValue } from "@/model/contact";
import type { FieldDefinition } from "../contract";
import type { Scalar } from "./answers";

interface BuiltIn extends FieldDefinition {
  key: string;
}

const builtIn = (key: string, type: FieldDefinition["type"], label: string, more: Partial<BuiltIn> = {}): BuiltIn => ({
  id: key.replace("address.", ""),
  key,
  label,
  type,
  required: false,
  ...(type === "text" && { maxLength: 255 }),
  ...more,
});

/** `phone` is no key of a customer: it joins the list of numbers. */
export const PHONE_TARGET = "phone";

export const BUILT_IN: readonly BuiltIn[] = [
  builtIn("patronymic", "text", "Patronymic"),
  builtIn("birthday", "date", "Birthday"),
  builtIn("sex", "choice", "Sex", { choices: ["male", "female"] }),
  builtIn(PHONE_TARGET, "text", "Another phone"),
  builtIn("vip", "boolean", "VIP"),
  builtIn("bad", "boolean", "Bad customer"),
  builtIn("personalDiscount", "number", "Personal discount, %"),
  builtIn("discountCardNumber", "text", "Discount card number"),
  builtIn("address.notes", "text", "Address notes"),
];

const byId = new Map(BUILT_IN.map((field) => [field.id, field]));

/** The vendor's history names custom fields so; here it keeps one apart from a built-in field of the same code. */
const CUSTOM = "custom_";

export const idOfCustom = (code: string): string => (byId.has(code) || code.startsWith(CUSTOM) ? `${CUSTOM}${code}` : code);

export function keyOfTarget(id: string): string {
  return byId.get(id)?.key ?? `customFields.${id.startsWith(CUSTOM) ? id.slice(CUSTOM.length) : id}`;
}

/** A value in the form the vendor reads; `""` = empty. Dates carry no time: the day counts, as it is written. */
export function cleanFor(id: string, value: FieldValue): Scalar {
  if (value === null) return "";
  if (typeof value !== "string") return value;
  const text = value.trim();
  switch (byId.get(id)?.type) {
    case "date":
      return text.slice(0, 10);
    case "choice":
      return text.toLowerCase();
    case "number":
      return text === "" || !Number.isFinite(Number(text)) ? text : Number(text);
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}
