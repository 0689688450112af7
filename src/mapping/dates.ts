/** Days and instants in the forms that shops write and vendors take. No time zone is applied: the day is the one written. */
import type { DateIn, DateOut } from "@/model/rules";

interface Day {
  year: number;
  month: number;
  day: number;
  /** Milliseconds since 1970; midnight UTC where only a day was written. Seldom asked for, and slow to find out. */
  at(): number;
}

const CLOCK = "(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d(?:\\.\\d{1,9})?)?";
const OFFSET = "(?:Z|[+-](?:[01]\\d|2[0-3]):?[0-5]\\d)?";
const ISO = new RegExp(`^(\\d{4})-(\\d{2})-(\\d{2})(?:[T ]${CLOCK}${OFFSET})?$`);
const PATTERNS = { "dd.mm.yyyy": /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, slashes: /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/ } as const;
const INTEGER = /^-?\d{1,15}$/;

export function readDate(text: string, form: DateIn): Day | null {
  switch (form) {
    case "iso":
      return isoDay(text);
    case "dd.mm.yyyy":
      return written(PATTERNS["dd.mm.yyyy"].exec(text), [3, 2, 1]);
    case "dd/mm/yyyy":
      return written(PATTERNS.slashes.exec(text), [3, 2, 1]);
    case "mm/dd/yyyy":
      return written(PATTERNS.slashes.exec(text), [3, 1, 2]);
    case "unix":
      return INTEGER.test(text) ? fromInstant(Number(text) * 1000) : null;
    case "unix_ms":
      return INTEGER.test(text) ? fromInstant(Number(text)) : null;
  }
}

function isoDay(text: string): Day | null {
  const found = ISO.exec(text);
  const day = written(found, [1, 2, 3]);
  if (!day || text.length === 10) return day;
  return { ...day, at: () => instantOf(text) };
}

/** Without an offset, the clock is UTC's. */
function instantOf(text: string): number {
  const dated = text.replace(" ", "T").replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
  return Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(dated) ? dated : `${dated}Z`);
}

function written(found: RegExpExecArray | null, [y, m, d]: readonly [number, number, number]): Day | null {
  if (!found) return null;
  const [year, month, day] = [Number(found[y]), Number(found[m]), Number(found[d])];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  return { year, month, day, at: () => midnight(year, month, day) };
}

/** `Date.UTC` takes the years before 100 for the twentieth century. */
function midnight(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function fromInstant(at: number): Day | null {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? { year, month: date.getUTCMonth() + 1, day: date.getUTCDate(), at: () => at } : null;
}

const two = (n: number) => (n < 10 ? `0${n}` : String(n));

export function writeDate({ year, month, day, at }: Day, form: DateOut): string {
  switch (form) {
    case "yyyy-mm-dd":
      return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
    case "dd.mm.yyyy":
      return `${two(day)}.${two(month)}.${String(year).padStart(4, "0")}`;
    case "mm/dd":
      return `${two(month)}/${two(day)}`;
    case "instant":
      return new Date(at()).toISOString();
    case "unix":
      return String(Math.floor(at() / 1000));
  }
}

const BIRTHDAY = /^(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])$/;

/** Is this text a date in the form already? A leap day without a year may be one. */
export function isInForm(text: string, form: DateOut): boolean {
  switch (form) {
    case "yyyy-mm-dd":
      return text.length === 10 && readDate(text, "iso") !== null;
    case "dd.mm.yyyy":
      return text.length === 10 && readDate(text, "dd.mm.yyyy") !== null;
    case "mm/dd":
      return BIRTHDAY.test(text) && Number(text.slice(3)) <= daysIn(2000, Number(text.slice(0, 2)));
    case "instant":
      return text.length > 10 && readDate(text, "iso") !== null;
    case "unix":
      return readDate(text, "unix") !== null;
  }
}
