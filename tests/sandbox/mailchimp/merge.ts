/** Merge fields: what each type accepts and the words it refuses with (Mailchimp contract 3.0.55, recorded bodies; read 2026-08). */
import { type FieldError, mergeInvalid } from "./problems";

interface MergeAddress {
  addr1: string;
  addr2?: string;
  city: string;
  state: string;
  zip: string;
  country?: string;
}
export type MergeValue = string | number | MergeAddress;
export const MERGE_TYPES = [
  "text",
  "number",
  "address",
  "phone",
  "date",
  "url",
  "imageurl",
  "radio",
  "dropdown",
  "birthday",
  "zip",
] as const;
export type MergeType = (typeof MERGE_TYPES)[number];

export interface MergeField {
  merge_id: number;
  tag: string;
  name: string;
  type: MergeType;
  required: boolean;
  default_value: string;
  public: boolean;
  display_order: number;
  options: { default_country?: number; phone_format?: string; date_format?: string; choices?: string[]; size?: number };
  help_text: string;
}

type Checked = { value: MergeValue } | { refused: string };
const ok = (value: MergeValue): Checked => ({ value });
const refuse = (refused: string): Checked => ({ refused });
const matches = (pattern: RegExp, message: string) => (value: string) => (pattern.test(value) ? ok(value) : refuse(message));

/** More than 255 bytes are cut, silently. */
const cut = (text: string) =>
  Buffer.from(text)
    .subarray(0, 255)
    .toString("utf8")
    .replace(/\uFFFD$/, "");

function checkText(value: string, field: MergeField): Checked {
  switch (field.type) {
    case "number":
      return value.trim() !== "" && Number.isFinite(Number(value)) ? ok(Number(value)) : refuse("Please enter a number");
    case "date":
      return isDate(value) ? ok(value) : refuse("Please enter the date");
    case "birthday":
      return matches(/^(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])$/, "Please enter a month (01-12) and a day (01-31)")(value);
    case "zip":
      return matches(/^\d{5}$/, "Please enter a valid zip code")(value);
    case "url":
    case "imageurl":
      return matches(/^https?:\/\/\S+$/, "Please enter a valid URL")(value);
    case "phone":
      return field.options.phone_format === "US"
        ? matches(/^\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}$/, "Please enter a valid phone number")(value)
        : ok(cut(value));
    case "radio":
    case "dropdown":
      return field.options.choices?.includes(value) ? ok(value) : refuse("Please choose one of the available options");
    case "address":
      return refuse("Please enter a complete address");
    case "text":
      return ok(cut(value));
  }
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

/** Incomplete is refused even where the field is optional: one missing part fails the whole member. */
function checkAddressValue(value: MergeAddress): Checked {
  const complete = [value.addr1, value.city, value.state, value.zip].every((part) => typeof part === "string" && part.trim() !== "");
  return complete ? ok(value) : refuse("Please enter a complete address");
}

function check(value: MergeValue, field: MergeField): Checked {
  if (value === "") return ok("");
  if (typeof value === "object") return field.type === "address" ? checkAddressValue(value) : refuse("Please enter a value");
  return checkText(String(value), field);
}

/**
 * The member's merge fields after the write. Unknown tags are dropped without a word; tags not mentioned keep their
 * value; `skipRequired` lifts only "required", never the types.
 */
export function mergeAfter(
  fields: readonly MergeField[],
  current: Readonly<Record<string, MergeValue>>,
  given: Readonly<Record<string, MergeValue>> | undefined,
  skipRequired: boolean,
): Record<string, MergeValue> {
  const after = { ...current };
  const errors: FieldError[] = [];
  for (const field of fields) {
    const value = given?.[field.tag];
    const checked = value === undefined ? undefined : check(value, field);
    if (checked && "refused" in checked) errors.push({ field: field.tag, message: checked.refused });
    else if (checked) after[field.tag] = checked.value;
    if (!skipRequired && field.required && !(checked && "refused" in checked) && (after[field.tag] ?? "") === "") {
      errors.push({ field: field.tag, message: "Please enter a value" });
    }
  }
  if (errors.length > 0) throw mergeInvalid(errors);
  return after;
}
