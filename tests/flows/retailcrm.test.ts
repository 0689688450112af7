/** RetailCRM through the app's real doors: a key, a site, and everything that may happen to them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FIRST_SITE, type RetailCrmSandbox, startRetailCrm } from "../sandbox/retailcrm";
import { type Connected, type Page, startConnected, until } from "./app";

const VARIABLES = { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1", SANDBOX_CUT_OFF_SECONDS: "1" };
let crm: RetailCrmSandbox;
let town: Connected;
let page: Page;
let connectionId = "";

beforeAll(async () => {
  crm = await startRetailCrm();
  // Mailchimp is connected and live as well: two providers in one shop from the first test on.
  town = await startConnected({ customers: 60, variables: { ...VARIABLES, RETAILCRM_BASE_URL: crm.url } });
  page = town.page;
});
afterAll(async () => {
  await town.close();
  await crm.close();
});
beforeEach(() => crm.heal());

const at = (email: string, site?: string) => crm.customer(email, site);
const view = () => page.connections.get.query({ id: connectionId });
const health = async () => (await view()).health;
const withKey = (apiKey: string, address = "example-shop.retailcrm.ru/") =>
  page.connect.withKey.mutate({ provider: "retailcrm", credentials: { address, apiKey } });

async function connect(apiKey: string): Promise<string> {
  const granted = await withKey(apiKey);
  if (granted.kind !== "granted") throw new Error(`not granted: ${granted.reason}`);
  const confirmed = await page.connect.confirm.mutate({ attemptId: granted.attemptId });
  if (confirmed.kind !== "connected") throw new Error(`not connected: ${confirmed.kind}`);
  return confirmed.connectionId;
}

async function save(values: Record<string, string | boolean>) {
  const { version } = await page.connections.settings.query({ id: connectionId });
  return page.connections.saveSettings.mutate({ id: connectionId, version, values });
}

async function fullSync() {
  const ids = town.saleor.customers.all().map(({ id }) => id);
  const { id: runId } = await page.runs.start.mutate({ connectionId, total: ids.length });
  await page.runs.chunk.mutate({ runId, ids, cursor: { at: 0 } });
  await page.runs.walkDone.mutate({ runId, cursor: null });
  return until(async () => {
    const run = await page.runs.get.query({ runId });
    return run.state === "finished" && run;
  }, 40_000);
}

describe("connecting with address and key", () => {
  it("names the account, the sites of the key and what it may not do, before anything is kept", async () => {
    expect(await withKey(crm.keys.readOnly.value)).toMatchObject({
      kind: "granted",
      account: {
        name: "example-shop",
        detail: "example-shop.retailcrm.ru",
        targetNames: ["A site whose code is a number", "Main shop", "Outlet", "Wholesale EU"],
        notes: ["permission_missing:customer_write", "permission_missing:custom_fields_read"],
      },
    });
    expect((await page.connections.list.query()).map(({ provider }) => provider)).toEqual(["mailchimp"]);
  });

  it.each([
    ["nothing like an address", "my shop", "address", "address_form"],
    ["somebody else's host", "https://retailcrm.ru.evil.example", "address", "host_refused"],
    ["a private address", "https://10.0.0.8", "address", "host_refused"],
  ])("blames the address for %s", async (_, address, field, reason) => {
    const { RETAILCRM_BASE_URL: _override, ...real } = town.app.rooms.env.given;
    Object.assign(town.app.rooms.env, { given: real });
    expect(await withKey(crm.keys.main.value, address)).toMatchObject({ kind: "refused", field, reason });
    Object.assign(town.app.rooms.env, { given: { ...real, RETAILCRM_BASE_URL: crm.url } });
  });

  it("blames the key for being wrong", async () => {
    expect(await withKey("0".repeat(32))).toMatchObject({ kind: "refused", field: "apiKey", reason: "credentials_refused" });
  });

  it("needs no choice where the key was made for one site", async () => {
    const id = await connect(crm.keys.oneSite.value);
    expect(await page.connections.get.query({ id })).toMatchObject({
      target: { id: "outlet", name: "Outlet" },
      health: "paused",
      live: false,
    });
    await page.connections.disconnect.mutate({ id });
  });

  it("keeps the key sealed, and shows its last four characters", async () => {
    connectionId = await connect(crm.keys.main.value);
    expect(await view()).toMatchObject({ health: "setup", account: { by: "key", credentialEnding: crm.keys.main.value.slice(-4) } });
    const targets = await page.connections.targets.query({ id: connectionId });
    expect(targets.kind === "ok" && targets.targets.map(({ id }) => id)).toContain(FIRST_SITE);
    expect(await save({ site: FIRST_SITE })).toMatchObject({ kind: "saved", targetChanged: true });
    expect(JSON.stringify(town.saleor.installedApps())).not.toContain(crm.keys.main.value);
    expect(town.app.logged()).not.toContain(crm.keys.main.value);
  });
});

describe("full sync", () => {
  it("delivers everybody, adopts who is there, and says who was refused and why", async () => {
    const people = town.saleor.customers.all().filter(({ isStaff }) => !isStaff);
    people.slice(0, 5).forEach((person, n) => {
      person.email = `${"x".repeat(90)}${n}@long-address.dev`;
    });
    crm.seed([{ email: people[6]!.email.toUpperCase(), tags: ["by hand"] }, { email: people[7]!.email }, { email: people[7]!.email }]);
    const run = await fullSync();
    const reasons = await page.runs.reasons.query({ runId: run.id });
    expect(reasons).toContainEqual({ state: "refused", reason: "address_invalid", count: 5 });
    expect(reasons).toContainEqual({ state: "skipped", reason: "several_matches", count: 1 });
    expect(run).toMatchObject({ refused: 5, updated: 1, due: 0, gaveUp: 0 });
    expect(run.created + run.updated + run.skipped + run.refused).toBe(60);
    expect(at(people[6]!.email)?.tags).toEqual(["by hand", "Saleor Import"]);
    expect(crm.throttled).toBe(0);
    expect([crm.violations, crm.statusWrites, crm.tagReplacements]).toEqual([[], [], []]);
  });

  it("writes nothing when it is run once more", async () => {
    const writes = () => crm.requests.filter(({ method }) => method === "POST").length;
    const before = writes();
    expect(await fullSync()).toMatchObject({ created: 0, updated: 0 });
    expect(writes()).toBe(before);
  });
});

describe("live sync", () => {
  beforeAll(async () => {
    await page.connections.setLive.mutate({ id: connectionId, live: true });
  });

  it("brings one change to both providers, each with its own tags", async () => {
    const person = await town.saleor.customers.create({
      email: "both@shop-one.dev",
      firstName: "Bo",
      privateMeta: { retailcrm_tags: '["crm"]', mailchimp_tags: '["mail"]' },
    });
    const held = await until(() => at("both@shop-one.dev"));
    expect(held).toMatchObject({ firstName: "Bo", tags: ["crm", "Saleor Import"], subscribed: null });
    await until(() => town.mailchimp.audience().member("both@shop-one.dev")?.tags.includes("mail"));
    expect(atob(person.id)).toBe(`User:${held.externalId}`);
  });

  it("follows a changed name, an emptied one, a changed e-mail and changed tags", async () => {
    const person = await town.saleor.customers.create({ email: "first@shop-one.dev", firstName: "Fi", lastName: "Rst" });
    const { id } = await until(() => at("first@shop-one.dev"));
    await town.saleor.customers.update(person.id, { lastName: "" });
    await until(() => at("first@shop-one.dev")?.lastName === "");
    await town.saleor.customers.changeEmail(person.id, "second@shop-one.dev");
    expect((await until(() => at("second@shop-one.dev"))).id).toBe(id);
    await town.saleor.customers.setPrivateMeta(person.id, { retailcrm_tags: '["vip"]' });
    await until(() => at("second@shop-one.dev")?.tags.includes("vip"));
    await town.saleor.customers.setPrivateMeta(person.id, { retailcrm_tags: "[]" });
    await until(() => at("second@shop-one.dev")?.tags.join() === "Saleor Import");
  });

  it("tags who is deleted in Saleor: the vendor deletes nobody", async () => {
    const person = await town.saleor.customers.create({ email: "leaver@shop-one.dev" });
    await until(() => at("leaver@shop-one.dev"));
    await town.saleor.customers.delete(person.id);
    await until(() => at("leaver@shop-one.dev")?.tags.includes("Deleted in Saleor"));
  });

  it("loses nothing to a throttle, and does not hurry it", async () => {
    crm.fail({ kind: "throttle", times: 4 });
    const emails = Array.from({ length: 6 }, (_, n) => `throttled.${n}@shop-one.dev`);
    await Promise.all(emails.map((email) => town.saleor.customers.create({ email })));
    await until(() => emails.every((email) => at(email)), 40_000);
    expect(crm.customers().filter(({ email }) => email.startsWith("throttled."))).toHaveLength(6);
  });

  it("makes no double of a customer whose creation was answered into the void", async () => {
    crm.fail({ kind: "cut", times: 1, match: "customers/create", afterwards: true });
    await town.saleor.customers.create({ email: "void@shop-one.dev", firstName: "Vo" });
    await until(() => at("void@shop-one.dev"));
    await until(async () => (await view()).counts.retrying === 0 && (await view()).counts.waiting === 0, 30_000);
    expect(crm.customers().filter(({ email }) => email === "void@shop-one.dev")).toHaveLength(1);
  });
});

describe("only a person can mend it", () => {
  it("waits with everything when the key is revoked, and goes on with a new one: same account, same settings", async () => {
    crm.revokeKeys();
    await town.saleor.customers.create({ email: "waits@shop-one.dev" });
    await until(async () => (await health()) === "reconnect");
    expect(await view()).toMatchObject({ healthReason: "credentials_refused", live: true });
    await until(() => town.mailchimp.audience().member("waits@shop-one.dev"));
    expect(await connect(crm.keys.main.value)).toBe(connectionId);
    await until(() => at("waits@shop-one.dev"));
    expect(await view()).toMatchObject({ health: "live", target: { id: FIRST_SITE } });
  });

  it("names the permission that was taken away", async () => {
    const { scopes } = crm.keys.main;
    crm.grant(scopes.filter((scope) => scope !== "customer_write"));
    await town.saleor.customers.create({ email: "denied@shop-one.dev" });
    await until(async () => (await view()).healthReason === "permission_missing:customer_write");
    crm.grant(scopes);
    await connect(crm.keys.main.value);
    await until(() => at("denied@shop-one.dev"));
  });

  it("asks for another site when the site is gone, and everything that waited goes there", async () => {
    crm.deleteSite(FIRST_SITE);
    await town.saleor.customers.create({ email: "homeless@shop-one.dev" });
    await until(async () => (await health()) === "target_gone", 90_000);
    expect(await save({ site: "outlet" })).toMatchObject({ kind: "saved" });
    await until(() => at("homeless@shop-one.dev", "outlet"));
    expect((await view()).target).toEqual({ id: "outlet", name: "Outlet" });
  });
});

describe("the log", () => {
  it("holds no address, name or key", async () => {
    await town.saleor.settled();
    expect(town.app.logged()).not.toMatch(/shop-one\.dev|long-address/);
    for (const { value } of Object.values(crm.keys)) expect(town.app.logged()).not.toContain(value);
  });
});
