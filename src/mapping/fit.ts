/** Makes a value what its target takes: type, length, choice and form. Never throws. */
import type { FieldValue } from "@/model/contact";
import type { FieldTarget, TextForm } from "@/model/rules";
import { isInForm, readDate, writeDate } from "./dates";
import { type Note, toNumber, toYesNo } from "./transform";

type Value = Exclude<FieldValue, null>;
/** `undefined` = the target would not take it, and the note says why. */
type Fit = (value: Value, note: Note) => Value | undefined;

export function fitterOf(target: FieldTarget): Fit {
  switch (target.type) {
    case "number":
      return (value, note) => (typeof value === "string" ? toNumber(value, note) : Number(value));
    case "boolean":
      return (value, note) => (typeof value === "boolean" ? value : toYesNo(String(value), note));
    case "date":
      return dateFitter(target);
    case "choice":
      return choiceFitter(target.choices);
    case "text":
    case "other":
      return textFitter(target);
  }
}

function dateFitter({ dateForm = "yyyy-mm-dd" }: FieldTarget): Fit {
  return (value, note) => {
    const text = String(value).trim();
    if (isInForm(text, dateForm)) return text;
    const day = readDate(text, "iso");
    if (!day) note("value_not_date");
    return day ? writeDate(day, dateForm) : undefined;
  };
}

/** Spelled as the provider spells it; a dictionary without choices leaves the judgement to the provider. */
function choiceFitter(choices: readonly string[] = []): Fit {
  if (choices.length === 0) return (value) => plain(String(value));
  const known = new Map([...choices].reverse().map((choice) => [choice.toLowerCase(), choice]));
  const exact = new Set(choices);
  return (value, note) => {
    const text = String(value).trim();
    const choice = exact.has(text) ? text : known.get(text.toLowerCase());
    if (choice === undefined) note("value_not_a_choice");
    return choice;
  };
}

function textFitter({ form, maxLength, lengthIn }: FieldTarget): Fit {
  return (value, note) => {
    const text = plain(String(value));
    const formed = form ? inForm(text, form) : text;
    if (formed === undefined) note("value_wrong_form");
    if (formed === undefined || maxLength === undefined) return formed;
    const kept = lengthIn === "bytes" ? cutBytes(formed, maxLength) : cutCharacters(formed, maxLength);
    if (kept !== formed) note("value_cut");
    return kept;
  };
}

const US_PHONE = /^(?:\+?1[-. ]?)?\(?(\d{3})\)?[-. ]?(\d{3})[-. ]?(\d{4})$/;

function inForm(text: string, form: TextForm): string | undefined {
  switch (form) {
    case "url":
      return /^https?:\/\/\S+$/.test(text) ? text : undefined;
    case "us_zip":
      return /^\d{5}(-\d{4})?$/.test(text) ? text.slice(0, 5) : undefined;
    case "us_phone": {
      const found = US_PHONE.exec(text);
      return found ? `${found[1]}-${found[2]}-${found[3]}` : undefined;
    }
  }
}

const UNSENDABLE = /[\p{Surrogate}\p{Cc}]/u;
const ALL_UNSENDABLE = new RegExp(UNSENDABLE, "gu");

/** Without control characters and halves of a character, which neither JSON nor a vendor survives. */
function plain(text: string): string {
  const trimmed = text.trim();
  return UNSENDABLE.test(trimmed) ? trimmed.replace(ALL_UNSENDABLE, " ").trim() : trimmed;
}

function cutCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  const letters = [...text];
  return letters.length <= most ? text : letters.slice(0, most).join("").trimEnd();
}

function cutBytes(text: string, most: number): string {
  if (text.length * 3 <= most || Buffer.byteLength(text) <= most) return text;
  let kept = "";
  let bytes = 0;
  for (const letter of text) {
    bytes += Buffer.byteLength(letter);
    if (bytes > most) break;
    kept += letter;
  }
  return kept.trimEnd();
}
