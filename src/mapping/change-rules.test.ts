import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANGES, type ChangeAction, type ChangeRule, changeRule, contradictionsIn, formOf, type RuleState } from "@/model/change-rules";
import type { Customer } from "@/model/customer";
import { FIELD_TYPES } from "@/model/rules";
import { type ChangeTools, changeReader, isNothing, tryRule } from "./change-rules";

const RANKS = ["Bronze", "Silver", "Gold"];
const NUMBER = { id: "DIFF", type: "number" } as const;
const TEXT = { id: "BEFORE", type: "text" } as const;
const TAG: ChangeAction = { kind: "add_tag", tag: "Moved" };
const PREVIOUS: ChangeAction = { kind: "set_field", value: "previous", target: TEXT };
const DIFFERENCE: ChangeAction = { kind: "set_field", value: "difference", target: NUMBER };
const EVENT: ChangeAction = { kind: "send_event", name: "rank_up" };

const conditionOf = (kind: (typeof CHANGES)[number]): ChangeRule["when"] =>
  kind === "moved_up" || kind === "moved_down" ? { kind, ranks: RANKS } : { kind };

let ids = 0;
const rule = (kind: (typeof CHANGES)[number], actions: ChangeAction[] = [TAG], more: Partial<ChangeRule> = {}): ChangeRule => ({
  id: `rule_${String(++ids).padStart(4, "0")}`,
  on: true,
  source: { kind: "private", key: "v" },
  when: conditionOf(kind),
  actions,
  ...more,
});

const customer = (value: string | null | undefined) =>
  ({
    email: "ada@shop-one.dev",
    privateMeta:
      value === undefined ? { v: { kind: "unreadable" } } : value === null ? { v: { kind: "absent" } } : { v: { kind: "value", value } },
    publicMeta: {},
  }) as unknown as Customer;

let marks = 0;
const tools: ChangeTools = {
  conceal: (text) => `#${[...text].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7)}`,
  newMark: () => `m${++marks}`,
};

/** Looks at these values one after the other, remembering what each look says; answers with what the last one fired. */
function looks(rules: ChangeRule[], values: (string | null | undefined)[], mayFire = true) {
  const read = changeReader(rules, tools);
  let state: RuleState | null = null;
  let last = read(customer(null), null, mayFire);
  for (const value of values) {
    last = read(customer(value), state, mayFire);
    state = last.after;
  }
  return last;
}

describe("a change fires", () => {
  it.each<[string, (typeof CHANGES)[number], (string | null | undefined)[], boolean]>([
    ["never on a first sight", "changed", ["Gold"], false],
    ["on another value", "changed", ["Silver", "Gold"], true],
    ["not on the same value with blanks around", "changed", ["Gold", " Gold "], false],
    ["not when the value goes", "changed", ["Gold", null], false],
    ["not when the value went and came back as it was", "changed", ["Gold", null, "Gold"], false],
    ["when it came back as another", "changed", ["Gold", null, "Silver"], true],
    ["not when Saleor would not show it", "changed", ["Gold", undefined], false],
    ["when a number grew", "grew", ["9", "10"], true],
    ["not by spelling", "grew", ["10", "10.0"], false],
    ["not when it fell", "grew", ["10", "9"], false],
    ["when a number fell below nothing", "fell", ["1", "-2.5"], true],
    ["not from what is no number", "grew", ["many", "10"], false],
    ["over what is no number in between", "grew", ["9", "many", "10"], true],
    ["when a rank moved up", "moved_up", ["Silver", "Gold"], true],
    ["whatever its case", "moved_up", ["silver", "GOLD"], true],
    ["over several ranks", "moved_up", ["Bronze", "Gold"], true],
    ["not down", "moved_up", ["Gold", "Silver"], false],
    ["down, where down is meant", "moved_down", ["Gold", "Silver"], true],
    ["not to a rank that is not on the list", "moved_up", ["Silver", "Platinum"], false],
    ["over such a rank in between", "moved_up", ["Silver", "Platinum", "Gold"], true],
  ])("%s", (_, kind, values, fires) => {
    expect(looks([rule(kind)], values).fired).toHaveLength(fires ? 1 : 0);
  });

  it("only while the rule is on, and a rule that is off remembers nothing", () => {
    const { fired, after: state } = looks([rule("changed", [TAG], { on: false })], ["a", "b"]);
    expect([fired, state]).toEqual([[], {}]);
  });

  it("not in a sweep, which remembers the value all the same", () => {
    const one = rule("changed", [PREVIOUS]);
    const swept = looks([one], ["a", "b"], false);
    expect([swept.fired, isNothing(swept.effects), swept.after[one.id]?.last]).toEqual([[], true, "b"]);
  });

  it("not right after the rule watches another value", () => {
    const one = rule("changed");
    const { after: state } = looks([one], ["a"]);
    expect(changeReader([{ ...one, source: { kind: "public", key: "v" } }], tools)(customer("b"), state, true).fired).toEqual([]);
  });

  it.each([{ of: 1 }, "x", [], null])("what was remembered and is damaged (%j) counts as never seen", (entry) => {
    const one = rule("changed");
    expect(changeReader([one], tools)(customer("b"), { [one.id]: entry } as unknown as RuleState, true).fired).toEqual([]);
  });
});

describe("what follows", () => {
  it("the field gets the value before, or the difference without the dust of decimals", () => {
    expect(looks([rule("changed", [PREVIOUS])], ["Silver", "Gold"]).effects.fields).toEqual({ BEFORE: "Silver" });
    expect(looks([rule("grew", [DIFFERENCE])], ["0.1", "0.3"]).effects.fields).toEqual({ DIFF: 0.2 });
    expect(looks([rule("fell", [DIFFERENCE])], ["320", "200"]).effects.fields).toEqual({ DIFF: -120 });
  });

  it("a difference of what is no number leaves the field, and says so", () => {
    const { effects, problems } = looks([rule("changed", [DIFFERENCE])], ["Silver", "Gold"]);
    expect([effects.fields, problems]).toEqual([{}, ["change_no_difference:DIFF"]]);
  });

  it("what cannot be understood is a problem that the customer shows", () => {
    expect(looks([rule("grew")], ["many"]).problems).toEqual(["change_not_number:v"]);
    expect(looks([rule("moved_up")], ["Iron"]).problems).toEqual(["change_unknown_rank:v"]);
    expect(looks([rule("changed", [PREVIOUS])], ["x".repeat(501)]).problems).toEqual(["change_too_long:v"]);
  });

  it("an event tells value, value before and difference, as far as they are kept", () => {
    expect(looks([rule("grew", [EVENT])], ["9", "12"]).effects.events[0]?.properties).toEqual({
      value: "12",
      previous: "9",
      difference: "3",
    });
    expect(looks([rule("moved_up", [EVENT])], ["silver", "GOLD"]).effects.events[0]?.properties).toEqual({
      value: "Gold",
      previous: "Silver",
    });
    expect(looks([rule("changed", [EVENT])], ["a", "b"]).effects.events[0]?.properties).toEqual({ value: "b" });
  });

  it("an event that is tried again is the same one; the same change later on is another", () => {
    const one = rule("moved_up", [EVENT]);
    const read = changeReader([one], tools);
    const { after: state } = looks([one], ["Silver"]);
    const name = (before: RuleState) => read(customer("Gold"), before, true).effects.events[0]?.occurrence;
    expect(name(state)).toBe(name(state));
    const { after: later } = looks([one], ["Silver", "Gold", "Silver"]);
    expect(name(later)).not.toBe(name(state));
  });

  it("of two rules that want the opposite the later one has its way", () => {
    const add = rule("changed", [{ kind: "add_tag", tag: "VIP" }]);
    const remove = rule("changed", [{ kind: "remove_tag", tag: "vip" }]);
    expect(looks([add, remove], ["a", "b"]).effects).toMatchObject({ addTags: [], removeTags: ["vip"] });
    expect(looks([remove, add], ["a", "b"]).effects).toMatchObject({ addTags: ["VIP"], removeTags: [] });
  });
});

describe("what is kept of a customer", () => {
  it("a rule that only asks whether the value changed keeps no value", () => {
    const one = rule("changed", [TAG, EVENT]);
    expect(JSON.stringify(looks([one], ["secret word"]).after)).not.toContain("secret word");
  });

  it("a rank is kept as the merchant spells it, a number as a number", () => {
    const [up, grew] = [rule("moved_up"), rule("grew")];
    expect(looks([up], ["gOLD"]).after[up.id]?.last).toBe("Gold");
    expect(looks([grew], [" 10.50 "]).after[grew.id]?.last).toBe("10.5");
  });

  it.each(["email", "firstName", "phone", "billing.city"] as const)("%s as it is may not be kept: such a rule is refused", (name) => {
    const source = { kind: "customer", name } as const;
    expect(changeRule.safeParse(rule("changed", [PREVIOUS], { source })).error?.issues[0]?.message).toBe("value_personal");
    expect(changeRule.safeParse(rule("changed", [TAG], { source })).success).toBe(true);
    expect(changeRule.safeParse(rule("changed", [PREVIOUS], { source: { kind: "customer", name: "languageCode" } })).success).toBe(true);
  });
});

describe("rules that say nothing sensible are refused", () => {
  it.each<[string, ChangeRule, string]>([
    ["no action", rule("changed", []), "needs_action"],
    ["two events", rule("changed", [EVENT, EVENT]), "one_event"],
    ["the difference of two ranks", rule("moved_up", [DIFFERENCE]), "difference_of_ranks"],
    ["one rank", rule("changed", [TAG], { when: { kind: "moved_up", ranks: ["Gold"] } }), "needs_ranks"],
    ["a rank twice", rule("changed", [TAG], { when: { kind: "moved_up", ranks: ["Gold", "gold"] } }), "rank_twice"],
  ])("%s", (_, one, code) => expect(changeRule.safeParse(one).error?.issues[0]?.message).toBe(code));

  it("a rule is off until somebody turns it on", () => {
    const { on: _, ...saved } = rule("changed");
    expect(changeRule.parse(saved).on).toBe(false);
  });
});

describe("contradictions", () => {
  const add = (tag: string): ChangeAction => ({ kind: "add_tag", tag });
  const remove = (tag: string): ChangeAction => ({ kind: "remove_tag", tag });
  const elsewhere = { source: { kind: "private", key: "other" } } as const;
  it.each<[string, ChangeRule[], unknown[]]>([
    [
      "one adds the tag that another takes off",
      [rule("changed", [add("VIP")]), rule("grew", [remove("vip")])],
      [{ kind: "tag", name: "VIP", rules: [0, 1] }],
    ],
    ["up adds it and down takes it off: no", [rule("moved_up", [add("VIP")]), rule("moved_down", [remove("VIP")])], []],
    [
      "up and down along different lists may be one change",
      [rule("moved_up", [add("VIP")]), rule("moved_down", [remove("VIP")], { when: { kind: "moved_down", ranks: ["a", "b"] } })],
      [{ kind: "tag", name: "VIP", rules: [0, 1] }],
    ],
    ["of different values: no", [rule("changed", [add("VIP")]), rule("changed", [remove("VIP")], elsewhere)], []],
    ["of which one is off: no", [rule("changed", [add("VIP")]), rule("changed", [remove("VIP")], { on: false })], []],
    ["one rule wants both", [rule("changed", [add("VIP"), remove("vip")])], [{ kind: "tag", name: "VIP", rules: [0, 0] }]],
    [
      "two rules set one field",
      [rule("changed", [PREVIOUS]), rule("changed", [{ ...PREVIOUS }], elsewhere)],
      [{ kind: "field", name: "BEFORE", rules: [0, 1] }],
    ],
    ["a field for more and for less: no", [rule("grew", [DIFFERENCE]), rule("fell", [DIFFERENCE])], []],
    [
      "one rule sets one field twice",
      [rule("changed", [PREVIOUS, { ...DIFFERENCE, target: TEXT }])],
      [{ kind: "field", name: "BEFORE", rules: [0, 0] }],
    ],
  ])("%s", (_, rules, found) => expect(contradictionsIn(rules, [])).toEqual(found));

  it("a field that the mapping fills as well", () => {
    expect(contradictionsIn([rule("changed", [PREVIOUS])], [{ target: TEXT }])).toEqual([
      { kind: "field_mapped", name: "BEFORE", rules: [0, 0] },
    ]);
  });
});

describe("the test run", () => {
  it.each<[string, string, string, string]>([
    ["fires", "Silver", "Gold", "fires"],
    ["the other way", "Gold", "Silver", "not_this_change"],
    ["nothing before", "", "Gold", "first_sight"],
    ["nothing after", "Gold", " ", "no_value"],
    ["no change", "Gold", "gold", "same"],
    ["another word", "Gold", "Iron", "not_understood"],
  ])("%s", (_, before, now, kind) => {
    expect(tryRule(rule("moved_up", [TAG], { on: false }), before, now).kind).toBe(kind);
  });
});

describe("any values and rules", () => {
  const actions = fc.oneof(
    fc.constantFrom(TAG, EVENT, { kind: "remove_tag", tag: "Moved" } as const),
    fc.record({
      kind: fc.constant("set_field" as const),
      value: fc.constantFrom("previous" as const, "difference" as const),
      target: fc.record({ id: fc.constant("F"), type: fc.constantFrom(...FIELD_TYPES) }),
    }),
  );
  const rules = fc
    .tuple(fc.constantFrom(...CHANGES), fc.array(actions, { minLength: 1, maxLength: 4 }))
    .map(([kind, all]) => rule(kind, all as ChangeAction[]));
  const values = fc.array(
    fc.option(
      fc.oneof(fc.string({ unit: "binary" }), fc.integer().map(String), fc.constantFrom(...RANKS, "0.1", "-2", "\ud800", "a\u0000b")),
      { nil: null },
    ),
    { maxLength: 6 },
  );

  it("never throw; nothing fires on a first sight, twice for one value, or for a value that is not there", () => {
    fc.assert(
      fc.property(rules, values, (one, seen) => {
        const read = changeReader([one], tools);
        let state: RuleState | null = null;
        let known = false;
        for (const value of seen) {
          const look = read(customer(value), state, true);
          if (!known || value === null) expect(look.fired).toEqual([]);
          // What was kept must stand in a database as it is.
          expect(JSON.parse(JSON.stringify(look.after))).toEqual(look.after);
          expect(JSON.stringify(look.after)).not.toMatch(/\\ud[89a-f]|\\u0000/i);
          state = look.after;
          known = one.id in state;
          expect(read(customer(value), state, true).fired).toEqual([]);
          const plain = formOf(one) === "hash" ? [] : Object.values(state).map(({ last }) => last);
          expect(plain.every((last) => last.length <= 500)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
