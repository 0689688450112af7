import { AppIdentityDocument, CustomersByIdsDocument } from "@graphql/generated/graphql";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSaleorClient } from "@/saleor/client";
import { createGuardedFetch, type FetchAnswer } from "@/saleor/guarded-fetch";
import { findCustomerByEmail, readCustomers } from "@/saleor/read-customers";
import { createReadLimiter } from "@/saleor/read-limiter";
import { type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { type InstallSide, startInstallSide } from "./install-side";

const fetch = createGuardedFetch({ allowedHosts: [], allowLoopback: true });
let app: InstallSide;
let saleor: SaleorSandbox;
let token: string;

beforeAll(async () => {
  app = await startInstallSide();
  saleor = await startSaleor({ customers: 30 });
  ({ token } = await saleor.install(app.manifestUrl));
});
afterAll(async () => {
  await saleor.close();
  await app.close();
});
afterEach(() => saleor.heal());

const client = (timeoutMs = 1000) => createSaleorClient({ saleorApiUrl: saleor.apiUrl, token, fetch, timeoutMs });
const ids = () =>
  saleor.customers
    .all()
    .filter((person) => !person.isStaff)
    .map((person) => person.id);
const first = () => ids()[0] ?? "";

describe("asking a shop", () => {
  it("gets data", async () => {
    const answer = await client().request(AppIdentityDocument, {});
    expect(answer).toMatchObject({ kind: "ok", data: { shop: { version: "3.23.28" } }, errors: [] });
  });

  it("reads a dead token as denied", async () => {
    const stranger = createSaleorClient({ saleorApiUrl: saleor.apiUrl, token: "x".repeat(30), fetch });
    expect(await stranger.request(CustomersByIdsDocument, { ids: [first()], keys: [] })).toEqual({ kind: "denied" });
    expect(await stranger.request(AppIdentityDocument, {})).toEqual({ kind: "denied" });
  });

  it.each([
    ["error500", /^http_500$/],
    ["html", /^not_graphql$/],
    ["cut", /^network$/],
    ["hang", /^timeout$/],
    ["graphqlError", /^server_error$/],
    ["rateLimit", /^throttled$/],
  ] as const)("says unavailable on %s", async (kind, reason) => {
    saleor.fail({ kind });
    expect(await client(300).request(AppIdentityDocument, {})).toMatchObject({
      kind: "unavailable",
      reason: expect.stringMatching(reason),
    });
  });

  it("says refused where the core does not know what we ask", async () => {
    const old = await startSaleor({ version: "3.21.69" });
    const installed = await old.install(app.manifestUrl);
    const asking = createSaleorClient({ saleorApiUrl: old.apiUrl, token: installed.token, fetch });
    const { AppProblemDismissDocument } = await import("@graphql/generated/graphql");
    expect(await asking.request(AppProblemDismissDocument, { keys: ["k"] })).toMatchObject({ kind: "refused" });
    await old.close();
  });

  it("leaves a shop alone for as long as it asked", async () => {
    let time = 0;
    let calls = 0;
    const limiter = createReadLimiter({ now: () => time });
    const busy = async (): Promise<FetchAnswer> => {
      calls += 1;
      return { status: 429, text: "", header: (name) => (name === "retry-after" ? "7" : null) };
    };
    const asking = createSaleorClient({ saleorApiUrl: saleor.apiUrl, token, fetch: busy, limiter });
    expect(await asking.request(AppIdentityDocument, {})).toEqual({ kind: "unavailable", reason: "throttled", afterSeconds: 7 });
    time = 3000;
    expect(await asking.request(AppIdentityDocument, {})).toEqual({ kind: "unavailable", reason: "throttled", afterSeconds: 4 });
    expect(calls).toBe(1);
    time = 7001;
    await asking.request(AppIdentityDocument, {});
    expect(calls).toBe(2);
  });

  it("leaves a shop alone that keeps failing, longer each time, tells who asks meanwhile, and takes its first answer for good news", async () => {
    let time = 0;
    let calls = 0;
    let status = 502;
    const limiter = createReadLimiter({ now: () => time, minSeconds: 1, maxSeconds: 4 });
    const failing = async (): Promise<FetchAnswer> => {
      calls += 1;
      return { status, text: '{"data":{"app":null,"shop":{}}}', header: () => null };
    };
    const asking = createSaleorClient({ saleorApiUrl: saleor.apiUrl, token, fetch: failing, limiter });
    const ask = (n = 1) => Promise.all(Array.from({ length: n }, () => asking.request(AppIdentityDocument, {})));
    // One failure is a blip; whoever waits behind those that fail is not sent after them.
    await ask();
    expect((await ask(40)).every(({ kind }) => kind === "unavailable")).toBe(true);
    expect(calls).toBe(5);
    expect(await ask()).toEqual([{ kind: "unavailable", reason: "http_502", afterSeconds: 1 }]);
    for (const pause of [1, 2, 4, 4]) {
      time += pause * 1_000;
      const before = calls;
      await ask();
      await ask();
      expect(calls).toBe(before + 1);
    }
    time += 4_000;
    status = 200;
    expect((await ask(3)).map(({ kind }) => kind)).toEqual(["ok", "ok", "ok"]);
    status = 502;
    await ask();
    status = 200;
    expect((await ask())[0]?.kind).toBe("ok");
  });

  it("keeps at most four requests in flight", async () => {
    let running = 0;
    let most = 0;
    const counting = async (): Promise<FetchAnswer> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((done) => setTimeout(done, 5));
      running -= 1;
      return { status: 200, text: '{"data":{"app":null,"shop":{}}}', header: () => null };
    };
    const asking = createSaleorClient({ saleorApiUrl: saleor.apiUrl, token, fetch: counting });
    await Promise.all(Array.from({ length: 12 }, () => asking.request(AppIdentityDocument, {})));
    expect(most).toBe(4);
  });
});

describe("reading customers", () => {
  const plan = { privateKeys: [], publicKeys: [], orders: false };

  it("never asks for nobody: an empty list would mean everybody", async () => {
    const before = saleor.requests.length;
    expect(await readCustomers(client(), [], plan)).toMatchObject({ kind: "read", found: new Map() });
    expect(saleor.requests.length).toBe(before);
  });

  it("matches answers by id and leaves out who is not there", async () => {
    const wanted = ids().slice(0, 3);
    const answer = await readCustomers(client(), [...wanted, "VXNlcjo5OTk5OTk="], { ...plan, privateKeys: ["mailchimp_tags"] });
    if (answer.kind !== "read") throw new Error(answer.reason);
    expect([...answer.found.keys()].sort()).toEqual([...wanted].sort());
    expect(Object.keys(answer.found.get(first())?.privateMeta ?? {})).toEqual(["mailchimp_tags"]);
  });

  it("tells metadata that is absent, present, and closed to apps", async () => {
    const none = await saleor.customers.create({ email: "ordinary@test-shop.dev" });
    const some = await saleor.customers.create({ email: "tagged@test-shop.dev", privateMeta: { mailchimp_tags: '["vip"]' } });
    const staff = await saleor.customers.create({ email: "works-here@test-shop.dev", isStaff: true, orders: 1 });
    const answer = await readCustomers(client(), [none.id, some.id, staff.id], { ...plan, privateKeys: ["mailchimp_tags"] });
    if (answer.kind !== "read") throw new Error(answer.reason);
    const tags = (id: string) => answer.found.get(id)?.privateMeta.mailchimp_tags;
    expect([tags(none.id), tags(some.id), tags(staff.id)]).toEqual([
      { kind: "absent" },
      { kind: "value", value: '["vip"]' },
      { kind: "unreadable" },
    ]);
  });

  it("reads public metadata and who has ordered only where that was asked for", async () => {
    const buyer = await saleor.customers.create({ email: "buyer@test-shop.dev", orders: 1, meta: { size: "L", other: "x" } });
    const visitor = await saleor.customers.create({ email: "visitor@test-shop.dev" });
    const asked = await readCustomers(client(), [buyer.id, visitor.id], { privateKeys: [], publicKeys: ["size"], orders: true });
    const plain = await readCustomers(client(), [buyer.id, visitor.id], plan);
    if (asked.kind !== "read" || plain.kind !== "read") throw new Error("not read");
    expect(asked.found.get(buyer.id)).toMatchObject({ hasOrders: true, publicMeta: { size: { kind: "value", value: "L" } } });
    expect(asked.found.get(visitor.id)).toMatchObject({ hasOrders: false, publicMeta: { size: { kind: "absent" } } });
    expect(plain.found.get(buyer.id)).toMatchObject({ hasOrders: null, publicMeta: {} });
  });

  it.each(["nulls", "graphqlError", "error500", "html", "cut", "rateLimit"] as const)("could not look on %s", async (kind) => {
    saleor.fail({ kind });
    expect(await readCustomers(client(), ids().slice(0, 2), { ...plan, orders: true })).toMatchObject({ kind: "unreadable" });
  });

  it("finds a customer by e-mail, or nobody, or could not look", async () => {
    const person = await saleor.customers.create({ email: "searched@test-shop.dev" });
    expect(await findCustomerByEmail(client(), "Searched@test-shop.dev")).toEqual({ kind: "found", id: person.id });
    expect(await findCustomerByEmail(client(), "nobody@test-shop.dev")).toEqual({ kind: "none" });
    saleor.fail({ kind: "graphqlError" });
    expect(await findCustomerByEmail(client(), "nobody@test-shop.dev")).toMatchObject({ kind: "unreadable" });
  });
});
