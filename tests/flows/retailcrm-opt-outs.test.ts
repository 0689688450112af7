/** RetailCRM tells nobody about opt-outs: the app asks its history, and what a person did there is known in Saleor. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { claimPoll } from "@/ledger/opt-out-poll";
import { until } from "./app";
import { type RetailCrmShop, startRetailCrmShop } from "./retailcrm-shop";

const KEY = "crm_consent.retailcrm.email";
let shop: RetailCrmShop;
let people = 0;
let email: string;
beforeAll(async () => {
  shop = await startRetailCrmShop({ RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5", OPT_OUTS_MINUTES: "0.01" });
  // Before the first look: whoever is out already is left alone in Saleor.
  const [early] = shop.crm.seed([{ email: "early@shop-one.dev", subscribed: true }]);
  shop.crm.unsubscribe(early!.id);
  await setRule();
  await until(async () => (await cursor()) !== null);
});
beforeEach(() => {
  email = `leaver.${++people}@shop-one.dev`;
});
afterAll(() => shop.close());

async function setRule(kind: "private" | "public" = "private") {
  const { version } = await shop.page.mapping.rules.query({ id: shop.connectionId });
  const consentRules = [{ channel: "email", source: { kind, key: KEY }, optIn: "direct" }];
  await shop.page.mapping.save.mutate({ id: shop.connectionId, version, consentRules });
}

const at = () => shop.crm.customer(email);
const wordOf = (id: string) => shop.saleor.customers.all().find((person) => person.id === id)?.privateMeta[KEY];
const idle = () => until(async () => (await shop.app.rows("select 1 from ledger where due_at is not null")).length === 0);
const log = () => shop.page.mapping.consentLog.query({ id: shop.connectionId, email });
const rowHas = (id: string, what: string) =>
  until(async () => (await shop.app.rows(`select 1 from ledger where customer_id = '${id}' and ${what}`)).length > 0);
const cursor = async () => (await shop.app.rows<{ cursor: string | null }>("select cursor from opt_out_poll"))[0]?.cursor ?? null;
const asked = () => shop.crm.requests.filter(({ path }) => path.includes("/customers/history")).length;
const writes = () => shop.crm.requests.filter(({ method }) => method === "POST").length;
/** Two whole looks from now on: the second has begun after the first came back. */
async function looked() {
  const before = asked();
  await until(() => asked() >= before + 2);
}

async function known(): Promise<string> {
  const { id } = await shop.saleor.customers.create({ email, privateMeta: { [KEY]: "yes" } });
  await rowHas(id, `state = 'in_sync' and consents->'email' = 'true'`);
  return id;
}

describe("a person who unsubscribes in RetailCRM", () => {
  it("has it written in Saleor, with the record as evidence, without a loop, and stays out", async () => {
    const id = await known();
    const [sent, before] = [writes(), shop.crm.statusWrites.length];
    shop.crm.unsubscribe(at()!.id);
    await until(() => wordOf(id) === "no");
    await rowHas(id, `consents->'email' = 'false'`);
    await idle();
    expect(writes()).toBe(sent);
    expect(await log()).toContainEqual(
      expect.objectContaining({ word: false, source: "provider", evidence: expect.stringMatching(/^history \d+ user \d{4}-\d\d-\d\d /) }),
    );
    await shop.saleor.customers.setPrivateMeta(id, { [KEY]: "yes" });
    await rowHas(id, `reason = 'opted_out_at_provider'`);
    expect(at()?.unsubscribedAt).not.toBeNull();
    expect(shop.crm.statusWrites).toHaveLength(before);
  });

  it("is found by the shop's own id, whatever address a manager gave them", async () => {
    const id = await known();
    shop.crm.change(at()!.id, { email: "" });
    shop.crm.unsubscribe(shop.crm.customers().find(({ externalId }) => atob(id) === `User:${externalId}`)!.id);
    await until(() => wordOf(id) === "no");
  });

  it("is not written to Saleor when they have come back before anybody looked", async () => {
    const id = await known();
    const there = at()!.id;
    shop.crm.unsubscribe(there);
    shop.crm.change(there, { subscribed: true, unsubscribedAt: null });
    await looked();
    expect(wordOf(id)).toBe("yes");
  });

  it("is tried again until Saleor took it: the place in the history moves only then", async () => {
    const id = await known();
    shop.saleor.fail({ kind: "error500", operation: "UpdatePrivateMetadata", times: 2 });
    const before = await cursor();
    shop.crm.unsubscribe(at()!.id);
    await until(() => wordOf(id) === "no");
    await until(async () => (await cursor()) !== before);
    await until(async () => (await log()).some(({ source }) => source === "provider"));
  });

  it("is not missed while RetailCRM fails or does not know the last record any more", async () => {
    const id = await known();
    shop.crm.fail({ kind: "error500", times: 2, match: "customers/history" });
    shop.crm.habits.forgottenSinceId = "refuse";
    shop.crm.forgetHistory();
    shop.crm.unsubscribe(at()!.id);
    await until(() => wordOf(id) === "no");
    shop.crm.habits.forgottenSinceId = "accept";
  });

  it("is noted, and public metadata is left alone: the customer may change it", async () => {
    await setRule("public");
    const { id } = await shop.saleor.customers.create({ email, meta: { [KEY]: "yes" } });
    await rowHas(id, `state = 'in_sync' and consents->'email' = 'true'`);
    shop.crm.unsubscribe(at()!.id);
    await until(async () => (await log()).some(({ source }) => source === "provider"));
    expect(shop.saleor.customers.all().find((person) => person.id === id)).toMatchObject({ meta: { [KEY]: "yes" } });
    await setRule();
  });
});

describe("what is no opt-out", () => {
  it("is our own: a rule's no is not taken for the person's, and a later yes is followed", async () => {
    const id = await known();
    await shop.saleor.customers.setPrivateMeta(id, { [KEY]: "no" });
    await until(() => at()?.unsubscribedAt !== null);
    await looked();
    expect((await log()).map(({ source }) => source)).not.toContain("provider");
    await shop.saleor.customers.setPrivateMeta(id, { [KEY]: "yes" });
    await until(() => at()?.unsubscribedAt === null);
  });

  it("is what happened before the first look, on another site, or to people whom Saleor does not have", async () => {
    const others = shop.crm.seed([{ email: "elsewhere@shop-one.dev", site: "outlet" }, { email: "stranger@shop-one.dev" }]);
    for (const { id } of others) shop.crm.unsubscribe(id);
    const elsewhere = await shop.saleor.customers.create({ email: "elsewhere@shop-one.dev", privateMeta: { [KEY]: "yes" } });
    const early = await shop.saleor.customers.create({ email: "early@shop-one.dev", privateMeta: { [KEY]: "yes" } });
    await looked();
    expect([wordOf(elsewhere.id), wordOf(early.id)]).toEqual(["yes", "yes"]);
  });
});

describe("asking", () => {
  it("stops while the connection is paused, and goes on where it was", async () => {
    const id = await known();
    await shop.page.connections.setLive.mutate({ id: shop.connectionId, live: false });
    const mayStart = "select 1 from opt_out_poll where due_at <= now() and claimed_until is null";
    await until(async () => (await shop.app.rows(mayStart)).length > 0);
    const before = asked();
    shop.crm.unsubscribe(at()!.id);
    expect(await claimPoll(shop.app.rooms.db, ["retailcrm"])).toBeNull();
    expect([asked(), wordOf(id)]).toEqual([before, "yes"]);
    await shop.page.connections.setLive.mutate({ id: shop.connectionId, live: true });
    await until(() => wordOf(id) === "no");
  });

  it("leaves no address and no key behind", async () => {
    const kept = JSON.stringify([await shop.app.rows("select * from opt_out_poll"), await shop.app.rows("select * from consent_log")]);
    expect(kept).not.toContain("@");
    expect(shop.crm.violations).toEqual([]);
    expect(shop.app.logged()).not.toMatch(/shop-one\.dev/);
    expect(shop.app.logged()).not.toContain(shop.crm.keys.main.value);
  });
});
