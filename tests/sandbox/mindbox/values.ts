/** What a project takes and what it lets drop (reference 5.2). In: one field of a request. Out: the value as kept, or why not. */
import type { CustomFieldType, Project } from "./project";

export type Verdict = { kind: "value"; value: unknown } | { kind: "clear" } | { kind: "invalid"; message: string };

const CLEAR = "%CLEAR%";
const DATE = /^(\d{4}-\d{2}-\d{2}|\d{2}\.\d{2}\.\d{4}|\d{2}\/\d{2}\/\d{4})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2}|\d{2}\.\d{2}\.\d{4})( \d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?)?$/;

export function judgeField(project: Project, name: string, value: unknown): Verdict {
  if (value === CLEAR) return { kind: "clear" };
  const text = String(value);
  switch (name) {
    case "firstName":
    case "lastName":
    case "middleName":
      return judgeName(project, text);
    case "email":
      return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) && text.length <= 254
        ? kept(text)
        : invalid(`"${text}" is not a valid e-mail address.`);
    case "mobilePhone":
      return judgePhone(project, text);
    case "sex":
      return judgeSex(text);
    case "birthDate":
      return DATE.test(text) ? kept(text) : invalid(`"${text}" is not a date.`);
    default:
      return kept(text);
  }
}

function judgeName({ alphabet }: Project, text: string): Verdict {
  const letters = alphabet === "cyrillic" ? /^[а-яё' -]*$/i : /^[^<>]*$/;
  if (!letters.test(text)) return invalid(`"${text}" holds letters that this project does not take.`);
  return text.length <= 100 ? kept(text) : invalid("A name is too long.");
}

function judgePhone({ phoneCodes }: Project, text: string): Verdict {
  const digits = text.replace(/\D/g, "").replace(/^8(?=\d{10}$)/, "7");
  const isTaken = phoneCodes === "any" ? /^\d{7,19}$/.test(digits) : phoneCodes.some((code) => new RegExp(`^${code}\\d{10}$`).test(digits));
  return isTaken ? kept(digits) : invalid(`${text} is not a phone number of an enabled country.`);
}

function judgeSex(text: string): Verdict {
  const known: Record<string, string> = { male: "male", m: "male", female: "female", f: "female", w: "female" };
  const value = known[text.toLowerCase()];
  return value ? kept(value) : invalid(`"${text}" is neither male nor female.`);
}

export function judgeCustom(type: CustomFieldType | undefined, value: unknown): Verdict {
  if (value === CLEAR) return { kind: "clear" };
  if (type === undefined) return invalid("There is no such field.");
  if (type === "list") return Array.isArray(value) ? kept(value.map(String)) : invalid("A list is expected.");
  const text = String(value);
  const isRight: Record<Exclude<CustomFieldType, "list">, boolean> = {
    text: text.length <= 1_000,
    integer: /^-?\d+$/.test(text) && Math.abs(Number(text)) <= 2_147_483_647,
    decimal: /^-?\d{1,16}([.,]\d{1,2})?$/.test(text),
    boolean: /^(true|false|yes|no|1|0)$/i.test(text),
    date: DATE.test(text),
    dateTime: DATE_TIME.test(text),
  };
  return isRight[type] ? kept(value) : invalid(`"${text}" is no ${type}.`);
}

const kept = (value: unknown): Verdict => ({ kind: "value", value });
const invalid = (message: string): Verdict => ({ kind: "invalid", message });
