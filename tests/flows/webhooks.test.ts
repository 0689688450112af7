import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SignedRequest } from "../sandbox/saleor/courier";
import { startSaleor } from "../sandbox/saleor/saleor";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
let appId: string;
beforeAll(async () => {
  town = await startConnected();
  appId = town.saleor.installedApps()[0]!.id;
});
afterAll(() => town.close());

const member = (email: string) => town.mailchimp.audience().member(email);
const draft = async (email: string, event = "CUSTOMER_UPDATED") => {
  const person = town.saleor.customers.findByEmail(email) ?? (await town.saleor.customers.create({ email }, { silent: true }));
  return town.saleor.draftWebhook({ appId, event, customerId: person.id });
};
async function send(request: SignedRequest, changes: { headers?: Record<string, string>; body?: string; url?: string } = {}) {
  const answer = await fetch(changes.url ?? request.url, {
    method: "POST",
    headers: { ...request.headers, ...changes.headers },
    body: changes.body ?? request.body,
  });
  return { status: answer.status, body: (await answer.json()) as { error?: { type: string; message: string } } };
}
const signed = async (request: SignedRequest, body: string) =>
  send(request, { body, headers: { "saleor-signature": await town.saleor.signWebhook(body) } });
const marks = async () => (await town.app.rows<{ n: number }>("select count(*)::int as n from ledger"))[0]!.n;

describe("what is not our fault is not lost", () => {
  it("asks a shop that it does not know to come back later", async () => {
    const stranger = await startSaleor();
    const request = await draft("stranger@shop-one.dev");
    const before = await marks();
    expect(await send(request, { headers: { "saleor-api-url": stranger.apiUrl } })).toMatchObject({
      status: 503,
      body: { error: { type: "CANNOT_CHECK" } },
    });
    expect(await marks()).toBe(before);
    await stranger.close();
  });

  it("answers 503 while the database takes nothing, and Saleor's next try arrives", async () => {
    await town.app.rows("alter table ledger rename to ledger_away");
    const person = await town.saleor.customers.create({ email: "patient@shop-one.dev" });
    await until(() => town.saleor.deliveries.some((one) => one.customerId === person.id && one.attempts[0]?.answer === 503));
    await town.app.rows("alter table ledger_away rename to ledger");
    await until(() => member("patient@shop-one.dev"));
    expect(town.app.logged()).toContain("webhook not kept");
  });

  it("asks to come back where the shop's row is gone, and keeps the change then", async () => {
    const [shop] = await town.app.rows<{ id: string }>("select id from shop");
    await town.app.rows("delete from shop");
    const person = await town.saleor.customers.create({ email: "orphan@shop-one.dev" });
    await until(() => member("orphan@shop-one.dev"), 25_000);
    expect(town.saleor.deliveries.find((one) => one.customerId === person.id)?.attempts.map(({ answer }) => answer)).toEqual([503, 200]);
    expect(town.app.logged().split("marks for a shop that is not known")).toHaveLength(2);
    expect(town.app.logged()).toContain(shop!.id);
  });

  it("finds the new key after the shop has changed it, also when the keys could not be had at first", { timeout: 120_000 }, async () => {
    town.saleor.dials.retryScale = 0.1;
    town.saleor.fail({ kind: "error500", where: "jwks" });
    await town.saleor.rotateKeys();
    const person = await town.saleor.customers.create({ email: "rotated@shop-one.dev" });
    await until(() => town.saleor.deliveries.some((one) => one.customerId === person.id && one.attempts[0]?.answer === 503));
    town.saleor.heal();
    // The webhook itself, not a catch-up that saw the customer first: then the new key is known.
    const isTold = () => town.saleor.deliveries.some((one) => one.customerId === person.id && one.attempts.at(-1)?.answer === 200);
    await until(isTold, 50_000);
    await until(() => member("rotated@shop-one.dev"));
    town.saleor.dials.retryScale = 0.01;
  });
});

describe("what is wrong is refused for good", () => {
  it("refuses a signature that the shop's own key did not make", async () => {
    const request = await draft("forged@shop-one.dev");
    const before = await marks();
    expect(await send(request, { body: request.body.replace("issuedAt", "issuedAT") })).toMatchObject({
      status: 401,
      body: { error: { type: "SIGNATURE_REFUSED" } },
    });
    const stranger = await startSaleor();
    const foreign = await stranger.signWebhook(request.body);
    const answer = await send(request, { headers: { "saleor-signature": foreign } });
    expect([401, 503]).toContain(answer.status);
    expect(await marks()).toBe(before);
    await stranger.close();
  });

  it("names what is missing or malformed", async () => {
    const request = await draft("malformed@shop-one.dev");
    const { "saleor-signature": _, ...unsigned } = request.headers;
    const bare = await fetch(request.url, { method: "POST", headers: unsigned, body: request.body });
    expect([bare.status, ((await bare.json()) as { error: { type: string } }).error.type]).toEqual([400, "MISSING_HEADER"]);
    expect(await send(request, { headers: { "saleor-signature": "nonsense" } })).toMatchObject({
      status: 400,
      body: { error: { type: "SIGNATURE_MALFORMED" } },
    });
    for (const body of ["{", "[]", '{"user":{"id":"no id!"}}', '{"issuedAt":"yesterday","user":{"id":"VXNlcjox"}}', "null"])
      expect(await signed(request, body), body).toMatchObject({ status: 400, body: { error: { type: "PAYLOAD_MALFORMED" } } });
  });

  it("takes one event per address", async () => {
    const request = await draft("wrong@shop-one.dev");
    expect(await send(request, { headers: { "saleor-event": "customer_created" } })).toMatchObject({
      status: 400,
      body: { error: { type: "WRONG_EVENT" } },
    });
    expect(await send(request, { url: `${town.app.origin}/api/webhooks/order-created` })).toMatchObject({ status: 404 });
    expect((await fetch(request.url)).status).toBe(405);
  });

  it("says that a payload is too large instead of hanging up", async () => {
    const request = await draft("large@shop-one.dev");
    for (const size of [300_000, 5_000_000])
      expect(await signed(request, `{"user":null,"padding":"${"x".repeat(size)}"}`)).toMatchObject({
        status: 413,
        body: { error: { type: "TOO_LARGE" } },
      });
  });
});

describe("marks", () => {
  it("turns a burst of a hundred events into few writes, and each customer ends right", async () => {
    const emails = Array.from({ length: 20 }, (_, i) => `burst${i}@shop-one.dev`);
    const people = await Promise.all(emails.map((email) => town.saleor.customers.create({ email }, { silent: true })));
    const before = town.mailchimp.requests.length;
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => town.saleor.customers.update(people[i % 20]!.id, { firstName: `Turn ${Math.floor(i / 20)}` })),
    );
    await until(() => people.every(({ email }) => member(email)?.merge_fields.FNAME === "Turn 4"), 25_000);
    await town.saleor.settled();
    const writes = town.mailchimp.requests.slice(before).filter(({ method, path }) => method !== "GET" && !path.endsWith("/tags"));
    expect(writes.length).toBeLessThanOrEqual(50);
  });

  it("lets the same request come twice", async () => {
    const request = await draft("twice@shop-one.dev", "CUSTOMER_CREATED");
    expect((await send(request)).status).toBe(200);
    await until(() => member("twice@shop-one.dev"));
    await until(async () => (await due()) === 0);
    const before = town.mailchimp.requests.length;
    expect((await send(request)).status).toBe(200);
    await until(async () => (await due()) === 0);
    expect(town.mailchimp.requests.length).toBe(before);
  });

  it("marks nobody while live sync is off", async () => {
    const page = await town.app.page(town.saleor);
    await page.connections.setLive.mutate({ id: town.connectionId, live: false });
    const before = await marks();
    expect((await send(await draft("off@shop-one.dev"))).status).toBe(200);
    expect(await marks()).toBe(before);
    await page.connections.setLive.mutate({ id: town.connectionId, live: true });
  });

  it("acknowledges an event about a person that we may not see", async () => {
    const request = await draft("hidden@shop-one.dev");
    expect((await signed(request, '{"issuedAt":null,"user":null,"errors":[]}')).status).toBe(200);
  });
});

describe.each(["3.21.69", "3.22.67", "3.23.28"])("a shop on Saleor %s", (version) => {
  let shop: AnotherShop;
  beforeAll(async () => {
    shop = await openAnotherShop(town, { version, audience: "Wholesale" });
  });
  afterAll(() => shop.saleor.close());
  const wholesale = (email: string) => town.mailchimp.audience("Wholesale").member(email);

  it("has every change of a customer brought over, whichever event told of it", async () => {
    const { customers } = shop.saleor;
    const email = `all.${version}@shop-two.dev`;
    const person = await customers.create({ email, firstName: "One" });
    await until(() => wholesale(email)?.merge_fields.FNAME === "One");
    await customers.update(person.id, { firstName: "Two" });
    await until(() => wholesale(email)?.merge_fields.FNAME === "Two");
    await customers.setPrivateMeta(person.id, { mailchimp_tags: '["told by metadata"]' });
    await until(() => wholesale(email)?.tags.includes("told by metadata"));
    await customers.update(person.id, { firstName: "Three" }, { silent: true });
    await customers.confirm(person.id);
    await until(() => wholesale(email)?.merge_fields.FNAME === "Three");
    await customers.changeEmail(person.id, `new.${email}`);
    await until(() => wholesale(`new.${email}`));
    await customers.selfDelete(person.id);
    await until(() => wholesale(`new.${email}`)?.status === "archived");
    expect(eventsOf(shop)).toEqual(
      expect.arrayContaining([
        "CUSTOMER_CREATED",
        "CUSTOMER_METADATA_UPDATED",
        "ACCOUNT_CONFIRMED",
        "ACCOUNT_EMAIL_CHANGED",
        "ACCOUNT_DELETED",
      ]),
    );
    expect(shop.saleor.deliveries.filter(({ status }) => status !== "success")).toEqual([]);
  });

  it("goes by e-mail changes even where only one of the two events arrives", async () => {
    const { customers } = shop.saleor;
    const email = `single.${version}@shop-two.dev`;
    const person = await customers.create({ email });
    await until(() => wholesale(email));
    await customers.changeEmail(person.id, `moved.${email}`, { silent: true });
    const request = await shop.saleor.draftWebhook({ appId: shop.appId, event: "ACCOUNT_EMAIL_CHANGED", customerId: person.id });
    expect((await send(request)).status).toBe(200);
    await until(() => wholesale(`moved.${email}`));
  });
});

const eventsOf = ({ saleor }: AnotherShop) => [...new Set(saleor.deliveries.map(({ event }) => event))];

const due = async () =>
  (await town.app.rows<{ n: number }>("select count(*)::int as n from ledger where due_at <= now() or in_flight is not null"))[0]!.n;
