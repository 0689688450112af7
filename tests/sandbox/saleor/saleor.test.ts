import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CustomerCreatedDocument,
  CustomerDeletedDocument,
  CustomerIdsDocument,
  CustomerIdsRangeDocument,
  CustomerIdsUpdatedDocument,
  CustomerMetadataUpdatedDocument,
  CustomersByIdsDocument,
  CustomerUpdatedDocument,
} from "@graphql/generated/graphql";
import { verifySignatureWithJwks } from "@saleor/app-sdk/auth";
import { print } from "graphql";
import { afterEach, describe, expect, it } from "vitest";
import { readBody } from "./api";
import type { Installation } from "./install";
import { type SaleorOptions, type SaleorSandbox, startSaleor } from "./saleor";

interface Received {
  event: string;
  signature: string;
  body: string;
}
interface TestApp {
  origin: string;
  received: Received[];
  tokens: string[];
  manifestRequests: IncomingMessage["headers"][];
  /** Statuses to answer webhooks with, first come first served; then 200. */
  answers: number[];
}

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function saleorWith(options: SaleorOptions = {}): Promise<SaleorSandbox> {
  const saleor = await startSaleor({ retryScale: 0.0001, ...options });
  open.push(() => saleor.close());
  return saleor;
}

async function startApp(manifest: (origin: string) => Record<string, unknown> = aManifest): Promise<TestApp> {
  const app: TestApp = { origin: "", received: [], tokens: [], manifestRequests: [], answers: [] };
  const server: Server = createServer(async (request, response) => {
    const body = await readBody(request);
    if (request.url === "/manifest") {
      app.manifestRequests.push(request.headers);
      return response.end(JSON.stringify(manifest(app.origin)));
    }
    if (request.url === "/register") {
      app.tokens.push((JSON.parse(body) as { auth_token: string }).auth_token);
      return response.end();
    }
    if (request.url === "/broken-register") return response.writeHead(401).end('{"error":{"message":"This shop is not on the list."}}');
    const { "saleor-event": event = "", "saleor-signature": signature = "" } = request.headers;
    app.received.push({ event: String(event), signature: String(signature), body });
    return response.writeHead(app.answers.shift() ?? 200).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  app.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return app;
}

const webhook = (origin: string, event: string, document: Parameters<typeof print>[0]) => ({
  name: event,
  targetUrl: `${origin}/webhooks/${event}`,
  asyncEvents: [event],
  query: print(document),
});

const aManifest = (origin: string) => ({
  id: "crm",
  name: "CRM",
  version: "1.0.0",
  tokenTargetUrl: `${origin}/register`,
  appUrl: origin,
  permissions: ["MANAGE_USERS"],
  requiredSaleorVersion: ">=3.21 <3.23.0 || >=3.23.5 <4",
  webhooks: [
    webhook(origin, "CUSTOMER_CREATED", CustomerCreatedDocument),
    webhook(origin, "CUSTOMER_UPDATED", CustomerUpdatedDocument),
    webhook(origin, "CUSTOMER_METADATA_UPDATED", CustomerMetadataUpdatedDocument),
  ],
});

async function installed(options: SaleorOptions = {}): Promise<{ saleor: SaleorSandbox; app: TestApp } & Installation> {
  const [saleor, app] = [await saleorWith(options), await startApp()];
  return { saleor, app, ...(await saleor.install(`${app.origin}/manifest`)) };
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers are what the tests are about
  body: { data?: any; errors?: { message: string; path?: (string | number)[]; extensions?: { exception?: { code: string } } }[] };
}

async function ask(saleor: SaleorSandbox, query: string, variables: Record<string, unknown> = {}, token?: string): Promise<Answer> {
  const answer = await fetch(saleor.apiUrl, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}
const codeOf = ({ body }: Answer) => body.errors?.[0]?.extensions?.exception?.code;

describe("installing", () => {
  it("fetches the manifest twice with the schema version and posts a token of 30 characters", async () => {
    const { app, token, saleor, appId } = await installed();
    expect(app.manifestRequests.map((headers) => headers["saleor-schema-version"])).toEqual(["3.23", "3.23"]);
    expect(app.tokens).toEqual([token]);
    expect(token).toHaveLength(30);
    const { body } = await ask(saleor, "{ app { id identifier } shop { version } }", {}, token);
    expect(body.data).toEqual({ app: { id: appId, identifier: "crm" }, shop: { version: "3.23.28" } });
  });

  it("refuses a core outside the wanted range", async () => {
    const [saleor, app] = [await saleorWith({ version: "3.23.4" }), await startApp()];
    await expect(saleor.install(`${app.origin}/manifest`)).rejects.toThrow(/not supported/);
  });

  it("refuses a subscription that the running core does not know", async () => {
    const withDeletion = (origin: string) => ({
      ...aManifest(origin),
      webhooks: [webhook(origin, "CUSTOMER_DELETED", CustomerDeletedDocument)],
    });
    const app = await startApp(withDeletion);
    await expect((await saleorWith({ version: "3.22.67" })).install(`${app.origin}/manifest`)).rejects.toThrow(/CustomerDeleted/);
    await expect((await saleorWith()).install(`${app.origin}/manifest`)).resolves.toBeDefined();
  });

  it("shows the merchant the app's own sentence and leaves nothing behind", async () => {
    const app = await startApp((origin) => ({ ...aManifest(origin), tokenTargetUrl: `${origin}/broken-register` }));
    const saleor = await saleorWith();
    await expect(saleor.install(`${app.origin}/manifest`)).rejects.toThrow("This shop is not on the list.");
    await expect(saleor.install(`${app.origin}/manifest`)).rejects.toThrow("This shop is not on the list.");
  });

  it("installs an identifier once, and again after removal, with a new id and token", async () => {
    const { saleor, app, appId, token } = await installed();
    await expect(saleor.install(`${app.origin}/manifest`)).rejects.toThrow(/already installed/);
    await saleor.uninstall(appId);
    const again = await saleor.install(`${app.origin}/manifest`);
    expect(again.appId).not.toBe(appId);
    expect(codeOf(await ask(saleor, "{ app { id } }", {}, token))).toBe("PermissionDenied");
  });
});

describe("reading customers", () => {
  it("makes the same people for the same seed", async () => {
    const [one, two] = [await saleorWith({ customers: 60 }), await saleorWith({ customers: 60 })];
    expect(one.customers.all()).toEqual(two.customers.all());
    expect(one.customers.all().some(({ isStaff }) => isStaff)).toBe(true);
    expect(one.customers.all().some(({ email }) => !email.includes("@"))).toBe(true);
  });

  it("gives at most 100 a page", async () => {
    const { saleor, token } = await installed({ customers: 5 });
    const { status, body } = await ask(saleor, print(CustomerIdsDocument), { first: 101 }, token);
    expect(status).toBe(200);
    expect(body.data).toEqual({ customers: null });
    expect(body.errors?.[0]?.message).toContain("exceeds the `first` limit of 100 records");
  });

  it("returns everybody for an empty list of ids", async () => {
    const { saleor, token } = await installed({ customers: 5 });
    const idsFor = async (ids: string[]) =>
      (await ask(saleor, print(CustomersByIdsDocument), { ids, keys: [] }, token)).body.data.customers.edges.length;
    expect(await idsFor([saleor.customers.all()[1]!.id])).toBe(1);
    expect(await idsFor([])).toBe(5);
  });

  it.each(["3.21.69", "3.22.67", "3.23.28"])("walks all customers by e-mail on %s", async (version) => {
    const { saleor, token } = await installed({ version, customers: 250 });
    const seen = new Set<string>();
    for (let after: string | null = null, more = true; more; ) {
      const { body } = await ask(saleor, print(CustomerIdsDocument), { first: 100, after }, token);
      for (const { node } of body.data.customers.edges) seen.add(node.id);
      ({ hasNextPage: more, endCursor: after } = body.data.customers.pageInfo);
    }
    expect(seen.size).toBe(250);
  });

  it("knows `where` from 3.22 on", async () => {
    const dateJoined = { gte: "2024-01-01T00:00:00+00:00" };
    const walk = (shop: { saleor: SaleorSandbox; token: string }) =>
      ask(shop.saleor, print(CustomerIdsRangeDocument), { dateJoined, first: 100 }, shop.token);
    const old = await walk(await installed({ version: "3.21.69", customers: 30 }));
    expect([old.status, old.body.data]).toEqual([400, undefined]);
    const { body } = await walk(await installed({ version: "3.22.67", customers: 30 }));
    const joined: string[] = body.data.customers.edges.map(({ node }: { node: { dateJoined: string } }) => node.dateJoined);
    expect(joined.length).toBeGreaterThan(0);
    expect(joined).toEqual([...joined].sort());
    expect(joined.every((at) => at >= "2024")).toBe(true);
  });

  it("refuses a cursor of another order", async () => {
    const { saleor, token } = await installed({ customers: 5 });
    const { body } = await ask(saleor, print(CustomerIdsDocument), { first: 2 }, token);
    const after = body.data.customers.pageInfo.endCursor;
    const other = await ask(saleor, print(CustomerIdsUpdatedDocument), { since: "2020-01-01T00:00:00Z", first: 2, after }, token);
    expect(other.body.errors?.[0]?.message).toContain("cursor is invalid");
  });

  it.each([["3.22.67"], ["3.23.28"]])("nulls only the private metadata of a staff row on %s", async (version) => {
    const { saleor, token } = await installed({ version });
    const plain = await saleor.customers.create({ privateMeta: { mailchimp_tags: '["vip"]', other: "x" } });
    const staff = await saleor.customers.create({ isStaff: true, orders: 1, privateMeta: { mailchimp_tags: '["vip"]' } });
    const variables = { ids: [plain.id, staff.id], keys: ["mailchimp_tags"] };
    const { status, body } = await ask(saleor, print(CustomersByIdsDocument), variables, token);
    const metaOf = (id: string) =>
      body.data.customers.edges.find(({ node }: { node: { id: string } }) => node.id === id).node.privateMetafields;
    expect([status, metaOf(plain.id), metaOf(staff.id)]).toEqual([200, { mailchimp_tags: '["vip"]' }, null]);
    expect(body.errors?.map((error) => error.path?.at(-1))).toEqual(["privateMetafields"]);
  });

  it("loses the whole list when the non-null private metadata of staff is asked for", async () => {
    const { saleor, token } = await installed();
    await saleor.customers.create({ isStaff: true, orders: 1 });
    const { body } = await ask(saleor, "{ customers(first: 10) { edges { node { privateMetadata { key } } } } }", {}, token);
    expect(body.data).toEqual({ customers: null });
  });

  it("shows the past while the replica lags", async () => {
    const { saleor, token } = await installed();
    const { id } = await saleor.customers.create({ firstName: "Before" });
    saleor.dials.replicaLagMs = 60_000;
    const read = () => ask(saleor, print(CustomersByIdsDocument), { ids: [id], keys: [] }, token);
    expect((await read()).body.data.customers.edges).toEqual([]);
    saleor.dials.replicaLagMs = 0;
    expect((await read()).body.data.customers.edges[0].node.firstName).toBe("Before");
  });

  it("keeps strangers, expired sessions and foreign tokens out", async () => {
    const { saleor, appId } = await installed({ customers: 3 });
    const [expired, poor, rich] = await Promise.all([
      saleor.staffToken({ appId, expiresInSeconds: -10 }),
      saleor.staffToken({ appId, permissions: ["MANAGE_APPS"] }),
      saleor.staffToken({ appId }),
    ]);
    const query = "{ customers { totalCount } }";
    expect(codeOf(await ask(saleor, query))).toBe("PermissionDenied");
    expect(codeOf(await ask(saleor, query, {}, expired))).toBe("ExpiredSignatureError");
    expect(codeOf(await ask(saleor, query, {}, poor))).toBe("PermissionDenied");
    expect((await ask(saleor, query, {}, rich)).body.data.customers.totalCount).toBe(3);
    await saleor.rotateKeys();
    expect(codeOf(await ask(saleor, query, {}, rich))).toBe("InvalidTokenError");
  });
});

describe("webhooks", () => {
  const jwksOf = async (saleor: SaleorSandbox) => (await fetch(`${saleor.origin}/.well-known/jwks.json`)).text();

  it("carry ids only and a signature that the SDK accepts", async () => {
    const { saleor, app, appId } = await installed();
    const { id } = await saleor.customers.create({ firstName: "Łukasz" });
    await saleor.settled();
    const [hook] = app.received;
    expect(hook?.event).toBe("customer_created");
    expect(JSON.parse(hook!.body)).toMatchObject({ version: "3.23.28", recipient: { id: appId }, user: { id } });
    await expect(verifySignatureWithJwks(await jwksOf(saleor), hook!.signature, hook!.body)).resolves.toBeUndefined();
    await saleor.rotateKeys();
    await expect(verifySignatureWithJwks(await jwksOf(saleor), hook!.signature, hook!.body)).rejects.toThrow();
  });

  it("are tried again with the same bytes after a 5xx, six times at most", async () => {
    const { saleor, app } = await installed();
    app.answers.push(500, 503, 200);
    await saleor.customers.create();
    await saleor.settled();
    expect(new Set(app.received.map(({ body }) => body)).size).toBe(1);
    expect(saleor.deliveries[0]?.attempts.map(({ answer }) => answer)).toEqual([500, 503, 200]);
    app.answers.push(...Array<number>(10).fill(502));
    await saleor.customers.create();
    await saleor.settled();
    expect(saleor.deliveries[1]).toMatchObject({ status: "failed", attempts: { length: 6 } });
  });

  it.each([302, 400, 401, 404, 429])("are lost after a %i", async (status) => {
    const { saleor, app } = await installed();
    app.answers.push(status);
    await saleor.customers.create();
    await saleor.settled();
    expect(saleor.deliveries).toMatchObject([{ status: "failed", attempts: [{ answer: status }] }]);
  });

  it("tell of a metadata write twice, also when the app itself wrote", async () => {
    const { saleor, app, token, appId } = await installed();
    const { id } = await saleor.customers.create({}, { silent: true });
    const write = `mutation { updatePrivateMetadata(id: "${id}", input: [{ key: "mailchimp_tags", value: "[]" }]) { errors { code } } }`;
    await ask(saleor, write, {}, token);
    await ask(saleor, write, {}, token);
    await saleor.settled();
    expect(app.received.map(({ event }) => event).sort()).toEqual(["customer_metadata_updated", "customer_updated"]);
    expect(JSON.parse(app.received[0]!.body).issuingPrincipal).toEqual({ __typename: "App", id: appId });
  });

  it("tell of a deletion only from 3.23.5 on", async () => {
    const app = await startApp((origin) => ({
      ...aManifest(origin),
      webhooks: [webhook(origin, "CUSTOMER_DELETED", CustomerDeletedDocument)],
    }));
    const saleor = await saleorWith({ version: "3.23.5" });
    await saleor.install(`${app.origin}/manifest`);
    const { id } = await saleor.customers.create();
    await saleor.customers.delete(id);
    await saleor.settled();
    expect(app.received.map(({ body }) => JSON.parse(body).user)).toEqual([{ id }]);
  });

  it("can be mended by the app itself", async () => {
    const { saleor, token, appId } = await installed();
    const query = print(CustomerUpdatedDocument);
    const create = "mutation M($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id } errors { code } } }";
    const made = await ask(saleor, create, { input: { name: "new", targetUrl: "http://127.0.0.1:1/x", query } }, token);
    expect(made.body.data.webhookCreate.errors).toEqual([]);
    expect(saleor.webhooks(appId).find(({ name }) => name === "new")?.events).toEqual(["CUSTOMER_UPDATED"]);
    const remove = `mutation { webhookDelete(id: "${made.body.data.webhookCreate.webhook.id}") { errors { code } } }`;
    expect(codeOf(await ask(saleor, remove))).toBe("PermissionDenied");
    await ask(saleor, remove, {}, token);
    expect(saleor.webhooks(appId)).toHaveLength(3);
  });
});

describe("bad days", () => {
  it("come and go", async () => {
    const { saleor, token } = await installed();
    const probe = () =>
      fetch(saleor.apiUrl, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: '{"query":"{ app { id } }"}',
      });
    saleor.fail({ kind: "error500", times: 1 });
    expect((await probe()).status).toBe(500);
    saleor.fail({ kind: "html" });
    expect((await probe()).headers.get("content-type")).toBe("text/html");
    saleor.heal();
    saleor.fail({ kind: "nulls" });
    expect(await (await probe()).json()).toEqual({ data: { app: null } });
    saleor.heal();
    saleor.fail({ kind: "cut" });
    await expect(probe()).rejects.toThrow();
    saleor.heal();
    saleor.dials.requestLimitPerMinute = 0;
    expect((await probe()).status).toBe(429);
    expect(saleor.requests.at(-1)).toMatchObject({ auth: "app", status: 429 });
  });

  it("can be ordered over HTTP, as can changes to customers", async () => {
    const saleor = await saleorWith({ customers: 3 });
    const call = (method: string, path: string, body?: unknown) =>
      fetch(`${saleor.origin}/__control/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const { customers } = (await (await call("GET", "customers")).json()) as { customers: { id: string }[] };
    const path = `customers/${encodeURIComponent(customers[0]!.id)}`;
    await call("PATCH", path, { firstName: "Renamed", privateMeta: { mailchimp_tags: '["x"]' } });
    expect(saleor.customers.get(customers[0]!.id)).toMatchObject({ firstName: "Renamed", privateMeta: { mailchimp_tags: '["x"]' } });
    expect((await call("POST", "faults", { kind: "unknown" })).status).toBe(400);
    expect((await call("POST", "faults", { kind: "rateLimit" })).status).toBe(200);
    expect((await ask(saleor, "{ shop { name } }")).status).toBe(429);
    await call("DELETE", "faults");
    expect((await ask(saleor, "{ shop { name } }")).body.data.shop.name).toBe("Stand-in shop");
  });
});
