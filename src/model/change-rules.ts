/** The merchant's rules about change: when a value of a customer changes so, these things follow. Saved with the connection's settings. */
import { z } from "zod";
import { type FieldRule, type FieldSource, fieldSource, fieldTarget } from "./rules";

const ranks = z
  .array(z.string().trim().min(1).max(100))
  .min(2, "needs_ranks")
  .max(50)
  .refine((names) => new Set(names.map((name) => name.toLowerCase())).size === names.length, "rank_twice");

export const CHANGES = ["changed", "grew", "fell", "moved_up", "moved_down"] as const;

const when = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("changed") }),
  /** Numbers; anything else fires nothing. */
  z.strictObject({ kind: z.literal("grew") }),
  z.strictObject({ kind: z.literal("fell") }),
  /** Along this list, lowest rank first; a value that is not on it fires nothing. */
  z.strictObject({ kind: z.literal("moved_up"), ranks }),
  z.strictObject({ kind: z.literal("moved_down"), ranks }),
]);

type Condition = z.output<typeof when>;

const tag = z.string().trim().min(1).max(100);
export const FIELD_VALUES = ["previous", "difference"] as const;

const action = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("add_tag"), tag }),
  z.strictObject({ kind: z.literal("remove_tag"), tag }),
  z.strictObject({ kind: z.literal("set_field"), value: z.enum(FIELD_VALUES), target: fieldTarget }),
  /** By the name it has at the provider, where that has events. */
  z.strictObject({ kind: z.literal("send_event"), name: z.string().trim().min(1).max(200) }),
]);
export type ChangeAction = z.output<typeof action>;

export const changeRule = z
  .strictObject({
    /** Stays when the rule is edited: what was remembered belongs to it. */
    id: z.string().regex(/^[\w-]{6,40}$/),
    on: z.boolean().default(false),
    source: fieldSource,
    when,
    actions: z.array(action).min(1, "needs_action").max(10),
  })
  .refine(({ actions }) => actions.filter(({ kind }) => kind === "send_event").length < 2, "one_event")
  .refine(({ when: { kind }, actions }) => !(isMove(kind) && actions.some(isDifference)), "difference_of_ranks")
  .refine((rule) => formOf(rule) !== "text" || !isPersonal(rule.source), "value_personal");
export type ChangeRule = z.output<typeof changeRule>;

export const changeRules = z
  .array(changeRule)
  .max(50)
  .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, "rule_twice")
  .default([]);

const isMove = (kind: Condition["kind"]): boolean => kind === "moved_up" || kind === "moved_down";
const isDifference = (one: ChangeAction): boolean => one.kind === "set_field" && one.value === "difference";

/**
 * How the last value is kept: as little of it as the rule can do with. `rank` = its place on the merchant's list, `text` =
 * the value, `hash` = enough to see that it is another one.
 */
export function formOf({ when: { kind }, actions }: { when: Condition; actions: readonly ChangeAction[] }): "rank" | "text" | "hash" {
  if (isMove(kind)) return "rank";
  const isTold = kind !== "changed" || actions.some((one) => one.kind === "set_field");
  return isTold ? "text" : "hash";
}

/** Of what Saleor knows of everybody, only these may rest with us as they are: no names, no addresses, no phones. */
const PLAIN = new Set(["languageCode", "dateJoined", "lastLogin", "isActive", "isConfirmed", "billing.country", "shipping.country"]);

const isPersonal = (source: FieldSource): boolean => source.kind === "customer" && !PLAIN.has(source.name);

/** What is remembered of one customer, by rule. */
export type RuleState = Readonly<Record<string, Remembered>>;

export interface Remembered {
  /** Of which source, in which form: after either was changed the value is a first sight again. */
  of: string;
  last: string;
  /** Another one for every value: tells a repeat of one change from the same change later on. */
  mark: string;
}

export interface Contradiction {
  kind: "tag" | "field" | "field_mapped";
  /** The tag or the field. */
  name: string;
  /** Numbers of the rules, from 0; twice the same where a rule contradicts itself. */
  rules: readonly [number, number];
}

/** What could not be true at once. Rules that are off contradict nobody. */
export function contradictionsIn(rules: readonly ChangeRule[], fieldRules: readonly Pick<FieldRule, "target">[]): Contradiction[] {
  const on = rules.flatMap((rule, n) => (rule.on ? [{ rule, n }] : []));
  const between = on.flatMap((one, at) => on.slice(at).flatMap((other) => contradictions(one, other)));
  const mapped = new Set(fieldRules.map(({ target }) => target.id));
  const withMapping = on.flatMap(({ rule, n }) =>
    fieldsOf(rule).flatMap((name): Contradiction[] => (mapped.has(name) ? [{ kind: "field_mapped", name, rules: [n, n] }] : [])),
  );
  return [...between, ...withMapping];
}

interface Numbered {
  rule: ChangeRule;
  n: number;
}

function contradictions(one: Numbered, other: Numbered): Contradiction[] {
  const isSelf = one.n === other.n;
  if (!isSelf && neverTogether(one.rule, other.rule)) return [];
  const rules = [one.n, other.n] as const;
  const fields = isSelf ? repeated(fieldsOf(one.rule)) : shared(fieldsOf(one.rule), fieldsOf(other.rule));
  const found = fields.map((name): Contradiction => ({ kind: "field", name, rules }));
  if (!isSelf && !isSameSource(one.rule, other.rule)) return found;
  const tags = isSelf
    ? shared(tagsOf(one.rule, "add_tag"), tagsOf(one.rule, "remove_tag"))
    : [
        ...shared(tagsOf(one.rule, "add_tag"), tagsOf(other.rule, "remove_tag")),
        ...shared(tagsOf(one.rule, "remove_tag"), tagsOf(other.rule, "add_tag")),
      ];
  return [...tags.map((name): Contradiction => ({ kind: "tag", name, rules })), ...found];
}

/** One value does not grow and fall in one change. */
function neverTogether(one: ChangeRule, other: ChangeRule): boolean {
  if (!isSameSource(one, other)) return false;
  const kinds = [one.when.kind, other.when.kind].sort().join(" ");
  if (kinds === "fell grew") return true;
  return kinds === "moved_down moved_up" && ranksOf(one) === ranksOf(other);
}

const isSameSource = (one: ChangeRule, other: ChangeRule): boolean => sourceKey(one.source) === sourceKey(other.source);
const sourceKey = (source: FieldSource): string => `${source.kind}:${source.kind === "customer" ? source.name : source.key}`;
const ranksOf = ({ when: condition }: ChangeRule): string => ("ranks" in condition ? condition.ranks.join("\n").toLowerCase() : "");

const fieldsOf = ({ actions }: ChangeRule): string[] => actions.flatMap((one) => (one.kind === "set_field" ? [one.target.id] : []));
const tagsOf = ({ actions }: ChangeRule, kind: "add_tag" | "remove_tag"): string[] =>
  actions.flatMap((one) => (one.kind === kind ? [one.tag.trim()] : []));

const repeated = (names: readonly string[]): string[] => [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
/** Providers compare tags without regard to case. */
function shared(one: readonly string[], other: readonly string[]): string[] {
  const there = new Set(other.map((name) => name.toLowerCase()));
  return [...new Set(one.filter((name) => there.has(name.toLowerCase())))];
}
