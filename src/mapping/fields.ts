/**
 * The merchant's rules at work: source, transform, target. A rule that finds nothing wrong gives a value; one that finds
 * no value gives `null` (empty it where we filled it); one that cannot understand what it found gives nothing at all, so
 * that what the provider holds stays, and says why.
 */
import type { FieldValue } from "@/model/contact";
import type { Customer } from "@/model/customer";
import { type FieldRule, type FieldSource, type Transform, takesPrefix } from "@/model/rules";
import { fitterOf } from "./fit";
import { readerOf, UNKNOWN, UNREADABLE } from "./source";
import { type Note, transformOf } from "./transform";

/** Longer than anything a field takes; a value beyond it is a mistake of its writer. */
const MAX_VALUE_LENGTH = 16_384;

export interface FieldsMapped {
  fields: Record<string, FieldValue>;
  /** Reason codes with the target they are about: `value_not_number:POINTS`. */
  problems: string[];
}

/** Made once for each batch. */
export function fieldMapper(rules: readonly FieldRule[]): (customer: Customer) => FieldsMapped {
  let problems: string[] = [];
  const compiled = rules.map((rule) => {
    const { id } = rule.target;
    return { id, map: compile(rule), note: (problem: string) => void problems.push(`${problem}:${id}`) };
  });
  return (customer) => {
    const fields: Record<string, FieldValue> = {};
    problems = [];
    for (const { id, map, note } of compiled) {
      const value = map(customer, note);
      if (value !== undefined) fields[id] = value;
    }
    return { fields, problems };
  };
}

function compile(rule: FieldRule): (customer: Customer, note: Note) => FieldValue | undefined {
  const read = readerOf(rule.source);
  const change = transformOf(inFormOf(rule));
  const fitted = fitterOf(rule.target);
  const { fallback } = rule;
  const prefix = takesPrefix(rule.target) ? rule.prefix : "";
  const empty = (note: Note) => (fallback === "" ? null : fitted(fallback, note));
  return (customer, note) => {
    const raw = read(customer);
    if (raw === UNREADABLE) return leaveOut(note, "value_unreadable");
    if (raw === UNKNOWN) return leaveOut(note, "attribute_unknown");
    if (raw === null || raw.trim() === "") return empty(note);
    if (raw.length > MAX_VALUE_LENGTH) return leaveOut(note, "value_too_big");
    const value = change(raw, note);
    if (value === undefined) return undefined;
    if (value === null || value === "") return empty(note);
    return fitted(prefix === "" ? value : `${prefix}${value}`, note);
  };
}

/** A date for a field of dates is written in the field's own form at once. */
function inFormOf({ transform, target }: FieldRule): Transform {
  return transform.kind === "date" && target.type === "date" ? { ...transform, to: target.dateForm ?? "yyyy-mm-dd" } : transform;
}

function leaveOut(note: Note, problem: string): undefined {
  note(problem);
}

/** What these sources need to be read of a customer. */
export function keysOf(sources: readonly FieldSource[]): { privateKeys: string[]; publicKeys: string[]; attributes: boolean } {
  const of = (kind: "private" | "public") => sources.flatMap((source) => (source.kind === kind ? [source.key] : []));
  return { privateKeys: of("private"), publicKeys: of("public"), attributes: sources.some(({ kind }) => kind === "attribute") };
}
