import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Shop } from "@/model/shop";
import type { AnyProvider } from "@/providers/contract";
import { mailchimp as provider } from "@/providers/mailchimp";
import { buildTown, type Rooms, type Town } from "./connection-rooms";

let town: Town;
let shop: Shop;
let rooms: Rooms;

beforeAll(async () => {
  town = await buildTown();
});
afterAll(() => town?.close());
beforeEach(async () => {
  town.saleor.heal();
  town.mailchimp.heal();
  ({ shop } = await town.install());
  rooms = town.rooms();
});

const staffUserId = "VXNlcjox";
const account = { limitKey: "mailchimp:8d3a3db4d97663a9074efcc16", name: "Example Store", detail: "us21" };

async function connect(
  more: { by?: "oauth" | "key"; account?: typeof account; rooms?: Rooms; provider?: AnyProvider } = {},
): Promise<string> {
  const credentials =
    more.by === "key" ? { apiKey: town.mailchimp.accounts[0]!.apiKey } : { accessToken: town.mailchimp.token(), dc: "us21" };
  const result = await (more.rooms ?? rooms).connections.connect({
    shop,
    provider: more.provider ?? provider,
    staffUserId,
    by: more.by ?? "oauth",
    credentials,
    account: more.account ?? account,
    onlyTarget: null,
  });
  if (result.kind !== "connected") throw new Error(`not connected: ${result.reason}`);
  return result.connectionId;
}

const audience = () => town.mailchimp.audience();

async function found(id: string, from: Rooms = rooms) {
  const details = await from.connections.details(shop.id, id);
  if (details.kind !== "found") throw new Error(`details are ${details.kind}`);
  return details;
}

async function save(id: string, values: Record<string, unknown>, version?: number, from: Rooms = rooms) {
  return from.connections.saveSettings({ shop, id, staffUserId }, { version: version ?? (await found(id, from)).version, values });
}

const opened = async (id: string, from: Rooms = rooms) => (await from.connections.open(id)).kind;

describe("a first connection", () => {
  it("starts with safe settings, no target and live sync off", async () => {
    const id = await connect();
    const details = await found(id);
    expect(details).toMatchObject({
      target: null,
      account: { name: "Example Store", detail: "us21", by: "oauth", credentialEnding: null },
    });
    expect(details.values).toMatchObject({ audience: "", newStatus: "transactional", reviveArchived: false });
    expect(await rooms.connections.list(shop.id)).toMatchObject([
      { id, live: false, health: "ok", limitKey: account.limitKey, saving: false },
    ]);
  });

  it("shows only the last four characters of a key, and rests sealed", async () => {
    const id = await connect({ by: "key" });
    const { apiKey } = town.mailchimp.accounts[0]!;
    const details = await found(id);
    expect(details.account.credentialEnding).toBe(apiKey.slice(-4));
    expect(JSON.stringify(details)).not.toContain(apiKey);
    expect(town.stored(shop, "crm-mailchimp")).toMatch(/^v1\./);
    expect(JSON.stringify(await town.rows("select * from connection_state"))).not.toContain(apiKey);
  });

  it("leaves nothing behind when Saleor does not take the write", async () => {
    town.saleor.fail({ kind: "error500", operation: "UpdatePrivateMetadata" });
    await expect(connect()).rejects.toThrow("not connected");
    expect(await rooms.connections.list(shop.id)).toEqual([]);
  });

  it("is one connection when two people connect at once", async () => {
    const ids = await Promise.all([connect(), connect({ rooms: town.rooms() })]);
    expect(ids[0]).toBe(ids[1]);
    expect(await rooms.connections.list(shop.id)).toHaveLength(1);
    expect(await opened(ids[0])).toBe("open");
  });
});

describe("saving", () => {
  it("keeps what was chosen, names the target and raises the version", async () => {
    const id = await connect();
    const before = await found(id);
    const result = await save(id, { audience: audience().id, newStatus: "pending" });
    expect(result).toMatchObject({ kind: "saved", targetChanged: true });
    const after = await found(id, town.rooms());
    expect(after.version).toBeGreaterThan(before.version);
    expect(after.target).toEqual({ id: audience().id, name: town.mailchimp.accounts[0]!.lists[0]!.name });
    expect(after.values).toMatchObject({ newStatus: "pending", importTag: "Saleor Import" });
    expect((await rooms.connections.list(shop.id))[0]).toMatchObject({ target: audience().id, version: after.version });
  });

  it("refuses an older save and says when it was changed", async () => {
    const id = await connect();
    const { version } = await found(id);
    const other = town.rooms();
    expect(await save(id, { newStatus: "pending" }, version, other)).toMatchObject({ kind: "saved" });
    const { savedAt } = await found(id, other);
    expect(await save(id, { newStatus: "subscribed" }, version)).toEqual({ kind: "conflict", changedAt: savedAt });
    expect((await found(id)).values.newStatus).toBe("pending");
  });

  it("lets exactly one of two simultaneous saves through", async () => {
    const id = await connect();
    const { version } = await found(id);
    const kinds = await Promise.all(["pending", "subscribed"].map((newStatus) => save(id, { newStatus }, version, town.rooms())));
    expect(kinds.map((result) => result.kind).sort()).toEqual(["conflict", "saved"]);
  });

  it("keeps the old settings when Saleor is down, and the same save works once it is back", async () => {
    const id = await connect();
    const { version } = await found(id);
    town.saleor.fail({ kind: "error500", operation: "UpdatePrivateMetadata" });
    expect(await save(id, { newStatus: "pending" }, version)).toMatchObject({ kind: "unavailable" });
    town.saleor.heal();
    expect((await found(id)).values.newStatus).toBe("transactional");
    expect(await save(id, { newStatus: "pending" }, version)).toMatchObject({ kind: "saved" });
  });

  it("says which field is wrong and saves nothing", async () => {
    const id = await connect();
    const result = await save(id, { newStatus: "everybody", importTag: "x".repeat(101) });
    expect(result).toMatchObject({ kind: "invalid" });
    if (result.kind === "invalid") expect(result.problems.map(({ name }) => name).sort()).toEqual(["importTag", "newStatus"]);
  });

  it("takes no target that the account does not have", async () => {
    const id = await connect();
    expect(await save(id, { audience: "0123456789" })).toEqual({
      kind: "invalid",
      problems: [{ name: "audience", messageKey: "target_gone" }],
    });
  });

  it("asks the provider only about a new target", async () => {
    const id = await connect();
    await save(id, { audience: audience().id });
    town.mailchimp.fail({ kind: "error500" });
    expect(await save(id, { newStatus: "pending" })).toMatchObject({ kind: "saved", targetChanged: false });
    expect(await save(id, { audience: "0123456789" })).toMatchObject({ kind: "unavailable" });
  });

  it("forgets what was delivered to the former target", async () => {
    const id = await connect();
    await save(id, { audience: audience().id });
    await town.rows(
      `insert into ledger (connection_id, customer_id, state, fingerprint, remote_key) values ('${id}', 'VXNlcjox', 'in_sync', 'f', 'r')`,
    );
    await save(id, { importTag: "Shop" });
    expect(await town.rows(`select fingerprint from ledger where connection_id = '${id}'`)).toEqual([{ fingerprint: "f" }]);
    await save(id, { audience: town.mailchimp.accounts[0]!.lists[1]!.id });
    expect(await town.rows(`select customer_id from ledger where connection_id = '${id}'`)).toEqual([]);
  });

  it("of another shop's connection is out of reach", async () => {
    const id = await connect();
    const mine = shop;
    const other: Shop = { id: "elsewhere", saleorApiUrl: "https://other.example/graphql/", appId: "QXBwOjk=" };
    await town.rows(`insert into shop (id, saleor_api_url, app_id) values ('${other.id}', '${other.saleorApiUrl}', '${other.appId}')`);
    const act = { shop: other, id, staffUserId };
    expect(await rooms.connections.saveSettings(act, { version: 1, values: {} })).toMatchObject({ kind: "unavailable", reason: "gone" });
    expect(await rooms.connections.setLive(act, true)).toEqual({ kind: "gone" });
    expect(await rooms.connections.disconnect(act)).toEqual({ kind: "gone" });
    expect(await rooms.connections.details(other.id, id)).toEqual({ kind: "gone" });
    expect(await rooms.connections.details(mine.id, id)).toMatchObject({ kind: "found" });
  });
});

describe("live sync", () => {
  it("needs a target, and ends when the target is taken away", async () => {
    const id = await connect();
    const act = { shop, id, staffUserId };
    expect(await rooms.connections.setLive(act, true)).toEqual({ kind: "no_target" });
    await save(id, { audience: audience().id });
    expect(await rooms.connections.setLive(act, true)).toEqual({ kind: "done" });
    expect((await rooms.connections.list(shop.id))[0]?.live).toBe(true);
    await save(id, { audience: "" });
    expect((await rooms.connections.list(shop.id))[0]).toMatchObject({ live: false, target: "", targetName: "" });
  });
});

describe("opening a connection", () => {
  it("asks Saleor once, and again after a save by another process", async () => {
    const id = await connect();
    const reads = () => town.saleor.requests.filter(({ operationName }) => operationName === "AppSettings").length;
    await rooms.connections.open(id);
    const before = reads();
    await rooms.connections.open(id);
    expect(reads()).toBe(before);
    await save(id, { newStatus: "pending" }, undefined, town.rooms());
    const again = await rooms.connections.open(id);
    expect(again).toMatchObject({ kind: "open", connection: { settings: { newStatus: "pending" }, limitKey: account.limitKey } });
  });

  it("keeps one pepper per shop", async () => {
    const id = await connect();
    const peppers = await Promise.all([rooms, town.rooms()].map(async (one) => one.connections.open(id)));
    const [first, second] = peppers.map((one) => (one.kind === "open" ? one.connection.pepper : null));
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(second).toBe(first);
    expect(town.stored(shop, "crm-shop")).toMatch(/^v1\./);
  });

  it("trusts nothing it read while a save is under way, and heals a save that broke off", async () => {
    const id = await connect();
    await save(id, { audience: audience().id });
    const sealed = town.stored(shop, "crm-mailchimp")!;
    await save(id, { newStatus: "pending" }, undefined, town.rooms());
    const [row] = await town.rows<{ settings_version: string }>(`select settings_version from connection_state where id = '${id}'`);
    // As a crash between Saleor and the row leaves it: claimed, written, not followed.
    await town.rows(
      `update connection_state set settings_version = settings_version - 1, target = 'old', saving_until = now() + interval '1 minute' where id = '${id}'`,
    );
    expect(await rooms.connections.open(id)).toMatchObject({ kind: "open", connection: { settings: { newStatus: "pending" } } });
    town.put(shop, "crm-mailchimp", sealed);
    expect(await rooms.connections.open(id)).toMatchObject({ kind: "open", connection: { settings: { newStatus: "transactional" } } });
    await save(id, { newStatus: "pending" }, undefined, town.rooms()).then((result) => expect(result.kind).toBe("conflict"));
    town.put(shop, "crm-mailchimp", sealed);
    await town.rows(`update connection_state set saving_until = now() - interval '1 second', settings_version = 1 where id = '${id}'`);
    await rooms.connections.open(id);
    expect((await rooms.connections.list(shop.id))[0]).toMatchObject({ target: audience().id, saving: false });
    expect(Number(row?.settings_version)).toBeGreaterThan(1);
  });

  it("says gone, unavailable and unreadable apart", async () => {
    const id = await connect();
    expect(await opened("nobody")).toBe("gone");
    town.saleor.fail({ kind: "error500" });
    expect(await opened(id, town.rooms())).toBe("unavailable");
    town.saleor.heal();
    town.saleor.fail({ kind: "nulls" });
    expect(await opened(id, town.rooms())).toBe("unavailable");
    town.saleor.heal();
    expect(await opened(id, town.rooms({ current: "another secret key" }))).toBe("unreadable");
    expect(await opened(id)).toBe("open");
  });
});

describe("another SECRET_KEY", () => {
  const wrong = { current: "another secret key" };

  it("makes the connection unreadable, never empty, and changes nothing in Saleor", async () => {
    const id = await connect();
    await save(id, { audience: audience().id });
    const sealed = town.stored(shop, "crm-mailchimp");
    const other = town.rooms(wrong);
    expect(await other.connections.loadShop(shop)).toEqual({ kind: "loaded" });
    expect(await other.connections.details(shop.id, id)).toMatchObject({ kind: "unreadable", reason: "unknown_key" });
    expect(await other.connections.saveSettings({ shop, id, staffUserId }, { version: 3, values: {} })).toMatchObject({
      kind: "unavailable",
      reason: "unreadable",
    });
    expect((await other.connections.list(shop.id))[0]).toMatchObject({ health: "unreadable", target: audience().id });
    expect(town.stored(shop, "crm-mailchimp")).toBe(sealed);
    expect(await opened(id)).toBe("open");
    expect((await rooms.connections.list(shop.id))[0]?.health).toBe("ok");
  });

  it("reads on as the previous key, and reseals with the new one at the next save", async () => {
    const id = await connect();
    const rotated = town.rooms({ current: "another secret key", previous: "a secret for these tests" });
    expect(await opened(id, rotated)).toBe("open");
    expect(await save(id, { newStatus: "pending" }, undefined, rotated)).toMatchObject({ kind: "saved" });
    expect(await opened(id)).toBe("unreadable");
  });

  it("is mended by reconnecting: the same account keeps its audience, live sync waits for a look", async () => {
    const id = await connect();
    await save(id, { audience: audience().id });
    await rooms.connections.setLive({ shop, id, staffUserId }, true);
    const other = town.rooms(wrong);
    expect(await connect({ rooms: other })).toBe(id);
    expect(await found(id, other)).toMatchObject({ target: { id: audience().id } });
    expect((await other.connections.list(shop.id))[0]).toMatchObject({ health: "ok", live: false });
  });
});

describe("connecting again", () => {
  it("keeps settings and live sync for the same account, and clears the health", async () => {
    const id = await connect();
    await save(id, { audience: audience().id, newStatus: "pending" });
    await rooms.connections.setLive({ shop, id, staffUserId }, true);
    expect(await rooms.connections.markHealth(id, "reconnect", "credentials_refused")).toBe(true);
    expect(await rooms.connections.markHealth(id, "reconnect", "credentials_refused")).toBe(false);
    expect(await connect()).toBe(id);
    expect((await rooms.connections.list(shop.id))[0]).toMatchObject({ health: "ok", healthReason: null, healthSince: null, live: true });
    expect((await found(id)).values).toMatchObject({ audience: audience().id, newStatus: "pending" });
  });

  it("starts from nothing for another account", async () => {
    const id = await connect();
    await save(id, { audience: audience().id });
    await town.rows(`insert into ledger (connection_id, customer_id, state, fingerprint) values ('${id}', 'VXNlcjox', 'in_sync', 'f')`);
    await connect({ account: { limitKey: "mailchimp:other", name: "Other Store", detail: "us6" } });
    expect(await found(id)).toMatchObject({ target: null, account: { name: "Other Store" } });
    expect(await town.rows(`select customer_id from ledger where connection_id = '${id}'`)).toEqual([]);
  });
});

describe("two providers", () => {
  const second: AnyProvider = {
    ...provider,
    id: "secondcrm",
    title: "Second",
    settings: provider.settings.extend({ note: z.string().default("") }),
  };

  it("do not overwrite each other, saved at the same time", async () => {
    const both = town.rooms(undefined, [provider, second]);
    const ids = await Promise.all([
      connect({ rooms: both }),
      connect({ rooms: both, provider: second, account: { ...account, limitKey: "secondcrm:1" } }),
    ]);
    const results = await Promise.all([
      save(ids[0], { newStatus: "pending" }, undefined, both),
      save(ids[1], { newStatus: "subscribed", note: "mine" }, undefined, both),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(["saved", "saved"]);
    expect((await found(ids[0], both)).values).toMatchObject({ newStatus: "pending" });
    expect((await found(ids[1], both)).values).toMatchObject({ newStatus: "subscribed", note: "mine" });
  });

  it("cannot be swapped for each other: a value opens only under its own provider", async () => {
    const both = town.rooms(undefined, [provider, second]);
    await connect({ rooms: both });
    town.put(shop, "crm-secondcrm", town.stored(shop, "crm-mailchimp")!);
    await both.connections.loadShop(shop);
    expect(await both.connections.find(shop.id, "secondcrm")).toMatchObject({ health: "unreadable", healthReason: "damaged", live: false });
  });
});

describe("disconnecting", () => {
  it("wipes the credential in Saleor, drops what waited and says how much", async () => {
    const id = await connect();
    await town.rows(`insert into ledger (connection_id, customer_id, due_at) values ('${id}', 'a', now()), ('${id}', 'b', now())`);
    await town.rows(`insert into ledger (connection_id, customer_id, state) values ('${id}', 'c', 'in_sync')`);
    expect(await rooms.connections.disconnect({ shop, id, staffUserId })).toEqual({ kind: "disconnected", droppedChanges: 2 });
    expect(town.stored(shop, "crm-mailchimp")).toBeUndefined();
    expect(await opened(id)).toBe("gone");
    expect(await town.rows(`select 1 from ledger where connection_id = '${id}'`)).toEqual([]);
    expect(await connect()).not.toBe(id);
  });

  it("changes nothing when Saleor does not take it, and can be repeated", async () => {
    const id = await connect();
    town.saleor.fail({ kind: "error500", operation: "DeletePrivateMetadata" });
    expect(await rooms.connections.disconnect({ shop, id, staffUserId })).toMatchObject({ kind: "unavailable" });
    town.saleor.heal();
    expect(await opened(id)).toBe("open");
    expect(await rooms.connections.disconnect({ shop, id, staffUserId })).toMatchObject({ kind: "disconnected" });
  });
});

describe("a shop", () => {
  it("gets its connections back from Saleor after the database was lost", async () => {
    const id = await connect();
    await save(id, { audience: audience().id });
    await rooms.connections.setLive({ shop, id, staffUserId }, true);
    await town.rows(`delete from connection_state where shop_id = '${shop.id}'`);
    expect(await rooms.connections.loadShop(shop)).toEqual({ kind: "loaded" });
    expect(await rooms.connections.list(shop.id)).toMatchObject([
      { id, live: true, target: audience().id, limitKey: account.limitKey, version: (await found(id)).version },
    ]);
    expect(await town.rows(`select settings_loaded from shop where id = '${shop.id}'`)).toEqual([{ settings_loaded: true }]);
  });

  it("stays as it was when Saleor could not be asked", async () => {
    const id = await connect();
    town.saleor.fail({ kind: "error500" });
    expect(await rooms.connections.loadShop(shop)).toMatchObject({ kind: "unavailable" });
    expect(await town.rows(`select settings_loaded from shop where id = '${shop.id}'`)).toEqual([{ settings_loaded: false }]);
    expect((await rooms.connections.list(shop.id)).map((row) => row.id)).toEqual([id]);
  });

  it("is not asked with the token of another installation", async () => {
    const stranger = { ...shop, appId: "QXBwOjk5OQ==" };
    expect(await rooms.connections.loadShop(stranger)).toEqual({ kind: "unavailable", reason: "not_installed" });
  });

  it("drops a connection that Saleor knows nothing of, unless it is brand-new", async () => {
    const id = await connect();
    const app = town.saleor.app(shop.appId)!;
    Object.assign(app, { privateMeta: {} });
    await rooms.connections.loadShop(shop);
    expect(await rooms.connections.list(shop.id)).toHaveLength(1);
    await town.rows(`update connection_state set created_at = now() - interval '2 minutes' where id = '${id}'`);
    await rooms.connections.loadShop(shop);
    expect(await rooms.connections.list(shop.id)).toEqual([]);
  });

  it("is retired by a new installation at the same address: its connections stop", async () => {
    const id = await connect();
    const again = await rooms.connections.ensureShop(shop.saleorApiUrl, shop.appId);
    expect(again).toEqual(shop);
    const next = await town.install();
    expect(next.shop.id).not.toBe(shop.id);
    expect(await opened(id)).toBe("gone");
    expect(await rooms.connections.list(shop.id)).toEqual([]);
  });
});

describe("the audit", () => {
  it("says who did what, with names of fields and no values", async () => {
    const id = await connect();
    const act = { shop, id, staffUserId };
    await save(id, { audience: audience().id, importTag: "Very private" });
    await rooms.connections.setLive(act, true);
    await rooms.connections.setLive(act, true);
    await rooms.connections.setLive(act, false);
    await rooms.connections.disconnect(act);
    const rows = await town.rows<{ action: string; staff_user_id: string; detail: unknown }>(
      `select action, staff_user_id, detail from audit where shop_id = '${shop.id}' order by id`,
    );
    expect(rows.map(({ action }) => action)).toEqual(["connected", "settings_changed", "live_on", "live_off", "disconnected"]);
    expect(rows[1]?.detail).toEqual({ provider: "mailchimp", changed: ["audience", "importTag"] });
    expect(new Set(rows.map((row) => row.staff_user_id))).toEqual(new Set([staffUserId]));
    expect(JSON.stringify(rows)).not.toContain("Very private");
  });
});
