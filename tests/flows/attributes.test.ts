import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

const AUDIENCE = "All field types";
let people = 0;

const source = (key: string) => ({ kind: "attribute" as const, key });
const rule = (key: string, id: string, kind: "text" | "number" = "text") => ({
  source: source(key),
  transform: { kind },
  target: { id, type: kind === "number" ? ("number" as const) : ("text" as const) },
});

async function save(town: Connected, rules: object): Promise<void> {
  const { version } = await town.page.mapping.rules.query({ id: town.connectionId });
  expect(await town.page.mapping.save.mutate({ id: town.connectionId, version, ...rules })).toMatchObject({ kind: "saved" });
}

const person = () => `attributed.${++people}@shop-one.dev`;
const held = (town: Connected, email: string) => town.mailchimp.audience(AUDIENCE).member(email);
const warnings = async (town: Connected, id: string) =>
  (await town.app.rows<{ warnings: string[] }>(`select warnings from ledger where customer_id = '${id}' and state = 'in_sync'`))[0]
    ?.warnings;

describe("customer attributes of Saleor 3.23", () => {
  let town: Connected;
  beforeAll(async () => {
    town = await startConnected({ audience: AUDIENCE });
    await save(town, {
      fieldRules: [rule("points", "LTV", "number"), rule("tier", "TIER")],
      consentRules: [{ channel: "email", source: source("newsletter"), optIn: "direct" }],
      changeRules: [
        {
          id: "tier_up",
          on: true,
          source: source("tier"),
          when: { kind: "moved_up", ranks: ["Silver", "Gold"] },
          actions: [{ kind: "send_event", name: "tier_up" }],
        },
      ],
    });
  });
  afterAll(() => town.close());

  it("are a source of fields, of consent and of change rules", async () => {
    const email = person();
    const attributes = {
      points: { kind: "Numeric", value: 320.5 },
      tier: { kind: "SingleChoice", value: { name: "Silver" } },
      newsletter: { kind: "Boolean", value: true },
    } as const;
    const { id } = await town.saleor.customers.create({ email, attributes });
    await until(() => held(town, email)?.merge_fields.LTV === 320.5);
    expect(held(town, email)).toMatchObject({ status: "subscribed", merge_fields: { TIER: "Silver" } });
    await until(async () => (await warnings(town, id))?.length === 0);
    await town.saleor.customers.update(id, {
      attributes: { ...attributes, tier: { kind: "SingleChoice", value: { name: "Gold" } }, newsletter: { kind: "Boolean", value: false } },
    });
    await until(() => held(town, email)?.status === "unsubscribed");
    await until(
      () =>
        held(town, email)
          ?.events.map(({ name }) => name)
          .join() === "tier_up",
    );
    expect(held(town, email)?.merge_fields.TIER).toBe("Gold");
  });

  it("that a customer has not got leave the fields as they are, and the customer goes and says so", async () => {
    const email = person();
    const { id } = await town.saleor.customers.create({
      email,
      lastName: "Sent",
      attributes: { points: { kind: "Numeric", value: null } },
    });
    await until(() => held(town, email)?.merge_fields.LNAME === "Sent");
    const said = await until(() => warnings(town, id));
    expect([...said].sort()).toEqual(["attribute_unknown:TIER", "attribute_unknown:email", "attribute_unknown:tier"]);
    expect(held(town, email)?.status).toBe("transactional");
  });

  it("that Saleor would not show now make nobody poorer: the customer is read again", async () => {
    const email = person();
    town.saleor.fail({ kind: "graphqlError", operation: "CustomerAttributes", times: 1 });
    await town.saleor.customers.create({ email, attributes: { points: { kind: "Numeric", value: 7 } } });
    await until(() => held(town, email)?.merge_fields.LTV === 7);
  });
});

describe("a core without them", () => {
  it("sends the customer, who says that there is no such attribute", async () => {
    const town = await startConnected({ audience: AUDIENCE, version: "3.22.67" });
    try {
      await save(town, { fieldRules: [rule("tier", "TIER")] });
      const email = person();
      const { id } = await town.saleor.customers.create({ email, lastName: "Sent" });
      await until(() => held(town, email)?.merge_fields.LNAME === "Sent");
      expect(await until(() => warnings(town, id))).toEqual(["attribute_unknown:TIER"]);
    } finally {
      await town.close();
    }
  });
});
