/** What a rule makes of the text it found, before the target has its say. Never throws. */
import type { FieldValue } from "@/model/contact";
import type { Transform } from "@/model/rules";
import { readDate, writeDate } from "./dates";

/** Says why a value was left out or changed: a reason code, without the target's name. */
export type Note = (problem: string) => void;
/** `undefined` = it cannot be understood, and the note says why: then the field stays as it is. */
type Change = (text: string, note: Note) => FieldValue | undefined;

export function transformOf(transform: Transform): Change {
  switch (transform.kind) {
    case "text":
      return (text) => text;
    case "lower":
      return (text) => text.toLowerCase();
    case "number":
      return toNumber;
    case "yesno":
      return toYesNo;
    case "date":
      return (text, note) => {
        const day = readDate(text.trim(), transform.from);
        if (!day) note("value_not_date");
        return day ? writeDate(day, transform.to) : undefined;
      };
    case "list":
      return (text, note) => fromList(text, transform.take, note);
  }
}

const NUMBER = /^[+-]?\d{1,300}(\.\d{1,300})?$/;

export function toNumber(text: string, note: Note): number | undefined {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Number(trimmed);
  note("value_not_number");
  return undefined;
}

const WORDS: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  "1": true,
  no: false,
  false: false,
  off: false,
  "0": false,
};

export function toYesNo(text: string, note: Note): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  note("value_not_yes_no");
  return undefined;
}

function fromList(text: string, take: "joined" | "first" | "length", note: Note): FieldValue | undefined {
  const list = parseList(text, note);
  if (!list) return undefined;
  if (take === "length") return list.length;
  if (!list.every(isPlain)) {
    note("value_not_a_plain_list");
    return undefined;
  }
  return take === "first" ? (list.length > 0 ? String(list[0]) : null) : list.map(String).join(", ");
}

function parseList(text: string, note: Note): unknown[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    note("value_not_json");
    return undefined;
  }
  if (Array.isArray(parsed)) return parsed;
  note("value_not_a_list");
  return undefined;
}

const isPlain = (item: unknown) => typeof item === "string" || typeof item === "boolean" || Number.isFinite(item);
