import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { log } from "@/platform/log";
import { type Installed, setOnInstalled } from "@/saleor/install-hooks";
import { mendWebhooks } from "@/saleor/mend-webhooks";
import { saleorClientFor, sharedJwks } from "@/saleor/outbound";
import { verifyStaff } from "@/saleor/staff";
import { createWebhookVerifier } from "@/saleor/verify-webhook";
import { type SaleorOptions, type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { type InstallSide, startInstallSide } from "./install-side";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  setOnInstalled(null);
  for (const close of closing.splice(0).reverse()) await close();
});

async function anApp(variables: Record<string, string> = {}): Promise<InstallSide> {
  const app = await startInstallSide(variables);
  closing.push(() => app.close());
  return app;
}

async function aShop(options: SaleorOptions = {}): Promise<SaleorSandbox> {
  const saleor = await startSaleor(options);
  closing.push(() => saleor.close());
  return saleor;
}

const eventsOf = (saleor: SaleorSandbox, appId: string) => saleor.webhooks(appId).flatMap((webhook) => [...webhook.events]);
const register = (app: InstallSide, saleorApiUrl: string | null, body: unknown) =>
  fetch(`${app.origin}/api/register`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(saleorApiUrl === null ? {} : { "saleor-api-url": saleorApiUrl }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const codeOf = async (answer: Response) => ((await answer.json()) as { error: { code: string } }).error.code;
async function authDataOf(app: InstallSide, saleor: SaleorSandbox) {
  const authData = await app.apl().get(saleor.apiUrl);
  if (!authData) throw new Error("not installed");
  return authData;
}

describe("the manifest", () => {
  it("asks for customers only and names everything the App Store wants", async () => {
    const app = await anApp();
    const manifest = (await (await fetch(app.manifestUrl)).json()) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      id: "saleor.app.crm",
      name: "CRM",
      permissions: ["MANAGE_USERS"],
      requiredSaleorVersion: ">=3.21 <3.23.0 || >=3.23.5 <4",
      appUrl: app.origin,
      tokenTargetUrl: `${app.origin}/api/register`,
      brand: { logo: { default: `${app.origin}/logo.png` } },
    });
    for (const key of ["about", "author", "homepageUrl", "supportUrl", "dataPrivacyUrl", "version"])
      expect(manifest[key]).toEqual(expect.stringMatching(/./));
  });

  it("without a schema version it is the oldest one's", async () => {
    const app = await anApp();
    const { webhooks } = (await (await fetch(app.manifestUrl)).json()) as { webhooks: { asyncEvents: string[] }[] };
    expect(webhooks.flatMap((webhook) => webhook.asyncEvents)).not.toContain("CUSTOMER_DELETED");
  });
});

describe("what the app puts on the Dashboard's own pages", () => {
  it.each([
    ["3.21.69", ["CUSTOMER_DETAILS_MORE_ACTIONS", "CUSTOMER_OVERVIEW_MORE_ACTIONS"]],
    ["3.22.67", ["CUSTOMER_DETAILS_MORE_ACTIONS", "CUSTOMER_DETAILS_WIDGETS", "CUSTOMER_OVERVIEW_MORE_ACTIONS"]],
    ["3.23.28", ["CUSTOMER_DETAILS_MORE_ACTIONS", "CUSTOMER_DETAILS_WIDGETS", "CUSTOMER_OVERVIEW_MORE_ACTIONS"]],
  ])("is what %s knows", async (version, mounts) => {
    const [app, saleor] = [await anApp(), await aShop({ version })];
    const { appId } = await saleor.install(app.manifestUrl);
    expect(
      saleor
        .app(appId)
        ?.extensions.map(({ mount }) => mount)
        .sort(),
    ).toEqual(mounts);
  });

  it("gets a token whoever looks, so that it can say which permission is missing", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    const { appId } = await saleor.install(app.manifestUrl);
    for (const { id: extensionId } of saleor.app(appId)?.extensions ?? []) {
      const token = await saleor.staffToken({ appId, extensionId, permissions: ["MANAGE_ORDERS"] });
      const request = { apl: app.apl(), saleorApiUrl: saleor.apiUrl, token, jwks: sharedJwks() };
      expect(await verifyStaff({ ...request, permissions: [] })).toMatchObject({ kind: "ok" });
      expect(await verifyStaff({ ...request, permissions: ["MANAGE_USERS"] })).toMatchObject({
        kind: "forbidden",
        missing: ["MANAGE_USERS"],
      });
    }
  });
});

describe("installing", () => {
  it.each([
    ["3.21.69", false],
    ["3.22.67", false],
    ["3.23.28", true],
  ])("works on %s, with deletion events from 3.23.5 on", async (version, deletions) => {
    const [app, saleor] = [await anApp(), await aShop({ version })];
    const { appId, token } = await saleor.install(app.manifestUrl);
    expect(await app.apl().get(saleor.apiUrl)).toMatchObject({
      appId,
      token,
      saleorApiUrl: saleor.apiUrl,
      jwks: expect.stringContaining("keys"),
    });
    const always = [
      "CUSTOMER_CREATED",
      "CUSTOMER_UPDATED",
      "CUSTOMER_METADATA_UPDATED",
      "ACCOUNT_CONFIRMED",
      "ACCOUNT_EMAIL_CHANGED",
      "ACCOUNT_DELETED",
      "ADDRESS_UPDATED",
      "ADDRESS_DELETED",
    ];
    expect(eventsOf(saleor, appId)).toEqual(expect.arrayContaining(always));
    expect(eventsOf(saleor, appId).includes("CUSTOMER_DELETED")).toBe(deletions);
  });

  it("is refused by 3.23.0 to 3.23.4", async () => {
    const [app, saleor] = [await anApp(), await aShop({ version: "3.23.4" })];
    await expect(saleor.install(app.manifestUrl)).rejects.toThrow(/not supported|CustomerDeleted/);
  });

  it("keeps several shops at once", async () => {
    const [app, one, two] = [await anApp(), await aShop(), await aShop({ version: "3.22.67" })];
    const [first, second] = await Promise.all([one.install(app.manifestUrl), two.install(app.manifestUrl)]);
    expect((await app.apl().getAll()).map((shop) => shop.token).sort()).toEqual([first.token, second.token].sort());
  });

  it("again at the same address replaces the token and says which installation it replaces", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    const heard: Installed[] = [];
    setOnInstalled(async (installed) => void heard.push(installed));
    const first = await saleor.install(app.manifestUrl);
    await saleor.uninstall(first.appId);
    const second = await saleor.install(app.manifestUrl);
    expect(heard.map(({ previousAppId }) => previousAppId)).toEqual([null, first.appId]);
    expect(await app.apl().getAll()).toMatchObject([{ appId: second.appId, token: second.token }]);
  });

  it("succeeds even if what follows fails, and says so in the log", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    setOnInstalled(() => Promise.reject(new Error("no database")));
    await saleor.install(app.manifestUrl);
    expect(app.logged()).toContain("follow-up of the installation failed");
  });

  it("asks for activation when the token is dead", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    await expect(saleor.install(app.manifestUrl, { activate: false })).rejects.toThrow(/activation/);
    expect(await app.apl().getAll()).toEqual([]);
  });
});

describe("who may not install", () => {
  it("another domain gets a sentence, and the log a line", async () => {
    const [app, saleor] = [await anApp({ ALLOWED_DOMAIN_PATTERN: ".*\\.example\\.com" }), await aShop()];
    await expect(saleor.install(app.manifestUrl)).rejects.toThrow(/may not be installed/);
    expect(app.logged()).toContain("ALLOWED_DOMAIN_PATTERN");
    expect(app.logged()).toContain(saleor.apiUrl);
    for (const trick of [
      "https://evil.test/.example.com",
      "https://evil.test/graphql/?.example.com",
      "https://shop.example.com@evil.test/graphql/",
    ]) {
      expect((await register(app, trick, { auth_token: "t" })).status).toBeGreaterThanOrEqual(400);
    }
    expect(await app.apl().getAll()).toEqual([]);
  });

  it("the allowed domain may", async () => {
    const [app, saleor] = [await anApp({ ALLOWED_DOMAIN_PATTERN: "127\\.0\\.0\\.1|shop\\.example\\.com" }), await aShop()];
    await saleor.install(app.manifestUrl);
    expect(await app.apl().getAll()).toHaveLength(1);
  });

  it("another app's token does not overwrite the shop's", async () => {
    const saleor = await aShop();
    const other = await anApp({ MANIFEST_APP_ID: "another.app" });
    const foreign = await saleor.install(other.manifestUrl);
    const app = await anApp();
    const own = await saleor.install(app.manifestUrl);
    const answer = await register(app, saleor.apiUrl, { auth_token: foreign.token });
    expect([answer.status, await codeOf(answer)]).toEqual([403, "FOREIGN_TOKEN"]);
    expect((await authDataOf(app, saleor)).token).toBe(own.token);
    expect(app.logged()).not.toContain(foreign.token);
  });

  it("an address on a private network gets a hint, not a request", async () => {
    const app = await anApp({ CRM_SANDBOX: "" });
    const saleor = await aShop();
    for (const address of [
      saleor.apiUrl,
      saleor.apiUrl.replace("http://127.0.0.1", "https://localhost"),
      "https://169.254.169.254/graphql/",
    ]) {
      const answer = await register(app, address, { auth_token: "t" });
      expect([answer.status, await codeOf(answer)]).toEqual([403, "ADDRESS_REFUSED"]);
    }
    expect(saleor.requests).toHaveLength(0);
  });

  it("a private shop that the operator listed may", async () => {
    const [app, saleor] = [await anApp({ CRM_SANDBOX: "", SALEOR_ALLOWED_HOSTS: "127.0.0.1" }), await aShop()];
    await saleor.install(app.manifestUrl);
    expect(await app.apl().getAll()).toHaveLength(1);
  });

  it.each([
    ["no address", null, { auth_token: "t" }, 400, "MISSING_ADDRESS"],
    ["not an address", "shop", { auth_token: "t" }, 400, "WRONG_ADDRESS"],
    ["another path", "https://shop.example.com/elsewhere/", { auth_token: "t" }, 400, "WRONG_ADDRESS"],
    ["no token", "https://shop.example.com/graphql/", {}, 400, "MISSING_TOKEN"],
  ])("%s is a bad request", async (_case, address, body, status, code) => {
    const answer = await register(await anApp(), address, body);
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
  });

  it("a body above 16 kB, a broken one and another method are turned away", async () => {
    const app = await anApp();
    expect((await register(app, "https://shop.example.com/graphql/", { auth_token: "t", more: "x".repeat(20_000) })).status).toBe(413);
    expect((await register(app, "https://shop.example.com/graphql/", "{")).status).toBe(400);
    expect((await fetch(`${app.origin}/api/register`)).status).toBe(405);
  });
});

describe("a shop in trouble", () => {
  it.each(["error500", "html", "cut"] as const)("without readable keys (%s) is asked to try again and not stored", async (kind) => {
    const [app, saleor] = [await anApp(), await aShop()];
    saleor.fail({ kind, where: "jwks" });
    await expect(saleor.install(app.manifestUrl)).rejects.toThrow(/public keys/);
    expect(await app.apl().getAll()).toEqual([]);
  });

  it("whose keys are a 404 page or hold no key is not stored", async () => {
    const app = await anApp();
    for (const [status, text] of [
      [404, "not found"],
      [200, '{"keys":[]}'],
      [200, '{"keys":[{"kty":"EC","kid":"a"}]}'],
    ] as const) {
      const shop = createServer((req, res) => {
        if (req.url === "/graphql/")
          res.end('{"data":{"app":{"id":"QXBwOjE=","identifier":"saleor.app.crm"},"shop":{"version":"3.23.28"}}}');
        else res.writeHead(status).end(text);
      });
      await new Promise<void>((done) => shop.listen(0, "127.0.0.1", done));
      const answer = await register(app, `http://127.0.0.1:${(shop.address() as AddressInfo).port}/graphql/`, { auth_token: "t" });
      expect([answer.status, await codeOf(answer)]).toEqual([503, "JWKS_NOT_AVAILABLE"]);
      shop.closeAllConnections();
      shop.close();
    }
    expect(await app.apl().getAll()).toEqual([]);
  });

  it("is not stored over auth data that cannot be read, and the log says why", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    writeFileSync(app.env.FILE_APL_PATH, "cut off");
    await expect(saleor.install(app.manifestUrl)).rejects.toThrow(/could not store/);
    expect(app.logged()).toContain("FILE_APL_PATH");
  });

  it("that cannot be reached is named in the sentence", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    saleor.fail({ kind: "error500" });
    await expect(saleor.install(app.manifestUrl)).rejects.toThrow(/could not reach 127\.0\.0\.1/);
  });
});

describe("webhooks of an installed shop", () => {
  const mend = async (app: InstallSide, saleor: SaleorSandbox, baseUrl: string | null = app.origin) => {
    const authData = await authDataOf(app, saleor);
    return mendWebhooks({ authData, client: saleorClientFor(authData), baseUrl, log: log() });
  };

  it("need no mending after an installation", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    await saleor.install(app.manifestUrl);
    expect(await mend(app, saleor)).toEqual({ kind: "mended", changes: [], failed: [] });
    expect(await mend(app, saleor, null)).toEqual({ kind: "mended", changes: [], failed: [] });
  });

  it("are created, corrected and removed, one sentence each", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    const { appId } = await saleor.install(app.manifestUrl);
    const [gone, moved, old] = saleor.webhooks(appId);
    if (!gone || !moved || !old) throw new Error("too few webhooks");
    Object.assign(gone, { name: "customer-archived", targetUrl: `${app.origin}/api/webhooks/customer-archived` });
    Object.assign(moved, { targetUrl: "https://old.example.com/api/webhooks/x", isActive: false });
    Object.assign(old, { query: "subscription { event { issuedAt } }" });
    const mended = await mend(app, saleor);
    if (mended.kind !== "mended") throw new Error(mended.kind);
    expect(mended.failed).toEqual([]);
    expect(mended.changes).toEqual([
      "created customer-created",
      "updated customer-updated (address, inactive)",
      "updated customer-metadata-updated (query)",
      "deleted customer-archived",
    ]);
    expect(await mend(app, saleor)).toMatchObject({ changes: [] });
  });

  it("of a removed installation are left alone", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    const { appId } = await saleor.install(app.manifestUrl);
    await saleor.uninstall(appId);
    expect(await mend(app, saleor)).toEqual({ kind: "uninstalled" });
  });

  it("are not judged while the shop is in trouble", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    await saleor.install(app.manifestUrl);
    saleor.fail({ kind: "graphqlError" });
    expect(await mend(app, saleor)).toMatchObject({ kind: "unavailable" });
  });
});

describe("a signature", () => {
  async function installed() {
    const [app, saleor] = [await anApp(), await aShop()];
    await saleor.install(app.manifestUrl);
    const verify = createWebhookVerifier({ apl: app.apl(), jwks: sharedJwks() });
    const body = '{"issuedAt": "2026-08-01T00:00:00+00:00"}';
    const check = async (signature: string, rawBody = body) => (await verify({ saleorApiUrl: saleor.apiUrl, signature, rawBody })).kind;
    return { app, saleor, verify, body, check };
  }

  it("of the shop is accepted, of anybody or anything else refused", async () => {
    const { saleor, body, check } = await installed();
    const signature = await saleor.signWebhook(body);
    expect(await check(signature)).toBe("ok");
    expect(await check(signature, `${body} `)).toBe("refused");
    expect(await check(await (await aShop()).signWebhook(body))).toBe("refused");
    expect(await check("nonsense")).toBe("malformed");
  });

  it("made with a new key is accepted after one look, and the new keys are kept", async () => {
    const { app, saleor, body, check } = await installed();
    expect(await check(await saleor.signWebhook(body))).toBe("ok");
    const before = (await authDataOf(app, saleor)).jwks;
    await saleor.rotateKeys();
    expect(await check(await saleor.signWebhook(body))).toBe("ok");
    await expect.poll(async () => (await authDataOf(app, saleor)).jwks).not.toBe(before);
  });

  it("of a known key is judged without the shop", async () => {
    const { saleor, body, check } = await installed();
    const signature = await saleor.signWebhook(body);
    saleor.fail({ kind: "error500", where: "jwks" });
    expect(await check(signature)).toBe("ok");
  });

  it("is never refused for our own or the shop's trouble", async () => {
    const { saleor, body, check, verify } = await installed();
    await saleor.rotateKeys();
    const signature = await saleor.signWebhook(body);
    saleor.fail({ kind: "error500", where: "jwks" });
    expect(await check(signature)).toBe("trouble");
    expect(await verify({ saleorApiUrl: "https://unknown.example.com/graphql/", signature, rawBody: body })).toEqual({
      kind: "trouble",
      reason: "unknown_shop",
    });
  });
});

describe("a person from the Dashboard", () => {
  it("is known by a token of this shop for this app", async () => {
    const [app, saleor] = [await anApp(), await aShop()];
    const { appId } = await saleor.install(app.manifestUrl);
    const ask = async (token: string | undefined, permissions: ("MANAGE_APPS" | "MANAGE_USERS")[] = ["MANAGE_APPS"]) =>
      verifyStaff({ apl: app.apl(), saleorApiUrl: saleor.apiUrl, token, permissions });

    expect(await ask(await saleor.staffToken({ appId }))).toMatchObject({
      kind: "ok",
      staff: { permissions: ["MANAGE_APPS", "MANAGE_USERS"] },
      authData: { appId },
    });
    expect(await ask(await saleor.staffToken({ appId, permissions: ["MANAGE_USERS"] }), ["MANAGE_APPS", "MANAGE_USERS"])).toEqual({
      kind: "forbidden",
      missing: ["MANAGE_APPS"],
    });
    expect(await ask(undefined)).toEqual({ kind: "unauthenticated", code: "no_token" });
    expect(await ask("nonsense")).toEqual({ kind: "unauthenticated", code: "malformed" });
    expect(await ask(await saleor.staffToken({ appId, expiresInSeconds: -60 }))).toEqual({ kind: "unauthenticated", code: "expired" });
    expect(await ask(await saleor.staffToken({ appId, claims: { iss: "https://other.example.com/graphql/" } }))).toEqual({
      kind: "unauthenticated",
      code: "wrong_issuer",
    });
    expect(await ask(await saleor.staffToken({ appId, claims: { app: "QXBwOjk5" } }))).toEqual({
      kind: "unauthenticated",
      code: "wrong_app",
    });
    expect(await ask(await saleor.staffToken({ appId, claims: { type: "access" } }))).toEqual({
      kind: "unauthenticated",
      code: "wrong_type",
    });
  });

  it("with a token of another shop is not known here", async () => {
    const [app, saleor, other] = [await anApp(), await aShop(), await aShop()];
    const { appId } = await saleor.install(app.manifestUrl);
    const token = await other.staffToken({ appId, claims: { iss: saleor.apiUrl } });
    expect(await verifyStaff({ apl: app.apl(), saleorApiUrl: saleor.apiUrl, token, permissions: [] })).toEqual({
      kind: "unauthenticated",
      code: "bad_signature",
    });
    expect(await verifyStaff({ apl: app.apl(), saleorApiUrl: other.apiUrl, token, permissions: [] })).toEqual({
      kind: "unauthenticated",
      code: "not_installed",
    });
  });
});
