import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleStore, otherStore, startMailchimp } from "../sandbox/mailchimp";
import { type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { freshDataDir } from "../template-db";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type App, connect, startApp, until } from "./app";

const dataDir = freshDataDir("crm-shops-");
let mailchimp: Awaited<ReturnType<typeof startMailchimp>>;
let app: App;
let one: AnotherShop;
let two: AnotherShop;
const town = () => ({ app, mailchimp });

beforeAll(async () => {
  mailchimp = await startMailchimp({ accounts: [exampleStore(), otherStore()] });
  app = await startApp(mailchimp, { DATA_DIR: dataDir });
  one = await openAnotherShop(town());
  two = await openAnotherShop(town(), { audience: "Wholesale" });
});
afterAll(async () => {
  await app.close();
  await Promise.all([one.saleor.close(), two.saleor.close(), mailchimp.close()]);
});

const at = (audience: string | undefined, email: string) => mailchimp.audience(audience).member(email);
const count = async (table: string) => (await app.rows<{ n: number }>(`select count(*)::int as n from ${table}`))[0]!.n;

async function deleteWebhook(saleor: SaleorSandbox, appId: string, name: string): Promise<void> {
  const webhook = saleor.webhooks(appId).find((candidate) => candidate.name === name)!;
  const headers = { "content-type": "application/json", authorization: `Bearer ${saleor.app(appId)!.token}` };
  const query = `mutation { webhookDelete(id: "${webhook.id}") { errors { code } } }`;
  await fetch(saleor.apiUrl, { method: "POST", headers, body: JSON.stringify({ query }) });
  expect(saleor.webhooks(appId).some((candidate) => candidate.name === name)).toBe(false);
}

describe("several shops on one app", () => {
  it("serves two shops of the same account at once, each into its own audience, and never with the other's token", async () => {
    mailchimp.requests.splice(0);
    const people = Array.from({ length: 15 }, (_, i) => `person.${i}@both.dev`);
    await Promise.all(people.flatMap((email) => [one.saleor.customers.create({ email }), two.saleor.customers.create({ email })]));
    await until(() => people.every((email) => at(undefined, email) && at("Wholesale", email)));
    const tokensFor = (audience?: string) => {
      const { id } = mailchimp.audience(audience);
      return [...new Set(mailchimp.requests.filter(({ path }) => path.includes(id)).map(({ tokenHash }) => tokenHash))];
    };
    const [first, second] = [tokensFor(), tokensFor("Wholesale")];
    expect([first.length, second.length]).toEqual([1, 1]);
    expect(first).not.toEqual(second);
    expect(Math.max(...mailchimp.requests.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(6);
  });

  it("keeps a change of one shop out of the other", async () => {
    const before = await until(async () => {
      const view = await two.page.connections.get.query({ id: two.connectionId });
      return view.counts.waiting === 0 && view;
    });
    await one.saleor.customers.create({ email: "only.one@shop-one.dev" });
    await until(() => at(undefined, "only.one@shop-one.dev"));
    expect(at("Wholesale", "only.one@shop-one.dev")).toBeUndefined();
    expect((await two.page.connections.get.query({ id: two.connectionId })).counts).toEqual(before.counts);
  });

  it("stops only the shop whose access was withdrawn, not the other one on the same account", async () => {
    const broken = await openAnotherShop(town(), { audience: "Press" });
    mailchimp.fail({ kind: "revoked", match: mailchimp.audience("Press").id });
    await broken.saleor.customers.create({ email: "stopped@press.dev" });
    await until(async () => (await broken.page.connections.get.query({ id: broken.connectionId })).health === "reconnect");
    await two.saleor.customers.create({ email: "goes.on@shop-two.dev" });
    await until(() => at("Wholesale", "goes.on@shop-two.dev"));
    mailchimp.heal();
    await broken.saleor.close();
  });
});

describe("a restart", () => {
  it("delivers what was due, and mends a webhook that somebody deleted", async () => {
    mailchimp.fail({ kind: "error500" });
    await one.saleor.customers.create({ email: "before.restart@shop-one.dev" });
    await until(async () => (await one.page.connections.get.query({ id: one.connectionId })).health === "provider_down");
    await app.close();
    await deleteWebhook(one.saleor, one.appId, "customer-updated");
    mailchimp.heal();
    app = await startApp(mailchimp, { DATA_DIR: dataDir });
    await until(() => at(undefined, "before.restart@shop-one.dev"), 25_000);
    await until(() => one.saleor.webhooks(one.appId).some(({ name }) => name === "customer-updated"));
    // The app is at another address since its restart: every webhook follows.
    await until(() => one.saleor.webhooks(one.appId).every(({ targetUrl }) => targetUrl.startsWith(app.origin)));
    const person = one.saleor.customers.findByEmail("before.restart@shop-one.dev")!;
    await one.saleor.customers.update(person.id, { firstName: "Mended" });
    await until(() => at(undefined, "before.restart@shop-one.dev")?.merge_fields.FNAME === "Mended");
  });
});

describe("installed again, removed", () => {
  it("is a new shop after a re-install: the old rows are gone, and a late goodbye to the old one removes nothing", async () => {
    const saleor = await startSaleor({ retryScale: 0.01 });
    const first = await saleor.install(app.manifestUrl);
    const page = await app.page(saleor);
    const old = await connect(page, mailchimp);
    const { version } = await page.connections.settings.query({ id: old });
    await page.connections.saveSettings.mutate({ id: old, version, values: { audience: mailchimp.audience("Zurich").id } });
    await page.connections.setLive.mutate({ id: old, live: true });
    await saleor.customers.create({ email: "stays@zurich.dev" });
    await until(() => at("Zurich", "stays@zurich.dev"));
    await quietlyRemove(saleor, first.appId);
    const second = await saleor.install(app.manifestUrl);
    expect(second.appId).not.toBe(first.appId);
    const newPage = await app.page(saleor);
    expect(await newPage.connections.list.query()).toEqual([]);
    expect(await app.rows(`select 1 from ledger where connection_id = '${old}'`)).toEqual([]);
    const fresh = await connect(newPage, mailchimp);
    expect(await goodbye(saleor, first.appId)).toBe(200);
    expect((await newPage.connections.list.query()).map(({ id }) => id)).toEqual([fresh]);
    expect((await app.rooms.apl.get(saleor.apiUrl))?.appId).toBe(second.appId);
    await saleor.close();
  });

  it("forgets a shop that removed the app: rows, settings, token", async () => {
    const leaving = await openAnotherShop(town(), { audience: "Summer" });
    await leaving.saleor.customers.create({ email: "summer@leaving.dev" });
    await until(() => at("Summer", "summer@leaving.dev"));
    const shops = await count("shop");
    await leaving.saleor.uninstall(leaving.appId);
    await until(async () => (await count("shop")) === shops - 1);
    expect(await app.rows(`select 1 from ledger where connection_id = '${leaving.connectionId}'`)).toEqual([]);
    expect(await app.rows(`select 1 from connection_state where id = '${leaving.connectionId}'`)).toEqual([]);
    await until(async () => (await app.rooms.apl.get(leaving.saleor.apiUrl)) === undefined);
    expect((await app.rooms.apl.getAll()).map(({ saleorApiUrl }) => saleorApiUrl)).toContain(one.saleor.apiUrl);
    await leaving.saleor.close();
  });
});

/** As a core before 3.23.5 removes an app: without telling it. */
async function quietlyRemove(saleor: SaleorSandbox, appId: string): Promise<void> {
  Object.assign(saleor.app(appId)!, { removed: true, active: false });
}

async function goodbye(saleor: SaleorSandbox, appId: string): Promise<number> {
  const body = JSON.stringify({ issuedAt: new Date().toISOString(), recipient: { id: appId }, app: { id: appId } });
  const headers = {
    "content-type": "application/json",
    "saleor-event": "app_deleted",
    "saleor-api-url": saleor.apiUrl,
    "saleor-signature": await saleor.signWebhook(body),
  };
  return (await fetch(`${app.origin}/api/webhooks/app-deleted`, { method: "POST", headers, body })).status;
}
