/** What the page of rules knows by itself: presets, fields that changed at the provider, and rules as a file. */
import { describe, expect, it } from "vitest";
import type { FieldView } from "@/dashboard/api/views";
import { type Draft, draftOf, ruleOf, stateOf } from "@/dashboard/ui/mapping/drafts";
import { fileOf, readFile } from "@/dashboard/ui/mapping/file";
import { draftsFrom, PRESETS } from "@/dashboard/ui/mapping/presets";
import { changeRules } from "@/model/change-rules";
import { type FieldRule, type FieldTarget, fieldRules } from "@/model/rules";

const field = (id: string, label: string, more: Partial<FieldView> = {}): FieldView => ({
  id,
  label,
  type: "text",
  required: false,
  ...more,
});
const rule = (more: Partial<FieldRule> = {}): FieldRule => ({
  source: { kind: "private", key: "vip_customerrankname" },
  transform: { kind: "text" },
  target: { id: "RANK", type: "text" },
  prefix: "",
  fallback: "",
  ...more,
});
const inShort = (drafts: readonly Draft[]) =>
  drafts.map(({ source, transform, target, wish }) => [
    source.kind === "customer" ? source.name : source.key,
    transform.kind,
    target?.id ?? wish,
  ]);

describe("a preset", () => {
  it("Newsletter fills the fields that the provider has, by their names, and wishes for the others", () => {
    const fields = [field("LANG", "LANGUAGE", { maxLength: 255 }), field("SINCE", "Customer since", { type: "date" })];
    const drafts = draftsFrom("newsletter", [], fields);
    expect(inShort(drafts)).toEqual([
      ["languageCode", "text", "LANG"],
      ["dateJoined", "date", "SINCE"],
      ["billing.city", "text", { label: "City", type: "text" }],
      ["billing.country", "text", { label: "Country", type: "text" }],
    ]);
    expect(drafts[0]?.target).toEqual({ id: "LANG", type: "text", maxLength: 255 });
    expect(drafts.map(ruleOf).map((made) => made !== null)).toEqual([true, true, false, false]);
  });

  it("Loyalty maps the points as numbers and the ranks as text", () => {
    expect(inShort(draftsFrom("loyalty", [], []))).toEqual([
      ["vip_pointdiff", "number", { label: "Point change", type: "number" }],
      ["vip_approvedpoint", "number", { label: "Points", type: "number" }],
      ["vip_customerrankname", "text", { label: "Rank", type: "text" }],
      ["vip_previouscustomerrankname", "text", { label: "Rank before", type: "text" }],
    ]);
  });

  it("B2B adds nothing that a rule does already", () => {
    const before = [draftOf(rule({ source: { kind: "customer", name: "billing.companyName" } }))];
    const sources = inShort(draftsFrom("b2b", before, [field("PHONE", "phone number")])).map(([source]) => source);
    expect(sources).toEqual(["vat_id", "phone", "billing.city", "billing.country"]);
    expect(draftsFrom("b2b", [...before, ...draftsFrom("b2b", before, [])], [])).toEqual([]);
  });

  it.each(PRESETS)("%s, once each wish has its field, makes rules that can be saved", (preset) => {
    const wanted = draftsFrom(preset, [], []).map(({ wish }) => wish!);
    const fields = wanted.map(({ label, type }) => field(label.toUpperCase().replace(/\W/g, "_"), label, { type }));
    const rules = draftsFrom(preset, [], fields).map(ruleOf);
    expect(fieldRules.parse(rules)).toEqual(rules);
  });
});

describe("a saved target, beside what the provider says now", () => {
  const saved: FieldTarget = { id: "RANK", type: "choice", choices: ["Silver", "Gold"] };
  const text: FieldTarget = { id: "RANK", type: "text", maxLength: 255 };
  const day: FieldTarget = { id: "RANK", type: "date", dateForm: "yyyy-mm-dd" };
  it.each<[string, FieldTarget, Partial<FieldView> | null, string]>([
    ["is there as it was", text, { maxLength: 255 }, "fine"],
    ["is gone", text, null, "gone"],
    ["has another type", text, { type: "number" }, "retyped"],
    ["writes its dates in another form", day, { type: "date", dateForm: "mm/dd" }, "retyped"],
    ["takes only a form of text now", text, { maxLength: 255, form: "url" }, "retyped"],
    ["takes less text", text, { maxLength: 100 }, "shorter"],
    ["has a length where it had none", { id: "RANK", type: "text" }, { maxLength: 100 }, "shorter"],
    ["takes more text", text, { maxLength: 500 }, "fine"],
    ["lacks a choice", saved, { type: "choice", choices: ["Gold"] }, "choices"],
    ["has a new choice, which the rule would not know", saved, { type: "choice", choices: ["Silver", "Gold", "Platinum"] }, "choices"],
    ["has the same choices in another order", saved, { type: "choice", choices: ["Gold", "Silver"] }, "fine"],
    ["has choices that the provider did not tell", saved, { type: "choice" }, "fine"],
  ])("%s", (_, target, now, state) => {
    expect(stateOf(target, now ? [field("RANK", "Rank", now)] : [field("OTHER", "Other")])).toBe(state);
  });
});

describe("rules as a file", () => {
  const changes = changeRules.parse([
    {
      id: "climbed",
      on: true,
      source: { kind: "private", key: "vip_customerrankname" },
      when: { kind: "changed" },
      actions: [{ kind: "add_tag", tag: "climber" }],
    },
  ]);

  it("come back as they went out, apart from change rules, which are switched off", () => {
    const read = readFile(fileOf([rule({ prefix: "vip:" })], changes));
    expect(read).toEqual({ kind: "rules", rules: [rule({ prefix: "vip:" })], changes: changes.map((one) => ({ ...one, on: false })) });
  });

  it.each<[string, string, unknown]>([
    ["a picture", "\u0089PNG", { kind: "not_json" }],
    ["half a file", fileOf([rule()], []).slice(0, -5), { kind: "not_json" }],
    ["another app's file", '{"rules":[]}', { kind: "not_a_mapping" }],
    ["a list", "[]", { kind: "not_a_mapping" }],
    ["nothing", "null", { kind: "not_a_mapping" }],
    ["rules that are no list", '{"format":"saleor-crm-mapping","fieldRules":{}}', { kind: "not_a_mapping" }],
    ["two rules for one field", fileOf([rule(), rule()], []), { kind: "not_a_mapping" }],
    ["a rule with a mistake", fileOf([rule(), rule({ target: { id: "", type: "text" } })], []), { kind: "rule", number: 2 }],
    ["a change rule with a mistake", fileOf([], [{ ...changes[0]!, actions: [] }]), { kind: "change_rule", number: 1 }],
  ])("are not taken from %s, and it is said why", (_, text, said) => {
    expect(readFile(text)).toEqual(said);
  });
});
