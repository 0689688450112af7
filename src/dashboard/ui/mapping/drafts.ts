/** Rules while they are written: a draft may still lack its key or its target. */
import type { FieldView, RulesView } from "@/dashboard/api/views";
import { CUSTOMER_FIELDS, type FieldRule, type FieldTarget, type Transform } from "@/model/rules";

export interface Draft {
  /** Of the card on the screen. */
  id: number;
  source: FieldRule["source"];
  transform: Transform;
  prefix: string;
  fallback: string;
  target: FieldTarget | null;
  /** The field that a preset would like to have, where there is none to choose yet. */
  wish: { label: string; type: "text" | "number" | "date" } | null;
}

let lastId = 0;

export const draftOf = (rule: FieldRule): Draft => ({ ...rule, id: ++lastId, wish: null });
export const draftsOf = ({ fieldRules }: Pick<RulesView, "fieldRules">): Draft[] => fieldRules.map(draftOf);
export const emptyDraft = (): Draft => ({
  id: ++lastId,
  source: { kind: "private", key: "" },
  transform: { kind: "text" },
  prefix: "",
  fallback: "",
  target: null,
  wish: null,
});

export type DraftProblem = "needs_key" | "needs_target" | "target_twice";

export function problemOf(draft: Draft, all: readonly Draft[]): DraftProblem | null {
  if (draft.source.kind !== "customer" && draft.source.key.trim() === "") return "needs_key";
  if (!draft.target) return "needs_target";
  return all.some((other) => other.id !== draft.id && other.target?.id === draft.target?.id) ? "target_twice" : null;
}

/** Only a whole draft is a rule. */
export function ruleOf({ source, transform, prefix, fallback, target }: Draft): FieldRule | null {
  if (!target || (source.kind !== "customer" && source.key.trim() === "")) return null;
  return { source, transform, prefix, fallback, target };
}

/** Whatever the order in which their parts were written. */
export const isSame = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

export function targetOf({ label: _label, required: _required, ...target }: FieldView): FieldTarget {
  return target;
}

/** The provider's dictionary says something else than when the rule was saved. */
export type TargetState = "fine" | "gone" | "retyped" | "shorter" | "choices";

export function stateOf(target: FieldTarget, fields: readonly FieldView[]): TargetState {
  const now = fields.find(({ id }) => id === target.id);
  if (!now) return "gone";
  if (now.type !== target.type || now.dateForm !== target.dateForm || now.form !== target.form) return "retyped";
  if ((now.maxLength ?? Infinity) < (target.maxLength ?? Infinity)) return "shorter";
  return hasOthers(target.choices, now.choices) ? "choices" : "fine";
}

/** A choice that is gone would be refused, and a new one would not be known. A provider may not say which there are. */
function hasOthers(before: readonly string[] | undefined, now: readonly string[] | undefined): boolean {
  if (!before || !now) return false;
  return before.length !== now.length || before.some((choice) => !now.includes(choice));
}

/** One list for all sources: both kinds of metadata, attributes, then what Saleor knows of everybody. */
export const SOURCES = ["private", "public", "attribute", ...CUSTOMER_FIELDS] as const;
export type SourceId = (typeof SOURCES)[number];

export const sourceIdOf = (source: FieldRule["source"]): SourceId => (source.kind === "customer" ? source.name : source.kind);

export function sourceFrom(id: SourceId, before: FieldRule["source"]): FieldRule["source"] {
  const key = before.kind === "customer" ? "" : before.key;
  return id === "private" || id === "public" || id === "attribute" ? { kind: id, key } : { kind: "customer", name: id };
}

export const TRANSFORMS = ["text", "lower", "number", "yesno", "date", "list.joined", "list.first", "list.length"] as const;
export type TransformId = (typeof TRANSFORMS)[number];

export const transformIdOf = (transform: Transform): TransformId => (transform.kind === "list" ? `list.${transform.take}` : transform.kind);

export function transformFrom(id: TransformId): Transform {
  switch (id) {
    case "date":
      return { kind: "date", from: "iso", to: "yyyy-mm-dd" };
    case "list.joined":
      return { kind: "list", take: "joined" };
    case "list.first":
      return { kind: "list", take: "first" };
    case "list.length":
      return { kind: "list", take: "length" };
    default:
      return { kind: id };
  }
}
