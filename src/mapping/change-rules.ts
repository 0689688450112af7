/**
 * What follows when a value changed since it was last sent. Pure: the last values come in, what to remember goes out.
 * A first sight of a value is remembered and fires nothing; a value that is missing or cannot be understood fires nothing
 * and leaves what is remembered as it was.
 */
import { type ChangeAction, type ChangeRule, formOf, type Remembered, type RuleState } from "@/model/change-rules";
import type { FieldValue } from "@/model/contact";
import type { Customer } from "@/model/customer";
import { fitterOf } from "./fit";
import { readerOf, UNKNOWN } from "./source";

/** Longer than any rank or number; more of a customer is not kept. */
const LONGEST = 500;

export interface ChangeEvent {
  ruleId: string;
  name: string;
  /** What it tells: `value`, and where the rule keeps it `previous` and, of numbers, `difference`. */
  properties: Record<string, string>;
  /** The same for repeats of one change, another one for every change. */
  occurrence: string;
}

/** What the rules that fired want done, once. */
export interface Effects {
  addTags: string[];
  removeTags: string[];
  fields: Record<string, FieldValue>;
  events: ChangeEvent[];
}

export interface Changes {
  /** Ids of the rules that fired. */
  fired: string[];
  effects: Effects;
  /** Reason codes: `change_not_number:points`. */
  problems: string[];
  /** To be remembered when the delivery has come to its end. */
  after: RuleState;
}

export interface ChangeTools {
  /** A keyed hash: the same for the same text, and nothing can be read back from it. */
  conceal(text: string): string;
  /** Another text each time. */
  newMark(): string;
}

export type ChangeReader = (customer: Customer, before: RuleState | null, mayFire: boolean) => Changes;

/** Made once for each batch. Rules that are off do nothing and remember nothing. */
export function changeReader(rules: readonly ChangeRule[], tools: ChangeTools): ChangeReader {
  const compiled = rules.filter(({ on }) => on).map((rule) => ({ rule, read: readerOf(rule.source), follow: followerOf(rule, tools) }));
  return (customer, before, mayFire) => {
    const changes: Changes = { fired: [], effects: noEffects(), problems: [], after: {} };
    for (const { rule, read, follow } of compiled) {
      const raw = read(customer);
      const known = rememberedIn(before, rule.id);
      if (raw === UNKNOWN) changes.problems.push(`attribute_unknown:${nameOf(rule)}`);
      const { kept, fires } = follow(typeof raw === "string" ? raw : null, known, changes);
      if (kept) changes.after = { ...changes.after, [rule.id]: kept };
      if (!fires || !mayFire) continue;
      changes.fired.push(rule.id);
      act(rule, fires, changes);
    }
    return changes;
  };
}

const noEffects = (): Effects => ({ addTags: [], removeTags: [], fields: {}, events: [] });

export const isNothing = ({ addTags, removeTags, fields, events }: Effects): boolean =>
  addTags.length + removeTags.length + events.length === 0 && Object.keys(fields).length === 0;

/** The column may hold what another release wrote, or a damaged value. */
function rememberedIn(state: RuleState | null, id: string): Remembered | null {
  const entry: unknown = state !== null && typeof state === "object" && Object.hasOwn(state, id) ? state[id] : null;
  const { of, last, mark } = (entry ?? {}) as Partial<Record<keyof Remembered, unknown>>;
  return typeof of === "string" && typeof last === "string" && typeof mark === "string" ? { of, last, mark } : null;
}

/** One change, as the actions see it. */
interface Change {
  /** `null` where the rule keeps no more than a hash. */
  previous: string | null;
  value: string;
  occurrence: string;
}

interface Followed {
  kept: Remembered | null;
  fires: Change | null;
}

function followerOf(rule: ChangeRule, { conceal, newMark }: ChangeTools) {
  const form = formOf(rule);
  const of = conceal(JSON.stringify([rule.source, form])).slice(0, 8);
  return (raw: string | null, before: Remembered | null, { problems }: Pick<Changes, "problems">): Followed => {
    const known = before?.of === of ? before : null;
    const text = raw?.trim() ?? "";
    if (text === "") return { kept: known, fires: null };
    const read = understand(rule, text);
    if ("problem" in read) {
      problems.push(`${read.problem}:${nameOf(rule)}`);
      return { kept: known, fires: null };
    }
    const last = form === "hash" ? conceal(read.value) : read.value;
    if (known?.last === last) return { kept: known, fires: null };
    const kept = { of, last, mark: newMark() };
    if (!known || !isWanted(rule, known.last, last)) return { kept, fires: null };
    const previous = form === "hash" ? null : known.last;
    return { kept, fires: { previous, value: read.value, occurrence: `${rule.id}/${known.mark}/${last}` } };
  };
}

const nameOf = ({ source }: ChangeRule): string => (source.kind === "customer" ? source.name : source.key);

/** The value in the words of the rule: a number as a number, a rank as the merchant spells it. */
function understand({ when }: ChangeRule, text: string): { value: string } | { problem: string } {
  switch (when.kind) {
    case "grew":
    case "fell": {
      const number = numberIn(text);
      return number === null ? { problem: "change_not_number" } : { value: String(number) };
    }
    case "moved_up":
    case "moved_down": {
      const rank = when.ranks.find((one) => one.toLowerCase() === text.toLowerCase());
      return rank === undefined ? { problem: "change_unknown_rank" } : { value: rank };
    }
    case "changed":
      return text.length > LONGEST ? { problem: "change_too_long" } : { value: text.replace(UNKEEPABLE, " ") };
  }
}

/** What neither a database nor a provider takes: as it was kept, so it must be read again. */
const UNKEEPABLE = /[\p{Surrogate}\p{Cc}]/gu;
const NUMBER = /^[+-]?\d{1,300}(\.\d{1,300})?$/;

function numberIn(text: string): number | null {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function isWanted({ when }: ChangeRule, before: string, after: string): boolean {
  switch (when.kind) {
    case "changed":
      return true;
    case "grew":
      return Number(after) > Number(before);
    case "fell":
      return Number(after) < Number(before);
    case "moved_up":
      return isHigher(when.ranks, after, before);
    case "moved_down":
      return isHigher(when.ranks, before, after);
  }
}

/** A rank that was taken off the list since is neither above nor below. */
function isHigher(ranks: readonly string[], one: string, other: string): boolean {
  const place = (name: string) => ranks.findIndex((rank) => rank.toLowerCase() === name.toLowerCase());
  return place(other) >= 0 && place(one) > place(other);
}

function act(rule: ChangeRule, change: Change, changes: Changes): void {
  for (const action of rule.actions) perform(rule.id, action, change, changes);
}

function perform(ruleId: string, action: ChangeAction, change: Change, { effects, problems }: Changes): void {
  switch (action.kind) {
    case "add_tag":
    case "remove_tag": {
      const [into, from] = action.kind === "add_tag" ? (["addTags", "removeTags"] as const) : (["removeTags", "addTags"] as const);
      effects[from] = effects[from].filter((tag) => !isSameTag(tag, action.tag));
      if (!effects[into].some((tag) => isSameTag(tag, action.tag))) effects[into].push(action.tag);
      return;
    }
    case "set_field": {
      const value = action.value === "previous" ? change.previous : differenceOf(change);
      if (value === null) problems.push(`change_no_difference:${action.target.id}`);
      else {
        const fitted = fitterOf(action.target)(value, (problem) => void problems.push(`${problem}:${action.target.id}`));
        if (fitted !== undefined) effects.fields[action.target.id] = fitted;
      }
      return;
    }
    case "send_event":
      effects.events.push({ ruleId, name: action.name, properties: told(change), occurrence: change.occurrence });
  }
}

const isSameTag = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Twelve digits: what two decimal numbers differ by, without the dust of binary ones. */
function differenceOf({ previous, value }: Change): number | null {
  const [before, after] = [numberIn(previous ?? ""), numberIn(value)];
  return before === null || after === null ? null : Number((after - before).toPrecision(12));
}

function told(change: Change): Record<string, string> {
  const difference = differenceOf(change);
  return {
    value: change.value,
    ...(change.previous !== null && { previous: change.previous }),
    ...(difference !== null && { difference: String(difference) }),
  };
}

export interface RuleTrial {
  kind: "fires" | "first_sight" | "no_value" | "same" | "not_this_change" | "not_understood";
  effects: Effects;
  problems: string[];
}

/** What one rule would do about this change, whether it is on or not. */
export function tryRule(rule: ChangeRule, before: string, after: string): RuleTrial {
  const tools: ChangeTools = { conceal: (text) => text, newMark: () => "" };
  const follow = followerOf(rule, tools);
  const changes: Changes = { fired: [], effects: noEffects(), problems: [], after: {} };
  const then = follow(before, null, changes).kept;
  const { kept, fires } = follow(after, then, changes);
  const isUnderstood = changes.problems.length === 0;
  if (fires) act(rule, fires, changes);
  const { effects, problems } = changes;
  return { kind: fires ? "fires" : isUnderstood ? quiet(then, kept, after) : "not_understood", effects, problems };
}

function quiet(then: Remembered | null, now: Remembered | null, after: string): Exclude<RuleTrial["kind"], "fires"> {
  if (after.trim() === "" || !now) return "no_value";
  if (!then) return "first_sight";
  return then.last === now.last ? "same" : "not_this_change";
}
