import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FieldRule } from "@/model/rules";
import { type Connected, startConnected, until } from "./app";

const AUDIENCE = "All field types";
let town: Connected;
let people = 0;
let email: string;
beforeAll(async () => {
  town = await startConnected({ audience: AUDIENCE });
});
beforeEach(() => {
  email = `buyer.${++people}@shop-one.dev`;
});
afterAll(() => town.close());

type Draft = { source: FieldRule["source"]; transform: FieldRule["transform"]; to: string };
const meta = (key: string, transform: FieldRule["transform"], to: string): Draft => ({ source: { kind: "private", key }, transform, to });
const TEXT = { kind: "text" } as const;
const NUMBER = { kind: "number" } as const;

/** As the screen does it: the target is what the dictionary says. */
async function rulesOf(drafts: readonly Draft[]) {
  const dictionary = await town.page.mapping.fields.query({ id: town.connectionId });
  const fields = dictionary.kind === "ok" ? dictionary.fields : [];
  return drafts.map(({ to, ...draft }) => {
    const {
      label: _,
      required: __,
      ...target
    } = fields.find(({ id }) => id === to) ?? { id: to, type: "text" as const, label: "", required: false };
    return { ...draft, target, prefix: "", fallback: "" };
  });
}
async function save(drafts: readonly Draft[]): Promise<void> {
  const { version } = await town.page.mapping.rules.query({ id: town.connectionId });
  const saved = await town.page.mapping.save.mutate({ id: town.connectionId, version, fieldRules: await rulesOf(drafts) });
  expect(saved).toMatchObject({ kind: "saved" });
}
const held = (who = email) => town.mailchimp.audience(AUDIENCE).member(who)?.merge_fields ?? {};
const now = (who = email) => town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who });
const settled = () => until(async () => (await town.app.rows("select 1 from ledger where due_at is not null")).length === 0);

const settledWith = (id: string, reason: string) =>
  until(async () => (await town.app.rows(`select 1 from ledger where customer_id = '${id}' and reason = '${reason}'`)).length > 0);

describe("a loyalty shop", () => {
  const values = { vip_pointdiff: "15", vip_approvedpoint: "320", vip_customerrankname: "Gold", vip_previouscustomerrankname: "Silver" };

  it("creates its four fields, maps what another app writes, and the values arrive typed", async () => {
    const wishes = [
      { label: "Point change", type: "number" as const },
      { label: "Points", type: "number" as const },
      { label: "Rank", type: "text" as const },
      { label: "Rank before", type: "text" as const },
    ];
    const targets: string[] = [];
    for (const field of wishes) {
      const made = await town.page.mapping.createField.mutate({ id: town.connectionId, field });
      if (made.kind === "ok") targets.push(made.field.id);
    }
    await save(Object.keys(values).map((key, n) => meta(key, key.includes("point") ? NUMBER : TEXT, targets[n]!)));
    await town.saleor.customers.create({ email, privateMeta: values });
    await until(() => held().POINTS === 320);
    expect(held()).toMatchObject({ POINT_CHAN: 15, POINTS: 320, RANK: "Gold", RANK_BEFOR: "Silver" });
  });

  it("sees the fields follow a change, and empty when the value is taken away", async () => {
    const { id } = await town.saleor.customers.create({ email, privateMeta: values });
    await until(() => held().POINTS === 320);
    await town.saleor.customers.setPrivateMeta(id, { vip_approvedpoint: "400" });
    await until(() => held().POINTS === 400);
    await town.saleor.customers.setPrivateMeta(id, { vip_approvedpoint: null });
    await until(() => held().POINTS === "");
    await town.saleor.customers.setPrivateMeta(id, { vip_pointdiff: "many" });
    await settledWith(id, "value_not_number:POINT_CHAN");
    expect(held().POINT_CHAN).toBe(15);
    await town.saleor.customers.setPrivateMeta(id, { vip_pointdiff: null });
    await until(() => held().POINT_CHAN === "");
  });
});

describe("whatever stands in the metadata, the customer goes", () => {
  it.each<[string, string, Draft, string]>([
    ["wrong JSON", '["a"', meta("odd", { kind: "list", take: "joined" }, "SITE"), "value_not_json:SITE"],
    ["a value of 100 kB", "x".repeat(100_000), meta("odd", TEXT, "FNAME"), "value_too_big:FNAME"],
    ["a word for a number", "many", meta("odd", NUMBER, "LTV"), "value_not_number:LTV"],
    ["a choice nobody offers", "Iron", meta("odd", TEXT, "TIER"), "value_not_a_choice:TIER"],
    ["a field the audience does not have", "x", meta("odd", TEXT, "GONE"), "field_missing:GONE"],
    ["an address without its state", "Springfield", meta("odd", TEXT, "ADDRESS.city"), "address_incomplete:ADDRESS"],
  ])("%s", async (_, value, draft, problem) => {
    await save([draft]);
    await town.saleor.customers.create({ email, lastName: "Sent", privateMeta: { odd: value } });
    await until(() => held().LNAME === "Sent");
    expect(await now()).toMatchObject({ kind: "done", state: "in_sync", warnings: [problem] });
  });
});

describe("before saving", () => {
  it("a preview shows one customer's source, result and every problem, and writes nothing", async () => {
    const privateMeta = { tier: "gold", points: "many" };
    await town.saleor.customers.create({ email, firstName: "Ada", privateMeta });
    await until(() => held().FNAME === "Ada");
    await settled();
    const writes = () => town.mailchimp.requests.filter(({ method }) => method !== "GET").length;
    const before = writes();
    const fieldRules = await rulesOf([meta("tier", TEXT, "TIER"), meta("points", NUMBER, "LTV"), meta("none", TEXT, "SITE")]);
    expect(await town.page.mapping.preview.query({ id: town.connectionId, who: email.toUpperCase(), fieldRules })).toMatchObject({
      kind: "preview",
      skipped: null,
      rows: [
        { source: "gold", result: "Gold", isKept: false, problems: [] },
        { source: "many", result: null, isKept: true, problems: ["value_not_number:LTV"] },
        { source: null, result: null, isKept: false, problems: [] },
      ],
    });
    expect(writes()).toBe(before);
    expect(await town.page.mapping.preview.query({ id: town.connectionId, who: "nobody@shop-one.dev", fieldRules })).toEqual({
      kind: "not_found",
    });
  });

  it("rules that say nothing sensible are refused, and which", async () => {
    const { version } = await town.page.mapping.rules.query({ id: town.connectionId });
    const [good] = await rulesOf([meta("a", TEXT, "TIER")]);
    const attempt = (fieldRules: unknown[]) => town.page.mapping.save.mutate({ id: town.connectionId, version, fieldRules });
    expect(await attempt([good, { ...good, transform: { kind: "magic" } }])).toMatchObject({
      kind: "invalid",
      problems: [{ name: "fieldRules.1.transform.kind", messageKey: "invalid_value" }],
    });
    expect(await attempt([good, good])).toMatchObject({ kind: "invalid", problems: [{ name: "fieldRules", messageKey: "target_twice" }] });
  });
});

describe("after saving", () => {
  it("sending again looks at everybody and writes only whose result differs", async () => {
    await save([]);
    await town.saleor.customers.create({ email, privateMeta: { level: "Gold" } });
    await town.saleor.customers.create({ email: `other.${email}`, privateMeta: {} });
    await until(() => town.mailchimp.audience(AUDIENCE).member(`other.${email}`)?.tags.length === 1);
    await town.page.mapping.resend.mutate({ id: town.connectionId });
    await settled();
    const delivered = () => town.app.rows<{ customer_id: string }>("select customer_id, deliveries from ledger order by 1");
    const before = await delivered();
    await save([meta("level", TEXT, "TIER")]);
    await town.page.mapping.resend.mutate({ id: town.connectionId });
    await until(() => held().TIER === "Gold");
    await settled();
    const written = (await delivered()).filter((row, n) => JSON.stringify(row) !== JSON.stringify(before[n]));
    expect(written).toHaveLength(1);
  });
});

describe("a customer who is marked “do not sync” in Saleor", () => {
  it("is left alone until the mark is taken back", async () => {
    await save([]);
    const { id } = await town.saleor.customers.create({ email, firstName: "Ada", privateMeta: { crm_do_not_sync: "asked by letter" } });
    expect(await now()).toMatchObject({ kind: "done", state: "skipped", reason: "do_not_sync", sent: null });
    expect(town.mailchimp.audience(AUDIENCE).member(email)).toBeUndefined();
    await town.saleor.customers.setPrivateMeta(id, { crm_do_not_sync: "no" });
    await until(() => held().FNAME === "Ada");
  });
});
