/** Mindbox tells of opt-outs by a block that a marketer sets up with what the page and the guide hand out. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parameter } from "../sandbox/mindbox/scenario";
import { until } from "./app";
import { type MindboxShop, startMindboxShop } from "./mindbox-shop";

const KEY = { email: "crm_consent.mindbox.email", news: "crm_consent.mindbox.email.news" };
let shop: MindboxShop;
let address: { url: string; block: string };
let people = 0;
let email: string;
beforeAll(async () => {
  const subscriptions = [{ channel: "Email" }, { channel: "Email", topic: "news" }];
  shop = await startMindboxShop({ settings: { subscriptions }, variables: { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5" } });
  const { version } = await shop.page.mapping.rules.query({ id: shop.connectionId });
  const rule = (channel: string, key: string) => ({ channel, source: { kind: "private", key }, optIn: "direct" });
  const consentRules = [rule("email", KEY.email), rule("email.news", KEY.news)];
  expect(await shop.page.mapping.save.mutate({ id: shop.connectionId, version, consentRules })).toMatchObject({ kind: "saved" });
  address = (await shop.page.mapping.inboundAddress.query({ id: shop.connectionId }))!;
});
beforeEach(() => {
  email = `leaver.${++people}@shop-one.dev`;
  setUp();
});
afterAll(() => shop.close());

/** As the guide says: the block as it stands, the angle brackets replaced by what the project's editor calls its parameters. */
function setUp(more: object = {}, change: (body: string) => string = (body) => body): void {
  const body = address.block
    .replace("<saleorId>", parameter("Customer.ids.saleorId"))
    .replace("<mindboxId>", parameter("Customer.ids.mindboxId"))
    .replace("<email>", parameter("Customer.email"));
  shop.mindbox.setScenario({ url: address.url, body: change(body), pauseMs: 100, ...more });
}

const card = () => shop.mindbox.card("email", email);
const wordOf = (id: string, key = KEY.email) => shop.saleor.customers.all().find((person) => person.id === id)?.privateMeta[key];
const idle = () => until(async () => (await shop.app.rows("select 1 from ledger where due_at is not null")).length === 0);
const log = () => shop.page.mapping.consentLog.query({ id: shop.connectionId, email });
const fromProvider = async () => (await log()).filter(({ source }) => source === "provider");
const writes = () => shop.mindbox.requests.filter(({ changed }) => changed).length;
const answers = () => shop.mindbox.webhooks.map(({ status }) => status);

async function subscriber(): Promise<string> {
  const { id } = await shop.saleor.customers.create({ email, privateMeta: { [KEY.email]: "yes", [KEY.news]: "yes" } });
  await until(
    async () =>
      (await shop.app.rows(`select 1 from ledger where customer_id = '${id}' and state = 'in_sync' and consents->'email' = 'true'`)).length,
  );
  return id;
}

describe("the block", () => {
  it("is what the guide shows, in both languages", () => {
    const guide = readFileSync("docs/user-guide-mindbox.md", "utf8");
    expect(guide.split(address.block)).toHaveLength(2);
  });

  it("goes to an address that nobody guesses", async () => {
    expect(address.url).toMatch(new RegExp(`^${shop.app.origin}/api/inbound/${shop.connectionId}/[\\w-]{43}$`));
    const body = JSON.stringify({ event: "unsubscribed", customer: { email }, channel: "Email" });
    const wrong = `${shop.app.origin}/api/inbound/${shop.connectionId}/${"A".repeat(43)}`;
    expect((await fetch(wrong, { method: "POST", body })).status).toBe(404);
  });

  it.each([
    ["no JSON", () => "event=unsubscribed", /JSON block of the user guide/],
    ["another event", (body: string) => body.replace("unsubscribed", "subscribed"), /^event: /],
    ["nobody", (body: string) => body.replace(/"customer": \{[^}]*\}\s*\}?/s, '"customer": {}'), /names nobody|JSON block/],
    ["a channel that Mindbox does not have", (body: string) => body.replace('"Email"', '"Pigeon"'), /^channel: is one of Email, Sms/],
    [
      "a parameter that Mindbox does not know",
      (body: string) => body.replace("Customer.email", "Nobody.knows"),
      /^customer\.email: is a placeholder/,
    ],
    [
      "brackets that were left",
      (body: string) => body.replace(/"\$\{Customer\.ids\.saleorId\}"/, '"<saleorId>"'),
      /^customer\.saleorId: is a placeholder/,
    ],
  ])("with %s is refused with a sentence, once", async (_, change, sentence) => {
    const id = await subscriber();
    setUp({}, change);
    const before = shop.mindbox.webhooks.length;
    await shop.mindbox.unsubscribe(card()!, "Email");
    const sent = shop.mindbox.webhooks.slice(before);
    expect(sent.map(({ status }) => status)).toEqual([400]);
    expect(JSON.parse(sent[0]!.answer).error).toMatch(sentence);
    expect(sent[0]!.answer).not.toContain(email);
    expect(wordOf(id)).toBe("yes");
  });
});

describe("a person who unsubscribes in Mindbox", () => {
  it("has it written in Saleor, without a loop, and stays out", async () => {
    const id = await subscriber();
    const [sent, before] = [writes(), shop.mindbox.statusWrites().length];
    await shop.mindbox.unsubscribe(card()!, "Email");
    expect(answers().at(-1)).toBe(200);
    // Whoever leaves the channel leaves its topics.
    expect([wordOf(id), wordOf(id, KEY.news)]).toEqual(["no", "no"]);
    await idle();
    expect(writes()).toBe(sent);
    await shop.saleor.customers.setPrivateMeta(id, { [KEY.email]: "yes" });
    await until(
      async () => (await shop.app.rows(`select 1 from ledger where customer_id = '${id}' and warnings::text like '%opted_out%'`)).length,
    );
    expect(shop.mindbox.statusWrites()).toHaveLength(before);
  });

  it("leaves one topic and keeps the channel", async () => {
    const id = await subscriber();
    setUp({}, (body) => body.replace('"topic": ""', '"topic": "news"'));
    await shop.mindbox.unsubscribe(card()!, "Email/news");
    expect([wordOf(id), wordOf(id, KEY.news)]).toEqual(["yes", "no"]);
    expect(await fromProvider()).toMatchObject([
      { channel: "email.news", word: false, evidence: `webhook email.news ${shop.mindbox.webhooks.at(-1)?.transactionId}` },
    ]);
  });

  it("is not believed to have left where Mindbox shows that they have not", async () => {
    const id = await subscriber();
    setUp({}, (body) => body.replace('"Email"', '"Sms"'));
    await shop.mindbox.unsubscribe(card()!, "Sms");
    expect([answers().at(-1), wordOf(id)]).toEqual([200, "yes"]);
  });

  it("is believed where the project's look-up shows no subscriptions", async () => {
    const id = await subscriber();
    const there = card()!;
    const kept = new Map(there.subscriptions);
    there.subscriptions.clear();
    const body = JSON.stringify({ event: "unsubscribed", transactionId: "t-1", customer: { email }, channel: "email" });
    expect((await fetch(address.url, { method: "POST", body })).status).toBe(200);
    expect(wordOf(id)).toBe("no");
    for (const [channel, yes] of kept) there.subscriptions.set(channel, yes);
  });

  it("is told again until Saleor took it, and written down once though it is told twice", async () => {
    const id = await subscriber();
    setUp({ isDoubled: true });
    shop.saleor.fail({ kind: "error500", operation: "UpdatePrivateMetadata", times: 2 });
    const before = shop.mindbox.webhooks.length;
    await shop.mindbox.unsubscribe(card()!, "Email");
    expect(answers().slice(before)).toEqual([503, 503, 200, 200]);
    expect(wordOf(id)).toBe("no");
    expect(await fromProvider()).toHaveLength(2);
  });

  it("who is not a customer of the shop costs nothing", async () => {
    shop.mindbox.seed([{ email, subscriptions: { email: true } }]);
    await shop.mindbox.unsubscribe(card()!, "Email");
    // The project's id of the shop was never given to them: the parameter stays as it stood.
    expect(answers().at(-1)).toBe(400);
    setUp({}, (body) => body.replace(/"saleorId".*\n/, ""));
    await shop.mindbox.unsubscribe(card()!, "Email");
    expect(answers().at(-1)).toBe(200);
  });
});

it("the log holds no address and no secret", async () => {
  expect(JSON.stringify(await shop.app.rows("select * from consent_log"))).not.toContain("@");
  expect(shop.app.logged()).not.toMatch(/shop-one\.dev/);
  expect(shop.app.logged()).not.toContain(address.url.split("/").at(-1));
});
