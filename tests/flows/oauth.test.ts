import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OAuthStatus, OAuthTicket } from "@/dashboard/api/views";
import type { Shop } from "@/model/shop";
import { exampleStore } from "../sandbox/mailchimp";
import { buildTown, type Rooms, type Town } from "./connection-rooms";

let town: Town;
let shop: Shop;
let rooms: Rooms;
const staffUserId = "VXNlcjox";

beforeAll(async () => {
  town = await buildTown();
});
afterAll(() => town?.close());
beforeEach(async () => {
  town.saleor.heal();
  town.mailchimp.heal();
  town.mailchimp.requests.length = 0;
  town.log.length = 0;
  ({ shop } = await town.install());
  rooms = town.rooms();
});

/** A browser tab: follows nothing by itself, keeps its cookies. */
class Tab {
  readonly cookies = new Map<string, string>();
  async visit(url: string, method = "GET"): Promise<{ status: number; location: string | null; text: string; headers: Headers }> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { method, redirect: "manual", headers: cookie ? { cookie } : {} });
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0]!.split("=") as [string, string];
      this.cookies.set(name, value);
    }
    return { status: answer.status, location: answer.headers.get("location"), text: await answer.text(), headers: answer.headers };
  }
}

async function ticket(): Promise<OAuthTicket> {
  const issued = await rooms.oauth.issueTicket({ shop, staffUserId, provider: "mailchimp", appBaseUrl: town.appBaseUrl });
  if (!issued) throw new Error("no ticket");
  return issued;
}

const status = (attemptId: string, more: { shopId?: string; staffUserId?: string } = {}): Promise<OAuthStatus> =>
  rooms.oauth.status({ attemptId, shopId: shop.id, staffUserId, ...more });
const confirm = (attemptId: string, more: { shopId?: string; staffUserId?: string } = {}) =>
  rooms.oauth.confirm({ attemptId, shopId: shop.id, staffUserId, ...more });

/** Up to the vendor's redirect back to us. */
async function untilCallback(answer?: Parameters<Town["mailchimp"]["consent"]>[1]) {
  const [issued, tab] = [await ticket(), new Tab()];
  const start = await tab.visit(issued.url);
  return {
    attemptId: issued.attemptId,
    ticketUrl: issued.url,
    tab,
    start,
    callback: await town.mailchimp.consent(start.location!, answer),
  };
}

async function signIn(answer?: Parameters<Town["mailchimp"]["consent"]>[1]) {
  const journey = await untilCallback(answer);
  return { ...journey, page: await journey.tab.visit(journey.callback) };
}

async function connected(answer?: Parameters<Town["mailchimp"]["consent"]>[1]): Promise<string> {
  const { attemptId } = await signIn(answer);
  const result = await confirm(attemptId);
  if (result.kind !== "connected") throw new Error(result.kind);
  return result.connectionId;
}

const attemptRow = async (id: string) =>
  (await town.rows<{ state: string; sealed: string | null; reason: string | null }>(`select * from oauth_attempt where id = '${id}'`))[0]!;
const exchanges = () => town.mailchimp.requests.filter(({ path }) => path === "/oauth2/token").length;

describe("the whole journey", () => {
  it("goes from the click to a connection that was confirmed in the frame", async () => {
    const issued = await ticket();
    expect(await status(issued.attemptId)).toEqual({ state: "issued" });
    const tab = new Tab();
    const start = await tab.visit(issued.url);
    expect(start.status).toBe(302);
    expect(await status(issued.attemptId)).toEqual({ state: "opened" });
    const page = await tab.visit(await town.mailchimp.consent(start.location!));
    expect(page.status).toBe(200);
    expect(page.text).toContain("Mailchimp account Example Store for the shop 127.0.0.1");
    expect(page.text).toContain("Go back to the Saleor tab and confirm the account. You can close this tab.");
    expect(await status(issued.attemptId)).toEqual({
      state: "granted",
      account: {
        name: "Example Store",
        detail: "us21",
        owner: "owner@store.example",
        shopHost: new URL(shop.saleorApiUrl).host,
        targets: town.mailchimp.accounts[0]!.lists.length,
        targetNames: town.mailchimp.accounts[0]!.lists.map(({ name }) => name),
        notes: [],
        contacts: expect.any(Number),
        replaces: null,
      },
    });
    expect(await rooms.connections.list(shop.id)).toEqual([]);
    const result = await confirm(issued.attemptId);
    expect(result).toMatchObject({ kind: "connected" });
    const connectionId = result.kind === "connected" ? result.connectionId : "";
    expect(await status(issued.attemptId)).toEqual({ state: "confirmed", connectionId });
    const opened = await rooms.connections.open(connectionId);
    expect(opened).toMatchObject({
      kind: "open",
      connection: { limitKey: "mailchimp:8d3a3db4d97663a9074efcc16", credentials: { dc: "us21" } },
    });
    expect(await rooms.connections.targets(shop.id, connectionId, AbortSignal.timeout(5_000))).toMatchObject({ kind: "ok" });
  });

  it("keeps the token out of addresses, pages, cookies, the log and the database", async () => {
    const { attemptId, start, callback, page, ticketUrl, tab } = await signIn();
    const database = JSON.stringify(await town.rows("select * from oauth_attempt"));
    const connectionId = await confirm(attemptId).then((result) => (result.kind === "connected" ? result.connectionId : ""));
    const opened = await rooms.connections.open(connectionId);
    const token = opened.kind === "open" ? String(opened.connection.credentials.accessToken) : "";
    expect(token.length).toBeGreaterThan(10);
    const seen = JSON.stringify([
      ticketUrl,
      start.location,
      callback,
      page.text,
      [...tab.cookies],
      town.log,
      await status(attemptId),
      database,
    ]);
    expect(seen).not.toContain(token);
    const ownTicket = new URL(ticketUrl).searchParams.get("ticket")!;
    expect(database).not.toContain(ownTicket);
    for (const nonce of tab.cookies.values()) expect(database).not.toContain(nonce);
    expect(JSON.stringify(town.log)).not.toContain("owner@store.example");
  });

  it("sets a cookie that scripts cannot read and that goes to the doors only", async () => {
    const { start, page } = await signIn();
    const [cookie] = start.headers.getSetCookie();
    expect(cookie).toMatch(/; Path=\/api\/oauth; Max-Age=600; HttpOnly; SameSite=Lax$/);
    expect(page.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    for (const { headers } of [start, page]) {
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
    expect(page.text).not.toContain("<script");
  });

  it("wipes the sealed credentials at the confirmation, and a second click finds the same connection", async () => {
    const { attemptId } = await signIn();
    expect((await attemptRow(attemptId)).sealed).toMatch(/^v1\./);
    const first = await confirm(attemptId);
    expect(await attemptRow(attemptId)).toMatchObject({ state: "confirmed", sealed: null });
    expect(await confirm(attemptId)).toEqual(first);
  });

  it("can be confirmed later when Saleor did not take the write at once", async () => {
    const { attemptId } = await signIn();
    town.saleor.fail({ kind: "error500", operation: "UpdatePrivateMetadata" });
    expect(await confirm(attemptId)).toMatchObject({ kind: "unavailable" });
    town.saleor.heal();
    expect(await confirm(attemptId)).toMatchObject({ kind: "connected" });
  });

  it("lets two sign-ins in one browser go on side by side", async () => {
    const tab = new Tab();
    const tickets = [await ticket(), await ticket()];
    const callbacks: string[] = [];
    for (const { url } of tickets) callbacks.push(await town.mailchimp.consent((await tab.visit(url)).location!));
    for (const callback of callbacks) expect((await tab.visit(callback)).status).toBe(200);
    for (const { attemptId } of tickets) expect(await status(attemptId)).toMatchObject({ state: "granted" });
  });
});

describe("a sign-in that ends otherwise", () => {
  it("was denied", async () => {
    const { attemptId, page } = await signIn({ decision: "deny" });
    expect(page.text).toContain("Access was not given");
    expect(await status(attemptId)).toEqual({ state: "denied" });
    expect(await confirm(attemptId)).toEqual({ kind: "expired" });
    expect(exchanges()).toBe(0);
  });

  it("took too long before the tab opened", async () => {
    const { attemptId, url } = await ticket();
    await town.rows(`update oauth_attempt set expires_at = now() - interval '1 second' where id = '${attemptId}'`);
    const page = await new Tab().visit(url);
    expect(page).toMatchObject({ status: 410, location: null });
    expect(await status(attemptId)).toEqual({ state: "expired" });
  });

  it("took too long at the vendor", async () => {
    const { attemptId, tab, callback } = await untilCallback();
    await town.rows(`update oauth_attempt set expires_at = now() - interval '1 second' where id = '${attemptId}'`);
    expect((await tab.visit(callback)).text).toContain("longer than 10 minutes");
    expect(await status(attemptId)).toEqual({ state: "expired" });
    expect(exchanges()).toBe(0);
  });

  it("brought back a state that is too old, though it is ours", async () => {
    const { attemptId, tab, callback } = await untilCallback();
    const { signer } = rooms.oauth.deps;
    const url = new URL(callback);
    const told = JSON.parse(signer.verify(url.searchParams.get("state")!)!) as Record<string, unknown>;
    url.searchParams.set("state", signer.sign(JSON.stringify({ ...told, expiresAt: Date.now() - 1 })));
    expect((await tab.visit(url.href)).text).toContain("longer than 10 minutes");
    expect(await status(attemptId)).toEqual({ state: "expired" });
    expect(exchanges()).toBe(0);
  });

  it("was not confirmed in time: the credentials are wiped", async () => {
    const { attemptId } = await signIn();
    await town.rows(`update oauth_attempt set expires_at = now() - interval '1 second' where id = '${attemptId}'`);
    expect(await confirm(attemptId)).toEqual({ kind: "expired" });
    await rooms.oauth.sweepAttempts();
    expect(await attemptRow(attemptId)).toMatchObject({ state: "expired", sealed: null });
    await town.rows(`update oauth_attempt set expires_at = now() - interval '25 hours' where id = '${attemptId}'`);
    await rooms.oauth.sweepAttempts();
    expect(await attemptRow(attemptId)).toBeUndefined();
  });

  it("came back in another browser", async () => {
    const { attemptId, callback } = await untilCallback();
    const page = await new Tab().visit(callback);
    expect(page.status).toBe(400);
    expect(page.text).toContain("another browser");
    expect(await status(attemptId)).toEqual({ state: "wrong_browser" });
    expect(exchanges()).toBe(0);
  });

  it("was cancelled in the frame", async () => {
    const { attemptId, tab, callback } = await untilCallback();
    await rooms.oauth.cancel({ attemptId, shopId: shop.id, staffUserId });
    expect((await tab.visit(callback)).status).toBe(410);
    expect(await status(attemptId)).toEqual({ state: "expired" });
    expect(exchanges()).toBe(0);
  });

  it.each([
    ["the code was refused", (url: URL) => url.searchParams.set("code", "f".repeat(32)), "sign_in_refused", "did not accept"],
    ["there is no code", (url: URL) => url.searchParams.delete("code"), "provider_error", "did not accept"],
    [
      "the vendor names a fault of its own",
      (url: URL) => url.searchParams.set("error", "server_error"),
      "provider_error",
      "did not accept",
    ],
  ])("failed: %s", async (_case, change, reason, words) => {
    const { attemptId, tab, callback } = await untilCallback();
    const url = new URL(callback);
    change(url);
    const page = await tab.visit(url.href);
    expect(page.status).toBe(502);
    expect(page.text).toContain(words);
    expect(await status(attemptId)).toEqual({ state: "failed", reason });
  });

  it.each([
    ["no answer at the exchange", { kind: "cut", match: "^/oauth2/token" } as const],
    ["an error of the vendor at the exchange", { kind: "error500", match: "^/oauth2/token" } as const],
    ["no answer when the account is named", { kind: "error500", match: "^/3.0/$" } as const],
  ])("failed: %s", async (_case, fault) => {
    const { attemptId, tab, callback } = await untilCallback();
    town.mailchimp.fail(fault);
    const page = await tab.visit(callback);
    expect(page.status).toBe(502);
    expect(page.text).toContain("Mailchimp did not answer");
    expect(await status(attemptId)).toMatchObject({ state: "failed" });
    expect(await attemptRow(attemptId)).toMatchObject({ sealed: null });
  });

  it("failed: the vendor says so inside a 200", async () => {
    const { attemptId, tab, callback } = await untilCallback();
    town.mailchimp.fail({ kind: "metadata_error", times: 1 });
    await tab.visit(callback);
    expect(await status(attemptId)).toMatchObject({ state: "failed" });
    expect(await attemptRow(attemptId)).toMatchObject({ sealed: null });
  });
});

describe("a data centre from the vendor that is none", () => {
  it("ends the sign-in before any call goes there", async () => {
    const evil = await buildTown([{ ...exampleStore(), dc: "us1.evil.example/#" }]);
    try {
      const { shop: victim } = await evil.install();
      const { oauth } = evil.rooms();
      const issued = await oauth.issueTicket({ shop: victim, staffUserId, provider: "mailchimp", appBaseUrl: evil.appBaseUrl });
      const tab = new Tab();
      const start = await tab.visit(issued!.url);
      const page = await tab.visit(await evil.mailchimp.consent(start.location!));
      expect(page.status).toBe(502);
      expect(await oauth.status({ attemptId: issued!.attemptId, shopId: victim.id, staffUserId })).toMatchObject({ state: "failed" });
      expect(evil.mailchimp.requests.filter(({ path }) => path.startsWith("/3.0"))).toEqual([]);
    } finally {
      await evil.close();
    }
  });
});

describe("somebody who tries", () => {
  it("a forged or used ticket gets a page and no redirect", async () => {
    const { url } = await ticket();
    const forged = await new Tab().visit(url.replace(/ticket=.*/, `ticket=${"A".repeat(43)}`));
    expect(forged).toMatchObject({ status: 410, location: null });
    expect((await new Tab().visit(url)).status).toBe(302);
    expect(await new Tab().visit(url)).toMatchObject({ status: 410, location: null });
    for (const query of ["", "?ticket=", "?ticket=a&ticket=b"]) {
      expect((await new Tab().visit(`${town.appBaseUrl}/api/oauth/mailchimp/start${query}`)).status).toBe(400);
    }
    expect((await new Tab().visit(`${town.appBaseUrl}/api/oauth/nobody/start?ticket=a`)).status).toBe(404);
  });

  it("a look by HEAD does not use the ticket up", async () => {
    const { url } = await ticket();
    expect((await new Tab().visit(url, "HEAD")).status).toBe(405);
    expect((await new Tab().visit(url)).status).toBe(302);
  });

  it("a tampered state touches nothing", async () => {
    const { attemptId, tab, callback } = await untilCallback();
    const url = new URL(callback);
    const [body, signature] = url.searchParams.get("state")!.split(".") as [string, string];
    const payload = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...payload, expiresAt: Date.now() + 1e9 })).toString("base64url");
    for (const state of [`${forged}.${signature}`, body, "", "a.b"]) {
      url.searchParams.set("state", state);
      expect((await tab.visit(url.href)).status).toBe(400);
    }
    url.searchParams.delete("state");
    expect((await tab.visit(url.href)).status).toBe(400);
    expect(await status(attemptId)).toEqual({ state: "opened" });
    expect((await tab.visit(callback)).status).toBe(200);
  });

  it("a state of another attempt does not fit this browser's cookie", async () => {
    const mine = await untilCallback();
    const theirs = await untilCallback();
    const mixed = new URL(mine.callback);
    mixed.searchParams.set("state", new URL(theirs.callback).searchParams.get("state")!);
    expect((await mine.tab.visit(mixed.href)).text).toContain("another browser");
    expect(exchanges()).toBe(0);
  });

  it("a replayed callback exchanges nothing again", async () => {
    const { attemptId, tab, callback } = await signIn();
    expect((await tab.visit(callback)).text).toContain("Almost done");
    expect((await new Tab().visit(callback)).status).toBe(400);
    expect(exchanges()).toBe(1);
    expect(await status(attemptId)).toMatchObject({ state: "granted" });
  });

  it("two callbacks at once are one exchange", async () => {
    const { attemptId, tab, callback } = await untilCallback();
    await Promise.all([tab.visit(callback), tab.visit(callback)]);
    expect(exchanges()).toBe(1);
    expect(await status(attemptId)).toMatchObject({ state: "granted" });
  });

  it("another person, or another shop, sees an attempt that ran out and confirms nothing", async () => {
    const { attemptId } = await signIn();
    const former = shop;
    for (const who of [{ staffUserId: "VXNlcjoy" }, { shopId: "elsewhere" }]) {
      expect(await status(attemptId, who)).toEqual({ state: "expired" });
      expect(await confirm(attemptId, who)).toEqual({ kind: "expired" });
      await rooms.oauth.cancel({ attemptId, shopId: former.id, staffUserId, ...who });
    }
    expect(await status(attemptId)).toMatchObject({ state: "granted" });
    await town.install();
    expect(await status(attemptId)).toEqual({ state: "expired" });
    expect(await confirm(attemptId)).toEqual({ kind: "expired" });
  });
});

describe("connecting again", () => {
  it("with the same account replaces nothing", async () => {
    const id = await connected();
    await rooms.connections.markHealth(id, "reconnect", "credentials_refused");
    const { attemptId } = await signIn();
    expect(await status(attemptId)).toMatchObject({ state: "granted", account: { replaces: null } });
    expect(await confirm(attemptId)).toEqual({ kind: "connected", connectionId: id });
    expect((await rooms.connections.list(shop.id))[0]?.health).toBe("ok");
  });

  it("with another account names the one before, and starts from nothing once confirmed", async () => {
    const id = await connected();
    const { version } = (await rooms.connections.details(shop.id, id)) as { version: number };
    const audience = town.mailchimp.audience().id;
    await rooms.connections.saveSettings({ shop, id, staffUserId }, { version, values: { audience } });
    const { attemptId } = await signIn({ accountId: town.mailchimp.accounts[1]!.accountId });
    expect(await status(attemptId)).toMatchObject({ account: { name: "Other Store", replaces: "Example Store" } });
    expect(await rooms.connections.details(shop.id, id)).toMatchObject({ account: { name: "Example Store" }, target: { id: audience } });
    await confirm(attemptId);
    expect(await rooms.connections.details(shop.id, id)).toMatchObject({ account: { name: "Other Store" }, target: null });
  });
});

describe("an API key", () => {
  const withKey = (credentials: Record<string, unknown>) => rooms.oauth.withKey({ shop, staffUserId, provider: "mailchimp", credentials });
  const goodKey = () => town.mailchimp.accounts[0]!.apiKey;

  it("goes the same way: the account is shown first, then confirmed", async () => {
    const granted = await withKey({ apiKey: ` ${goodKey()} ` });
    expect(granted).toMatchObject({ kind: "granted", account: { name: "Example Store", owner: "owner@store.example" } });
    expect(await rooms.connections.list(shop.id)).toEqual([]);
    const attemptId = granted.kind === "granted" ? granted.attemptId : "";
    expect(JSON.stringify(await town.rows("select * from oauth_attempt"))).not.toContain(goodKey());
    const result = await confirm(attemptId);
    expect(result).toMatchObject({ kind: "connected" });
    const id = result.kind === "connected" ? result.connectionId : "";
    expect(await rooms.connections.details(shop.id, id)).toMatchObject({ account: { by: "key", credentialEnding: goodKey().slice(-4) } });
  });

  it.each([
    ["nothing typed", {}, "required"],
    ["not the form of a key", { apiKey: "hello" }, "api_key_form"],
    ["a host name in place of a data centre", { apiKey: `${"a".repeat(32)}-us1.evil.example` }, "api_key_form"],
    ["a key that nobody has", { apiKey: `${"0".repeat(32)}-us21` }, "credentials_refused"],
    ["what only OAuth brings", { accessToken: "abc", dc: "us21" }, "required"],
  ])("is refused: %s", async (_case, credentials, reason) => {
    expect(await withKey(credentials)).toMatchObject({ kind: "refused", field: "apiKey", reason });
  });

  it("is not called wrong while the vendor does not answer", async () => {
    town.mailchimp.fail({ kind: "error500" });
    expect(await withKey({ apiKey: goodKey() })).toMatchObject({ kind: "refused", field: null });
  });
});
