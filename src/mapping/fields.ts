/**
 * The merchant's rules at work: source, transform, target. A rule that finds nothing wrong gives a value; one that finds
 * no value gives `null` (empty it where we filled it); one that cannot understand what it found gives nothing at all, so
 * that what the provider holds stays, and says why.
 */
import type { FieldValue } from "@/model/contact";
import type { Customer } from "@/model/customer";
import type { FieldRule, FieldSource } from "@/model/rules";
import { fitterOf } from "./fit";
import { readerOf, UNREADABLE } from "./source";
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
  const compiled = rules.map((rule) => ({ id: rule.target.id, map: compile(rule) }));
  return (customer) => {
    const fields: Record<string, FieldValue> = {};
    const problems: string[] = [];
    for (const { id, map } of compiled) {
      const value = map(customer, (problem) => void problems.push(`${problem}:${id}`));
      if (value !== undefined) fields[id] = value;
    }
    return { fields, problems };
  };
}

function compile(rule: FieldRule): (customer: Customer, note: Note) => FieldValue | undefined {
  const read = readerOf(rule.source);
  const change = transformOf(rule.transform);
  const fitted = fitterOf(rule.target);
  const { prefix, fallback } = rule;
  const empty = (note: Note) => (fallback === "" ? null : fitted(fallback, note));
  return (customer, note) => {
    const raw = read(customer);
    if (raw === UNREADABLE) return leaveOut(note, "value_unreadable");
    if (raw === null || raw.trim() === "") return empty(note);
    if (raw.length > MAX_VALUE_LENGTH) return leaveOut(note, "value_too_big");
    const value = change(raw, note);
    if (value === undefined) return undefined;
    if (value === null || value === "") return empty(note);
    return fitted(prefix !== "" && typeof value === "string" ? prefix + value : value, note);
  };
}

function leaveOut(note: Note, problem: string): undefined {
  note(problem);
}

/** Metadata keys that these sources need. */
export function keysOf(sources: readonly FieldSource[]): { privateKeys: string[]; publicKeys: string[] } {
  const of = (kind: "private" | "public") => sources.flatMap((source) => (source.kind === kind ? [source.key] : []));
  return { privateKeys: of("private"), publicKeys: of("public") };
}
