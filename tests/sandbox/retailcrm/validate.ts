/** What the vendor does not take (reference, 2.2 and 2.6). In: one customer as sent. Out: field -> text. */
import type { Errors } from "./replies";
import type { World } from "./world";

export type Sent = Record<string, unknown>;

const TEXTS = ["firstName", "lastName", "patronymic", "externalId", "discountCardNumber"];
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

export function faultsIn(world: World, sent: Sent): Errors {
  return { ...plainFaults(sent), ...phoneFaults(sent.phones), ...addressFaults(sent.address), ...customFaults(world, sent.customFields) };
}

function plainFaults(sent: Sent): Errors {
  const errors: Record<string, string> = {};
  for (const name of TEXTS) {
    const value = sent[name];
    if (value !== undefined && (typeof value !== "string" || value.length > 255)) errors[name] = "Invalid value";
  }
  if (!isEmail(sent.email)) errors.email = "Invalid value";
  if (!isEmptyOr(sent.birthday, (text) => DATE.test(text) && isRealDate(text))) errors.birthday = "Invalid date";
  if (!isEmptyOr(sent.createdAt, (text) => DATETIME.test(text))) errors.createdAt = "Invalid date";
  if (!isEmptyOr(sent.sex, (text) => text === "male" || text === "female")) errors.sex = "Invalid value";
  for (const flag of ["vip", "bad", "subscribed"])
    if (sent[flag] !== undefined && typeof sent[flag] !== "boolean") errors[flag] = "Must be a boolean";
  const discount = sent.personalDiscount;
  if (discount !== undefined && (typeof discount !== "number" || discount < 0 || discount > 100)) errors.personalDiscount = "Invalid value";
  return errors;
}

const isEmail = (value: unknown): boolean =>
  value === undefined || (typeof value === "string" && value.length < 100 && (value === "" || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)));

const isEmptyOr = (value: unknown, holds: (text: string) => boolean): boolean =>
  value === undefined || value === "" || (typeof value === "string" && holds(value));

const isRealDate = (text: string): boolean => !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

function phoneFaults(phones: unknown): Errors {
  if (phones === undefined) return {};
  if (!Array.isArray(phones)) return { phones: "Must be a list" };
  const wrong = phones.findIndex((phone) => typeof (phone as { number?: unknown }).number !== "string");
  return wrong < 0 ? {} : { [`phones[${wrong}].number`]: "Invalid value" };
}

function addressFaults(address: unknown): Errors {
  if (address === undefined) return {};
  if (address === null || typeof address !== "object" || Array.isArray(address)) return { address: "Must be an object" };
  const { countryIso = "" } = address as { countryIso?: unknown };
  return typeof countryIso === "string" && /^([A-Z]{2})?$/.test(countryIso) ? {} : { "address.countryIso": "Invalid value" };
}

function customFaults(world: World, fields: unknown): Errors {
  if (fields === undefined) return {};
  if (fields === null || typeof fields !== "object" || Array.isArray(fields)) return { customFields: "Must be an object" };
  const errors: Record<string, string> = {};
  for (const [code, value] of Object.entries(fields)) {
    const field = world.customFields.find((one) => one.entity === "customer" && one.code === code);
    if (!field && world.habits.unknownCustomField === "ignore") continue;
    if (!field) errors[`customFields.${code}`] = "This field does not exist";
    else if (value !== "" && !fits(world, field.type, field.dictionary, value)) errors[`customFields.${code}`] = "Invalid value";
  }
  return errors;
}

function fits(world: World, type: string, dictionary: string | undefined, value: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(Number(value));
    case "numeric":
      return Number.isFinite(Number(value));
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "date":
      return typeof value === "string" && DATE.test(value);
    case "dictionary":
      return world.dictionaries.some((one) => one.code === dictionary && one.elements.some((element) => element.code === value));
    default:
      return ["string", "number", "boolean"].includes(typeof value) || Array.isArray(value);
  }
}
