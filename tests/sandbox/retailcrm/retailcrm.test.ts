/** The stand-in refuses what the vendor refuses (reference, section 10): whoever passes here passes there. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RetailCrmSandbox, startRetailCrm } from "./index";

let sandbox: RetailCrmSandbox;
beforeAll(async () => {
  sandbox = await startRetailCrm();
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

interface Said {
  status: number;
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at, not worked with
  json: any;
}

async function ask(path: string, init: RequestInit & { key?: string } = {}): Promise<Said> {
  const { key = sandbox.keys.main.value, ...rest } = init;
  const answer = await fetch(`${sandbox.url}${path}`, { ...rest, headers: { ...(key && { "x-api-key": key }), ...init.headers } });
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "";
  return { status: answer.status, type, json: type.includes("json") ? JSON.parse(text) : text };
}
const post = (path: string, form: Record<string, string>, key?: string) =>
  ask(path, { method: "POST", body: new URLSearchParams({ site: "main-shop", ...form }), ...(key !== undefined && { key }) });
const create = (customer: object, form: Record<string, string> = {}) =>
  post("/api/v5/customers/create", { customer: JSON.stringify(customer), ...form });
const upload = (customers: readonly object[]) => post("/api/v5/customers/upload", { customers: JSON.stringify(customers) });
const list = (query: string) => ask(`/api/v5/customers?${query}`);

describe("bodies", () => {
  it("are forms: JSON leaves the parameter missing", async () => {
    const said = await ask("/api/v5/customers/create?site=main-shop", {
      method: "POST",
      body: JSON.stringify({ customer: {} }),
      headers: { "content-type": "application/json" },
    });
    expect(said).toMatchObject({ status: 400, json: { success: false } });
    expect(sandbox.violations).toHaveLength(1);
    expect(sandbox.customers()).toEqual([]);
  });

  it("hold JSON in their fields, whole", async () => {
    expect(await post("/api/v5/customers/create", { customer: "{" })).toMatchObject({ status: 400 });
    expect(await post("/api/v5/customers/create", {})).toMatchObject({ json: { errorMsg: "Parameter 'customer' is missing" } });
  });
});

describe("keys", () => {
  it("come in the header or as a parameter, and wrong ones are refused", async () => {
    expect((await ask(`/api/credentials?apiKey=${sandbox.keys.main.value}`, { key: "" })).status).toBe(200);
    expect(await ask("/api/credentials", { key: "" })).toMatchObject({ status: 403, json: { errorMsg: '"apiKey" is missing.' } });
    sandbox.habits.wrongKeyStatus = 404;
    expect(await ask("/api/credentials", { key: "nope" })).toMatchObject({ status: 404, json: { errorMsg: 'Wrong "apiKey" value.' } });
  });

  it("may do what their permissions say, and see their sites only", async () => {
    const { readOnly, oneSite, twoSites } = sandbox.keys;
    const refused = await post("/api/v5/customers/create", { customer: "{}" }, readOnly.value);
    expect(refused).toMatchObject({ status: 403, json: { errorMsg: "Access denied." } });
    expect((await post("/api/v5/customers/create", { customer: "{}" }, oneSite.value)).status).toBe(403);
    const nameless = { customer: JSON.stringify({ email: "a@shop.example" }), site: "" };
    expect((await post("/api/v5/customers/create", nameless, oneSite.value)).status).toBe(201);
    expect((await post("/api/v5/customers/create", nameless, twoSites.value)).status).toBe(400);
    expect((await ask("/api/credentials", { key: oneSite.value })).json).toMatchObject({
      siteAccess: "access_selective",
      sitesAvailable: ["outlet"],
    });
  });
});

describe("an account that does not exist", () => {
  it("says so to a GET, and shows a POST a page", async () => {
    sandbox.fail({ kind: "noAccount" });
    expect(await ask("/api/credentials")).toMatchObject({ status: 404, json: { errorMsg: "Account does not exist." } });
    expect(await create({})).toMatchObject({ status: 405, type: "text/html" });
  });
});

describe("the eleventh request of a second", () => {
  it("is refused with 503, and each key has its own ten", async () => {
    const seen = await Promise.all(Array.from({ length: 11 }, async () => (await ask("/api/credentials")).status));
    expect(seen.sort()).toEqual([...Array(10).fill(200), 503]);
    expect((await ask("/api/credentials", { key: sandbox.keys.oneSite.value })).status).toBe(200);
  });
});

describe("lists", () => {
  it("have pages of 20, 50 or 100, and find any part of an e-mail", async () => {
    sandbox.seed(Array.from({ length: 60 }, (_, n) => ({ email: `Person-${n}@shop.example` })));
    expect((await list("limit=60")).status).toBe(400);
    expect((await list("limit=50&page=2")).json).toMatchObject({
      pagination: { limit: 50, totalCount: 60, currentPage: 2, totalPageCount: 2 },
      customers: Array(10).fill({ site: "main-shop" }),
    });
    const found = (await list("filter[email]=PERSON-5%40shop")).json.customers.map((one: { email: string }) => one.email);
    expect(found).toEqual(["Person-5@shop.example"]);
    expect((await list("filter[email]=person-5")).json.pagination.totalCount).toBe(11);
  });

  it("write an empty map as a list", async () => {
    const [seeded] = sandbox.seed([{ email: "a@shop.example" }]);
    const { json } = await ask(`/api/v5/customers/${seeded!.id}?by=id&site=main-shop`);
    expect(json.customer).toMatchObject({ customFields: [], phones: [] });
    expect(json.customer.externalId).toBeUndefined();
  });
});

describe("customers", () => {
  it("may share an e-mail, but not an externalId", async () => {
    expect((await create({ email: "a@shop.example", externalId: "1" })).status).toBe(201);
    expect((await create({ email: "a@shop.example" })).status).toBe(201);
    expect((await create({ email: "b@shop.example", externalId: "1" })).status).toBe(400);
    expect((await create({ email: "b@shop.example", externalId: "1" }, { site: "outlet" })).status).toBe(201);
  });

  it.each([
    [{ email: `${"x".repeat(100)}@shop.example` }, "email"],
    [{ birthday: "3 May" }, "birthday"],
    [{ createdAt: "2026-01-01T00:00:00Z" }, "createdAt"],
    [{ sex: "other" }, "sex"],
    [{ phones: ["+1"] }, "phones[0].number"],
    [{ customFields: { tier: "platinum" } }, "customFields.tier"],
    [{ customFields: { nowhere: "x" } }, "customFields.nowhere"],
  ])("are refused with %j", async (sent, field) => {
    expect(await create(sent)).toMatchObject({ status: 400, json: { errors: { [field]: expect.any(String) } } });
    sandbox.habits.errorsAs = "list";
    expect((await create(sent)).json.errors[0]).toMatch(`${field}: `);
  });

  it("are lost into another one by merging, and say which", async () => {
    const [from, into] = sandbox.seed([{ email: "a@shop.example" }, { email: "b@shop.example" }]);
    sandbox.combine(from!.id, into!.id);
    expect(await ask(`/api/v5/customers/${from!.id}?by=id&site=main-shop`)).toMatchObject({ status: 404, json: { combinedTo: into!.id } });
  });

  it("keep tags on edit by addTags and removeTags, and lose them by tags", async () => {
    const [one] = sandbox.seed([{ email: "a@shop.example", tags: ["hand"] }]);
    const edit = (customer: object) => post(`/api/v5/customers/${one!.id}/edit`, { by: "id", customer: JSON.stringify(customer) });
    await edit({ addTags: ["ours"] });
    expect(sandbox.customer("a@shop.example")?.tags).toEqual(["hand", "ours"]);
    await edit({ removeTags: ["OURS"] });
    expect(sandbox.customer("a@shop.example")?.tags).toEqual(["hand"]);
    await edit({ tags: ["ours"] });
    expect([sandbox.customer("a@shop.example")?.tags, sandbox.tagReplacements]).toEqual([["ours"], [one!.id]]);
  });
});

describe("uploads", () => {
  const some = (count: number) => Array.from({ length: count }, (_, n) => ({ externalId: `u-${n}`, email: `u${n}@shop.example` }));

  it("take fifty, and what they do not take is told apart", async () => {
    expect((await upload(some(51))).status).toBe(400);
    expect(await upload(some(50))).toMatchObject({ status: 201, json: { success: true } });
    const mixed = await upload([{ externalId: "u-0" }, { externalId: "u-50", email: "u50@shop.example" }]);
    expect(mixed).toMatchObject({
      status: 460,
      json: { failedCustomers: [{ externalId: "u-0" }], uploadedCustomers: [{ externalId: "u-50" }] },
    });
    sandbox.habits.partialStatus = 200;
    expect(await upload([{ externalId: "u-0" }])).toMatchObject({
      status: 200,
      json: { success: true, failedCustomers: [{ externalId: "u-0" }] },
    });
    Object.assign(sandbox.habits, { uploadOfKnown: "update", uploadedNameExternalId: false });
    const updated = await upload([{ externalId: "u-0", firstName: "New" }]);
    expect(updated.json.uploadedCustomers).toEqual([{ id: expect.any(Number) }]);
    expect(sandbox.customer("u0@shop.example")?.firstName).toBe("New");
  });
});

describe("the page for people", () => {
  it("prints what to type into the app, and shows what arrived without running any of it", async () => {
    sandbox.seed([{ email: "a@shop.example", firstName: "<script>" }]);
    const page = await (await fetch(sandbox.url)).text();
    expect(page).toContain(sandbox.address);
    expect(page).toContain(sandbox.keys.main.value);
    expect(page).toContain("&lt;script&gt;");
  });
});

describe("the history", () => {
  const history = (query: string) => ask(`/api/v5/customers/history?${query}`);

  it("has one record for each changed field, tells own changes by the asking key, and grows with gaps", async () => {
    const { json } = await create({ externalId: "17", email: "a@example.com" });
    await post(`/api/v5/customers/17/edit`, { by: "externalId", customer: JSON.stringify({ firstName: "A", subscribed: false }) });
    sandbox.unsubscribe(sandbox.seed([{ email: "b@example.com" }])[0]!.id);
    const said = await history("limit=100");
    expect(said.json.history.map(({ field, source }: { field: string; source: string }) => `${source} ${field}`)).toEqual([
      "api id",
      "code segments",
      "api first_name",
      "api email_marketing_unsubscribed_at",
      "user email_marketing_unsubscribed_at",
    ]);
    expect(said.json.history[3]).toMatchObject({ apiKey: { current: true }, oldValue: null, customer: { id: json.id, externalId: "17" } });
    expect((await ask("/api/v5/customers/history?limit=100", { key: sandbox.keys.readOnly.value })).json.history[3].apiKey).toEqual({
      current: false,
    });
    const ids = said.json.history.map(({ id }: { id: number }) => id);
    expect(ids.at(-1) - ids[0]).toBeGreaterThan(ids.length - 1);
    const rest = await history(`filter[sinceId]=${ids[3]}&limit=20`);
    expect(rest.json).toMatchObject({ generatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d /), history: [{ id: ids[4] }] });
  });

  it.each(["filter[sinceId]=1&page=1", "filter[sinceId]=x", "filter[startDate]=2026-11-26T00:00:00Z", "limit=30"])(
    "refuses %s",
    async (query) => {
      expect(await history(query)).toMatchObject({ status: 400, json: { success: false } });
    },
  );
});
