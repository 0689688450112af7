/** OAuth, credentials, audiences, throttle, faults, journal, control: everything around the members. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ask, asker, memberPath } from "./ask";
import { exampleStore, type FaultSpec, type MailchimpSandbox, otherStore, startMailchimp } from "./index";

let mailchimp: MailchimpSandbox;
let ask: Ask;

beforeAll(async () => {
  mailchimp = await startMailchimp({ accounts: [exampleStore(), otherStore()] });
});
beforeEach(() => {
  mailchimp.reset();
  ask = asker(mailchimp);
});
afterAll(() => mailchimp.close());

describe("OAuth", () => {
  const redirect = "http://127.0.0.1:3000/api/oauth/mailchimp/callback?from=mailchimp";
  const authorize = (changes: Record<string, string> = {}) => {
    const query = { response_type: "code", client_id: "sandbox-client", redirect_uri: redirect, state: "s&1", ...changes };
    return `${mailchimp.url}/oauth2/authorize?${new URLSearchParams(query)}`;
  };
  const exchange = async (code: string, changes: Record<string, string> = {}) => {
    const body = {
      grant_type: "authorization_code",
      client_id: "sandbox-client",
      client_secret: "sandbox-secret",
      redirect_uri: redirect,
      code,
    };
    const response = await fetch(`${mailchimp.url}/oauth2/token`, { method: "POST", body: new URLSearchParams({ ...body, ...changes }) });
    return (await response.json()) as Record<string, unknown>;
  };
  const codeFrom = async (accountId?: string) =>
    new URL(await mailchimp.consent(authorize(), { accountId })).searchParams.get("code") ?? "";
  const metadata = async (token: string) => {
    const response = await fetch(`${mailchimp.url}/oauth2/metadata`, { headers: { authorization: `OAuth ${token}` } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it("shows who can be let in, escaped", async () => {
    const page = await (await fetch(authorize({ state: '"><script>' }))).text();
    expect(page).toContain("Example Store");
    expect(page).toContain("Other Store");
    expect(page).not.toContain('"><script>');
  });

  it("returns the state, and an error when the person says no", async () => {
    const allowed = new URL(await mailchimp.consent(authorize()));
    expect([allowed.searchParams.get("state"), allowed.searchParams.get("from")]).toEqual(["s&1", "mailchimp"]);
    const denied = new URL(await mailchimp.consent(authorize(), { decision: "deny" }));
    expect([denied.searchParams.get("error"), denied.searchParams.get("state")]).toEqual(["access_denied", "s&1"]);
    expect(denied.searchParams.has("code")).toBe(false);
  });

  it.each([[{ client_id: "another" }], [{ response_type: "token" }], [{ redirect_uri: "nowhere" }]])(
    "does not ask the person for %j",
    async (changes) => {
      expect((await fetch(authorize(changes))).status).toBe(400);
    },
  );

  it("gives a token that never ends for a code, once", async () => {
    const code = await codeFrom();
    const token = await exchange(code);
    expect(token).toEqual({ access_token: expect.any(String), expires_in: 0, scope: null });
    expect(await exchange(code)).toMatchObject({ error: "invalid_grant" });
    const { body } = await metadata(String(token.access_token));
    expect(body).toMatchObject({ dc: "us21", accountname: "Example Store", api_endpoint: "https://us21.api.mailchimp.com" });
  });

  it.each([[{ redirect_uri: "http://127.0.0.1:3000/api" }], [{ client_secret: "wrong" }], [{ code: "made-up" }]])(
    "answers invalid_grant to %j",
    async (changes) => {
      expect(await exchange(await codeFrom(), changes)).toMatchObject({ error: "invalid_grant", error_description: expect.any(String) });
    },
  );

  it("lets the person choose the account", async () => {
    const token = await exchange(await codeFrom(otherStore().accountId));
    const root = await asker(mailchimp, `Bearer ${String(token.access_token)}`)("GET", "/");
    expect(root.body).toMatchObject({ account_id: otherStore().accountId, account_name: "Other Store" });
  });

  it("tells of a wrong token in the body of a 200", async () => {
    expect(await metadata("made-up")).toEqual({ status: 200, body: expect.objectContaining({ error: "invalid_token" }) });
    mailchimp.fail({ kind: "metadata_error", times: 1 });
    expect((await metadata(mailchimp.token())).body.error).toBe("invalid_token");
  });
});

describe("A credential", () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  it("is a token or a key, as Bearer or as Basic password", async () => {
    const { apiKey } = mailchimp.accounts[0]!;
    const token = mailchimp.token();
    for (const one of [`Bearer ${token}`, `Bearer ${apiKey}`, basic(`any:${apiKey}`), basic(`any:${token}-us21`)]) {
      expect((await asker(mailchimp, one)("GET", "/ping")).status).toBe(200);
    }
  });

  it("that is wrong, absent, of another data centre or revoked is refused, each in its words", async () => {
    const { apiKey } = mailchimp.accounts[0]!;
    expect((await asker(mailchimp, "Bearer made-up")("GET", "/ping")).body.title).toBe("API Key Invalid");
    expect((await asker(mailchimp, "")("GET", "/ping")).body.title).toBe("API Key Missing");
    const elsewhere = await asker(mailchimp, basic(`any:${apiKey.replace("us21", "us6")}`))("GET", "/ping");
    expect([elsewhere.status, elsewhere.body.title]).toEqual([403, "Forbidden"]);
    mailchimp.revokeAll();
    expect((await ask("GET", "/ping")).body).toMatchObject({ status: 401, title: "API Key Invalid" });
    expect((await asker(mailchimp)("GET", "/ping")).status).toBe(200);
  });

  it("does not open another account's audiences", async () => {
    expect((await ask("GET", `/lists/${mailchimp.audience("Other").id}`)).status).toBe(404);
  });
});

describe("Audiences", () => {
  it("come ten at a time unless asked, and only the fields asked for", async () => {
    const names = async (query: string) => (await ask("GET", `/lists?fields=lists.name,total_items${query}`)).body;
    const first = await names("");
    expect([(first.lists as unknown[]).length, first.total_items]).toEqual([10, 14]);
    expect((await names("&count=1000")).lists).toContainEqual({ name: "Zurich store" });
    expect((await names("&count=2&offset=13")).lists).toEqual([{ name: "Zurich store" }]);
    const slim = await ask("GET", "/lists?exclude_fields=lists._links,lists.stats");
    expect((slim.body.lists as object[])[0]).not.toHaveProperty("stats");
  });

  it("answer 404 once deleted, as do their members", async () => {
    const { id } = mailchimp.audience();
    mailchimp.deleteAudience(id);
    expect((await ask("GET", `/lists/${id}`)).body.title).toBe("Resource Not Found");
    expect((await ask("GET", memberPath(id, "a@shop.example"))).status).toBe(404);
  });

  it("page archived members only when asked for", async () => {
    const audience = mailchimp.audience();
    audience.seed([{ email: "a@shop.example" }, { email: "b@shop.example", status: "archived" }]);
    expect((await ask("GET", `/lists/${audience.id}/members`)).body.total_items).toBe(1);
    expect((await ask("GET", `/lists/${audience.id}/members?status=archived`)).body.total_items).toBe(1);
  });

  it("register a webhook only at an address that answers a GET", async () => {
    const target = createServer((req, res) => res.writeHead(req.url === "/good" ? 200 : 405).end());
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    const create = (url: string) => ask("POST", `/lists/${mailchimp.audience().id}/webhooks`, { url, events: { subscribe: true } });
    expect((await create(`${origin}/bad`)).body.detail).toBe(
      "We couldn't verify the URL is working. Please double check and try again. HTTP Code: 405",
    );
    expect((await create(`${origin}/good`)).status).toBe(200);
    expect((await ask("GET", `/lists/${mailchimp.audience().id}/webhooks`)).body.total_items).toBe(1);
    target.close();
  });
});

describe("Trouble", () => {
  it("comes with the eleventh request at once, without advice when to come back", async () => {
    mailchimp.fail({ kind: "latency", ms: 150 });
    const answers = await Promise.all(Array.from({ length: 11 }, () => ask("GET", "/ping")));
    expect(answers.map((one) => one.status).sort()).toEqual([...Array(10).fill(200), 429]);
    const refused = answers.find((one) => one.status === 429)!;
    expect(refused.headers.get("content-type")).toContain("application/problem+json");
    expect(refused.headers.get("retry-after")).toBeNull();
    expect(refused.body.instance).toBe(refused.headers.get("x-request-id"));
    expect(mailchimp.maxInFlight).toBe(11);
  });

  it.each<[FaultSpec["kind"], number, string]>([
    ["throttle429", 429, "exceeded the limit of 10 simultaneous connections"],
    ["throttle403", 403, ""],
    ["error500", 500, "Internal Server Error"],
    ["html503", 503, "<html>"],
    ["revoked", 401, "API Key Invalid"],
    ["garbage", 200, '{"id": "0a1b'],
  ])("%s is answered %i as often as ordered", async (kind, status, text) => {
    mailchimp.fail({ kind, times: 1, match: "/ping$" });
    expect((await ask("GET", "/")).status).toBe(200);
    const got = await ask("GET", "/ping");
    expect([got.status, got.text.includes(text)]).toEqual([status, true]);
    expect((await ask("GET", "/ping")).status).toBe(200);
  });

  it("cut or hung leaves no answer, and may leave the write behind", async () => {
    const audience = mailchimp.audience();
    const put = (email: string) => ask("PUT", memberPath(audience.id, email), { email_address: email, status_if_new: "pending" });
    mailchimp.fail({ kind: "cut" });
    await expect(put("lost@shop.example")).rejects.toThrow();
    mailchimp.heal();
    mailchimp.fail({ kind: "hang", ms: 20, afterwards: true });
    await expect(put("kept@shop.example")).rejects.toThrow();
    mailchimp.heal();
    expect(audience.members().map((member) => member.email)).toEqual(["kept@shop.example"]);
  });
});

describe("The journal and the switches", () => {
  it("hold no address and no credential, but tell tokens apart", async () => {
    const other = asker(mailchimp, `Bearer ${mailchimp.token(otherStore().accountId)}`);
    await ask("GET", `/lists/${mailchimp.audience().id}/members/ann%40shop.example?fields=id`);
    await other("GET", "/ping");
    const [first, second] = mailchimp.requests;
    expect(first).toMatchObject({
      method: "GET",
      path: `/3.0/lists/${mailchimp.audience().id}/members/{email}?fields=id`,
      status: 404,
      inFlight: 1,
    });
    expect(second?.tokenHash).not.toBe(first?.tokenHash);
  });

  it("work over HTTP for a panel or another process", async () => {
    const call = async (method: string, path: string, body?: unknown) =>
      (await fetch(mailchimp.url + path, { method, body: body === undefined ? undefined : JSON.stringify(body) })).json();
    expect(await call("POST", "/__control/seed", { members: [{ email: "ann@shop.example", tags: ["<b>"] }] })).toEqual({ seeded: 1 });
    await call("POST", "/__control/members", { email: "ann@shop.example", action: "unsubscribe" });
    expect(await call("GET", "/__control/members")).toMatchObject([{ email: "ann@shop.example", status: "unsubscribed" }]);
    await call("POST", "/__control/faults", { kind: "error500", times: 1 });
    expect((await ask("GET", "/ping")).status).toBe(500);
    expect(await call("GET", "/__requests")).toMatchObject([{ path: "/3.0/ping", status: 500 }]);
    const page = await (await fetch(`${mailchimp.url}/`)).text();
    expect(page).toContain("ann@shop.example");
    expect(page).toContain("&#60;b&#62;");
    await call("POST", "/__control/reset");
    expect(await call("GET", "/__control/state")).toMatchObject({ requests: 0, violations: [] });
  });
});
