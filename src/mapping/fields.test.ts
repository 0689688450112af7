import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Customer } from "@/model/customer";
import {
  CUSTOMER_FIELDS,
  DATES_IN,
  DATES_OUT,
  FIELD_TYPES,
  type FieldRule,
  type FieldTarget,
  fieldRules,
  LIST_TAKES,
  TEXT_FORMS,
  type Transform,
} from "@/model/rules";
import { isInForm } from "./dates";
import { fieldMapper } from "./fields";

const customer = (value?: string, more: Partial<Customer> = {}): Customer => ({
  id: "VXNlcjox",
  email: "ada@shop-one.dev",
  firstName: "Ada",
  lastName: "Lovelace",
  isActive: true,
  isStaff: false,
  isConfirmed: true,
  languageCode: "EN",
  externalReference: null,
  dateJoined: "2025-03-01T23:30:00.123456+00:00",
  lastLogin: null,
  updatedAt: "2026-01-01T00:00:00+00:00",
  defaultBillingAddress: null,
  defaultShippingAddress: null,
  privateMeta: { v: value === undefined ? { kind: "absent" } : { kind: "value", value } },
  publicMeta: {},
  hasOrders: null,
  ...more,
});

const TEXT: FieldTarget = { id: "T", type: "text" };
const NUMBER: FieldTarget = { id: "T", type: "number" };
const rule = (transform: Transform, target: FieldTarget, more: Partial<FieldRule> = {}): FieldRule => ({
  source: { kind: "private", key: "v" },
  transform,
  target,
  prefix: "",
  fallback: "",
  ...more,
});
const map = (value: string | undefined, one: FieldRule) => fieldMapper([one])(customer(value));
const date = (from: (typeof DATES_IN)[number], to: (typeof DATES_OUT)[number] = "yyyy-mm-dd") => ({ kind: "date" as const, from, to });

describe("a rule", () => {
  it.each<[string, string, Transform, FieldTarget, unknown]>([
    ["text as it stands, trimmed", " Gold ", { kind: "text" }, TEXT, "Gold"],
    ["text in lower case", "GoLD", { kind: "lower" }, TEXT, "gold"],
    ["a number from text", " 120 ", { kind: "number" }, NUMBER, 120],
    ["a negative one with decimals", "-3.50", { kind: "number" }, NUMBER, -3.5],
    ["a number into a text field", "120", { kind: "number" }, TEXT, "120"],
    ["text into a number field", "120", { kind: "text" }, NUMBER, 120],
    ["yes", "YES", { kind: "yesno" }, { id: "T", type: "boolean" }, true],
    ["no, spelled as 0", "0", { kind: "yesno" }, { id: "T", type: "boolean" }, false],
    ["yes into a number field", "true", { kind: "yesno" }, NUMBER, 1],
    ["yes into a text field", "on", { kind: "yesno" }, TEXT, "true"],
    ["a list, joined", '["a","b",3]', { kind: "list", take: "joined" }, TEXT, "a, b, 3"],
    ["a list, its first", '["a","b"]', { kind: "list", take: "first" }, TEXT, "a"],
    ["a list, its length", '["a",{"b":1}]', { kind: "list", take: "length" }, NUMBER, 2],
    ["an empty list has no first", "[]", { kind: "list", take: "first" }, TEXT, null],
    ["an ISO day", "1990-12-31", date("iso"), { id: "T", type: "date" }, "1990-12-31"],
    ["the day of an instant as it was written", "1990-12-31T23:30:00+02:00", date("iso"), { id: "T", type: "date" }, "1990-12-31"],
    ["a day in German form", "5.3.1990", date("dd.mm.yyyy"), { id: "T", type: "date" }, "1990-03-05"],
    ["a day in American form", "12/31/1990", date("mm/dd/yyyy"), { id: "T", type: "date" }, "1990-12-31"],
    ["a day in British form", "31/12/1990", date("dd/mm/yyyy"), TEXT, "1990-12-31"],
    ["seconds since 1970", "662601600", date("unix", "dd.mm.yyyy"), TEXT, "31.12.1990"],
    ["milliseconds since 1970", "662601600123", date("unix_ms"), { id: "T", type: "date" }, "1990-12-31"],
    ["milliseconds before 1970, as an instant", "-1", date("unix_ms", "instant"), TEXT, "1969-12-31T23:59:59.999Z"],
    ["a day as seconds since 1970", "1990-12-31", date("iso", "unix"), NUMBER, 662601600],
    ["an instant as seconds, its fraction left out", "1990-12-31T00:00:00.900+02:00", date("iso", "unix"), TEXT, "662594400"],
    ["milliseconds as seconds", "662601600999", date("unix_ms", "unix"), NUMBER, 662601600],
    [
      "a birthday for a field that knows no year",
      "1990-02-29T00:00:00Z".replace("1990", "1992"),
      date("iso"),
      { id: "T", type: "date", dateForm: "mm/dd" },
      "02/29",
    ],
    ["an instant from a written clock", "1990-12-31 10:00:00+0200", date("iso", "instant"), TEXT, "1990-12-31T08:00:00.000Z"],
    ["a clock without an offset, as UTC", "1990-12-31T10:00", date("iso", "instant"), TEXT, "1990-12-31T10:00:00.000Z"],
    ["a day of the first century", "0050-01-02", date("iso", "instant"), TEXT, "0050-01-02T00:00:00.000Z"],
    ["an instant without a date rule", "2025-03-01T23:30:00Z", { kind: "text" }, { id: "T", type: "date" }, "2025-03-01"],
    [
      "a choice, spelled as the provider spells it",
      "gold",
      { kind: "text" },
      { id: "T", type: "choice", choices: ["Silver", "Gold"] },
      "Gold",
    ],
    ["an American phone", "+1 (555) 010-0199", { kind: "text" }, { id: "T", type: "text", form: "us_phone" }, "555-010-0199"],
    ["a URL", "https://shop-one.dev/a", { kind: "text" }, { id: "T", type: "text", form: "url" }, "https://shop-one.dev/a"],
    ["nothing from an emptied value", "  ", { kind: "number" }, NUMBER, null],
  ])("makes %s", (_, value, transform, target, wanted) => {
    expect(map(value, rule(transform, target))).toEqual({ fields: { T: wanted }, problems: [] });
  });

  it.each<[string, string, Transform, FieldTarget, string]>([
    ["a word for a number", "many", { kind: "number" }, NUMBER, "value_not_number"],
    ["a number with a comma, which may mean two things", "1,234", { kind: "number" }, NUMBER, "value_not_number"],
    ["infinity", "9".repeat(400), { kind: "text" }, NUMBER, "value_not_number"],
    ["perhaps", "maybe", { kind: "yesno" }, TEXT, "value_not_yes_no"],
    ["a day that no calendar has", "31.02.1990", date("dd.mm.yyyy"), TEXT, "value_not_date"],
    ["an hour that no clock has", "1990-12-31T25:00:00Z", date("iso"), TEXT, "value_not_date"],
    ["wrong JSON", '["a"', { kind: "list", take: "joined" }, TEXT, "value_not_json"],
    ["JSON that is no list", '{"a":1}', { kind: "list", take: "first" }, TEXT, "value_not_a_list"],
    ["a list of things", '[{"a":1}]', { kind: "list", take: "joined" }, TEXT, "value_not_a_plain_list"],
    ["a choice nobody offers", "Iron", { kind: "text" }, { id: "T", type: "choice", choices: ["Gold"] }, "value_not_a_choice"],
    ["a phone of another country", "+48 123 456 789", { kind: "text" }, { id: "T", type: "text", form: "us_phone" }, "value_wrong_form"],
    ["a value of 100 kB", "x".repeat(100_000), { kind: "text" }, TEXT, "value_too_big"],
  ])("leaves the field as it is for %s, and says so", (_, value, transform, target, problem) => {
    expect(map(value, rule(transform, target))).toEqual({ fields: {}, problems: [`${problem}:T`] });
  });

  it("cuts what is too long, between characters, and says so", () => {
    const said = { problems: ["value_cut:T"] };
    expect(map("Platinum member", rule({ kind: "text" }, { ...TEXT, maxLength: 8 }))).toEqual({ fields: { T: "Platinum" }, ...said });
    expect(map("💎💎💎", rule({ kind: "text" }, { ...TEXT, maxLength: 2 }))).toEqual({ fields: { T: "💎💎" }, ...said });
    expect(map("💎💎💎", rule({ kind: "text" }, { ...TEXT, maxLength: 9, lengthIn: "bytes" }))).toEqual({ fields: { T: "💎💎" }, ...said });
  });

  it("concludes nothing from metadata that Saleor would not show", () => {
    const shown = fieldMapper([rule({ kind: "text" }, TEXT, { fallback: "none" })])(
      customer("x", { privateMeta: { v: { kind: "unreadable" } } }),
    );
    expect(shown).toEqual({ fields: {}, problems: ["value_unreadable:T"] });
  });

  it("puts the fixed value where there is none", () => {
    expect(map(undefined, rule({ kind: "number" }, NUMBER, { fallback: "0" })).fields).toEqual({ T: 0 });
    expect(map(undefined, rule({ kind: "text" }, TEXT, { fallback: "none", prefix: "loyalty:" })).fields).toEqual({ T: "none" });
  });

  it.each<[string, string | undefined, Transform, FieldTarget, unknown]>([
    ["stands before a text", "Gold", { kind: "text" }, TEXT, "loyalty:Gold"],
    ["stands before a number that goes into a text field", "120", { kind: "number" }, TEXT, "loyalty:120"],
    ["sends nothing where there is no value", undefined, { kind: "text" }, TEXT, null],
    ["leaves a number a number", "120", { kind: "text" }, NUMBER, 120],
    ["leaves a number in lower case a number", "120", { kind: "lower" }, NUMBER, 120],
    ["leaves the first number of a list a number", '["120"]', { kind: "list", take: "first" }, NUMBER, 120],
    ["leaves yes a yes", "yes", { kind: "text" }, { id: "T", type: "boolean" }, true],
    ["leaves a day a day", "1990-12-31", { kind: "text" }, { id: "T", type: "date" }, "1990-12-31"],
    ["leaves a day of another form a day", "31.12.1990", date("dd.mm.yyyy"), { id: "T", type: "date" }, "1990-12-31"],
    ["leaves a choice a choice", "gold", { kind: "text" }, { id: "T", type: "choice", choices: ["Gold"] }, "Gold"],
  ])("with a prefix %s", (_, value, transform, target, wanted) => {
    expect(map(value, rule(transform, target, { prefix: "loyalty:" }))).toEqual({ fields: { T: wanted }, problems: [] });
  });

  it("knows everything that Saleor knows of a customer", () => {
    const address = {
      firstName: "Ada",
      lastName: "Lovelace",
      companyName: "Engines",
      streetAddress1: "1 Example Street",
      streetAddress2: "",
      city: "LONDON",
      cityArea: "",
      postalCode: "00001",
      country: "GB",
      countryArea: "",
      phone: "+441632960000",
    };
    const ada = customer(undefined, { defaultBillingAddress: address });
    const read = (name: (typeof CUSTOMER_FIELDS)[number]) =>
      fieldMapper([rule({ kind: "text" }, TEXT, { source: { kind: "customer", name } })])(ada).fields.T;
    expect([read("fullName"), read("email"), read("phone"), read("billing.city"), read("shipping.city"), read("isConfirmed")]).toEqual([
      "Ada Lovelace",
      "ada@shop-one.dev",
      "+441632960000",
      "LONDON",
      null,
      "true",
    ]);
    for (const name of CUSTOMER_FIELDS) expect(["string", "object"]).toContain(typeof read(name));
  });

  it("of one customer, the loyalty shop's four values arrive typed", () => {
    const values = { vip_pointdiff: "15", vip_approvedpoint: "320", vip_customerrankname: "Gold", vip_previouscustomerrankname: "Silver" };
    const privateMeta = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { kind: "value" as const, value }]));
    const rules = Object.keys(values).map((key) => {
      const isNumber = key.includes("point");
      const target = { id: key.toUpperCase(), type: isNumber ? ("number" as const) : ("text" as const) };
      // One prefix for everything that this app writes: the numbers stay numbers.
      return rule({ kind: isNumber ? "number" : "text" }, target, { source: { kind: "private", key }, prefix: "vip:" });
    });
    expect(fieldMapper(rules)(customer(undefined, { privateMeta })).fields).toEqual({
      VIP_POINTDIFF: 15,
      VIP_APPROVEDPOINT: 320,
      VIP_CUSTOMERRANKNAME: "vip:Gold",
      VIP_PREVIOUSCUSTOMERRANKNAME: "vip:Silver",
    });
  });
});

describe("whatever the metadata holds", () => {
  const transforms = fc.oneof(
    fc.constantFrom<Transform>({ kind: "text" }, { kind: "lower" }, { kind: "number" }, { kind: "yesno" }),
    fc.record({ kind: fc.constant("list" as const), take: fc.constantFrom(...LIST_TAKES) }),
    fc.record({ kind: fc.constant("date" as const), from: fc.constantFrom(...DATES_IN), to: fc.constantFrom(...DATES_OUT) }),
  );
  const targets = fc.record(
    {
      id: fc.constant("T"),
      type: fc.constantFrom(...FIELD_TYPES),
      maxLength: fc.integer({ min: 1, max: 30 }),
      lengthIn: fc.constantFrom("characters" as const, "bytes" as const),
      choices: fc.array(fc.string(), { maxLength: 3 }),
      dateForm: fc.constantFrom(...DATES_OUT),
      form: fc.constantFrom(...TEXT_FORMS),
    },
    { requiredKeys: ["id", "type"] },
  );
  const values = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.integer().map(String),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((day) => day.toISOString()),
    fc.constantFrom("yes", "no", "31.12.1990", "\ud800", "a\u0000b"),
  );

  it("a rule never throws, gives the target's type and keeps its length", () => {
    fc.assert(
      fc.property(
        values,
        transforms,
        targets,
        fc.string({ maxLength: 5 }),
        fc.string({ maxLength: 5 }),
        (value, transform, target, prefix, fallback) => {
          const { fields, problems } = fieldMapper([rule(transform, target, { prefix, fallback })])(customer(value));
          const made = fields.T;
          if (made === undefined) expect(problems.length).toBeGreaterThan(0);
          if (made === undefined || made === null) return;
          expect(hasType(made, target)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  function hasType(made: unknown, target: FieldTarget): boolean {
    switch (target.type) {
      case "number":
        return Number.isFinite(made);
      case "boolean":
        return typeof made === "boolean";
      case "date":
        return typeof made === "string" && isInForm(made, target.dateForm ?? "yyyy-mm-dd");
      case "choice":
        return typeof made === "string" && (!target.choices?.length || target.choices.includes(made));
      default:
        return typeof made === "string" && !/\p{Surrogate}/u.test(made) && isShort(made, target);
    }
  }

  const isShort = (made: string, { maxLength = 1e9, lengthIn }: FieldTarget) =>
    (lengthIn === "bytes" ? Buffer.byteLength(made) : [...made].length) <= maxLength;
});

describe("saved rules", () => {
  it("start as none, and refuse two rules for one field", () => {
    expect(fieldRules.parse(undefined)).toEqual([]);
    const twice = [rule({ kind: "text" }, TEXT), rule({ kind: "number" }, NUMBER)];
    expect(fieldRules.safeParse(twice).error?.issues[0]?.message).toBe("target_twice");
  });
});
