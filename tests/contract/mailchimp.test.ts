/** Mailchimp's own ways, against its stand-in. What every provider promises is in `providers.test.ts`. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Contact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import { mailchimp } from "@/providers/mailchimp";
import { exampleStore, type MailchimpSandbox, otherStore, startMailchimp } from "../sandbox/mailchimp";
import { aContact, contacts, email, linkTo } from "./bench";

let sandbox: MailchimpSandbox;
beforeAll(async () => {
  sandbox = await startMailchimp({ accounts: [exampleStore(), otherStore()] });
});
beforeEach(() => sandbox.reset());
afterEach(() => expect(sandbox.violations).toEqual([]));
afterAll(() => sandbox.close());

const endpoints = () => ({ api: `${sandbox.url}/3.0/`, login: sandbox.url });
type Parts = Partial<Parameters<typeof linkTo>[2]> & { account?: string; audience?: string };

function open({ account, audience, ...more }: Parts = {}) {
  const bench = {
    endpoints: endpoints(),
    credentials: () => ({ accessToken: sandbox.token(account), dc: "us21" }),
    target: sandbox.audience(audience).id,
  };
  return linkTo(mailchimp, bench, more) as unknown as Parameters<typeof mailchimp.connect>[0];
}
const upsert = (batch: readonly Contact[], parts: Parts = {}) => mailchimp.customers.upsert(open(parts), batch);
const one = async (contact: Contact, parts: Parts = {}): Promise<Outcome> => (await upsert([contact], parts)).get(contact.key)!;
const remoteKeyOf = (outcome: Outcome) => ("receipt" in outcome ? (outcome.receipt?.remoteKey ?? null) : null);
const few = (more = {}) => contacts(3, more);
const many = (more = {}) => contacts(30, { historic: true, ...more });

describe("the status of new contacts", () => {
  it.each(["transactional", "subscribed", "pending"] as const)("is what the merchant chose: %s", async (newStatus) => {
    await upsert(few(), { settings: { newStatus } });
    await upsert(contacts(30, { historic: true }, 100), { settings: { newStatus } });
    expect(
      new Set(
        sandbox
          .audience()
          .members()
          .map((member) => member.status),
      ),
    ).toEqual(new Set([newStatus]));
    expect(
      sandbox
        .audience()
        .members()
        .every((member) => member.tags.length === 1),
    ).toBe(true);
    expect(sandbox.statusWrites()).toEqual([]);
  });

  it.each([
    ["a few", few],
    ["many", many],
  ])("existing contacts only: nobody is added (%s)", async (_, batch) => {
    sandbox.audience().seed([{ email: email(1) }]);
    const outcomes = await upsert(batch(), { settings: { newStatus: "existing_only" } });
    expect(outcomes.get(aContact(1).key)).toMatchObject({ kind: "delivered", change: "updated" });
    expect(outcomes.get(aContact(2).key)).toEqual({ kind: "skipped", reason: "not_in_audience" });
    expect(sandbox.audience().size).toBe(1);
  });

  it("existing contacts only: one that was erased since is not made anew", async () => {
    const settings = { newStatus: "existing_only" };
    expect(await one(aContact(1, { remoteKey: "f".repeat(32) }), { settings })).toEqual({ kind: "skipped", reason: "not_in_audience" });
    expect(sandbox.audience().size).toBe(0);
  });

  it.each([
    ["a few", few],
    ["many", many],
  ])("archived ones come back only where the merchant chose so (%s)", async (_, batch) => {
    sandbox.audience().seed(batch().map(({ mapped }) => ({ email: mapped.email, status: "archived", tags: ["By hand"] })));
    const outcomes = await upsert(batch(), { settings: { reviveArchived: true } });
    expect([...outcomes.values()].every((outcome) => outcome.kind === "delivered" && outcome.change === "updated")).toBe(true);
    for (const member of sandbox.audience().members())
      expect(member).toMatchObject({ status: "transactional", tags: ["By hand", "Saleor Import"] });
    expect(sandbox.statusWrites().every((write) => write.from === "archived")).toBe(true);
  });

  it("a contact archived since the last delivery stays archived", async () => {
    const remoteKey = remoteKeyOf(await one(aContact(1)));
    sandbox.audience().archive(email(1));
    expect(await one(aContact(1, { remoteKey, mapped: { firstName: "New" } }))).toMatchObject({ kind: "skipped", reason: "archived" });
    expect(sandbox.audience().member(email(1))?.status).toBe("archived");
  });
});

describe("fields", () => {
  const wrong = { fields: { LTV: "a lot" } };

  it.each([
    ["a few", few({ mapped: wrong })],
    ["many", many({ mapped: wrong })],
  ])("a value of the wrong type is left out and named (%s)", async (_, batch) => {
    const outcomes = await upsert(batch, { audience: "All field types" });
    for (const outcome of outcomes.values()) {
      expect(outcome).toMatchObject({ kind: "delivered", change: "created", receipt: { warnings: ["field_dropped:LTV"] } });
    }
    expect(sandbox.audience("All field types").member(email(1))?.merge_fields.FNAME).toBe("Firstname1");
  });

  it.each([
    ["a few", few()],
    ["many", many()],
  ])("a required field without a value refuses the contact by name (%s)", async (_, batch) => {
    const outcomes = await upsert(batch, { audience: "Birthday club" });
    for (const outcome of outcomes.values()) expect(outcome).toMatchObject({ kind: "refused", reason: "required_field_missing:BIRTHDAY" });
  });
});

describe("people Mailchimp protects", () => {
  it("the forgotten are refused for good, the over-subscribed are tried later", async () => {
    sandbox.audience().forget(email(1));
    const batch = [aContact(1), aContact(2, { mapped: { email: "signed-up-a-lot@shop.example" } }), aContact(3)];
    for (const historic of [false, true]) {
      const filler = historic ? contacts(30, { historic }, 100) : [];
      const outcomes = await upsert([...batch, ...filler].map((contact) => ({ ...contact, historic })));
      expect(outcomes.get(batch[0]!.key)).toMatchObject({ kind: "refused", reason: "forgotten" });
      expect(outcomes.get(batch[1]!.key)).toMatchObject({ kind: "retry", reason: "too_many_signups", afterSeconds: 300 });
      expect(outcomes.get(batch[2]!.key)?.kind).toMatch(/delivered|unchanged/);
    }
  });

  it("who unsubscribed stays so, whatever new contacts get", async () => {
    sandbox.audience().seed([
      { email: email(1), status: "unsubscribed", by: "self" },
      { email: email(2), status: "cleaned" },
    ]);
    await upsert(few(), { settings: { newStatus: "subscribed" } });
    await upsert(many(), { settings: { newStatus: "subscribed" } });
    expect([1, 2, 3].map((n) => sandbox.audience().member(email(n))?.status)).toEqual(["unsubscribed", "cleaned", "subscribed"]);
    expect(sandbox.statusWrites()).toEqual([]);
  });
});

describe("a changed e-mail", () => {
  it("that belongs to somebody already moves to that contact and leaves the old one", async () => {
    const remoteKey = remoteKeyOf(await one(aContact(1)));
    sandbox.audience().seed([{ email: "taken@shop.example", status: "unsubscribed", by: "self" }]);
    const outcome = await one(aContact(1, { remoteKey, emailChanged: true, mapped: { email: "taken@shop.example" } }));
    const taken = sandbox.audience().member("taken@shop.example");
    expect(outcome).toMatchObject({
      kind: "delivered",
      change: "updated",
      receipt: { remoteKey: taken?.contact_id, warnings: ["moved_to_existing"] },
    });
    expect(taken?.status).toBe("unsubscribed");
    expect(sandbox.audience().member(email(1))).toBeDefined();
  });

  it("of a contact that is gone makes a new one", async () => {
    const outcome = await one(aContact(1, { remoteKey: "f".repeat(32), emailChanged: true }));
    expect(outcome).toMatchObject({ kind: "delivered", change: "created" });
  });
});

describe("many at once", () => {
  it("takes two calls for 500 unknown ones, after the look-ups", async () => {
    await upsert(contacts(500, { historic: true }));
    const changing = sandbox.requests.filter((request) => request.method === "POST").map((request) => request.path.replace(/\/\d+$/, "/…"));
    const list = `/3.0/lists/${sandbox.audience().id}`;
    expect(changing).toEqual([`${list}?skip_duplicate_check=true`, `${list}/segments`, `${list}/segments/…`]);
  });

  it("shares the look-ups between batches that run together, and keeps within six connections", async () => {
    const link = open();
    sandbox.latencyMs = 5;
    await Promise.all([0, 1, 2, 3, 4, 5].map((n) => mailchimp.customers.upsert(link, contacts(100, { historic: true }, 1 + n * 100))));
    sandbox.latencyMs = 0;
    const lookUps = sandbox.requests.filter((request) => /\/(members|segments)\?/.test(request.path));
    expect(lookUps).toHaveLength(3);
    expect(sandbox.audience().size).toBe(600);
    expect(sandbox.maxInFlight).toBeLessThanOrEqual(6);
  });

  it("does not touch who came after the audience was read", async () => {
    const link = open();
    await mailchimp.customers.upsert(link, many());
    sandbox.audience().seed(contacts(30, {}, 500).map(({ mapped }) => ({ email: mapped.email, status: "subscribed", tags: ["By hand"] })));
    const outcomes = await mailchimp.customers.upsert(link, contacts(30, { historic: true }, 500));
    for (const outcome of outcomes.values()) expect(outcome).toMatchObject({ kind: "delivered", change: "updated" });
    expect(sandbox.audience().member(email(500))).toMatchObject({ status: "subscribed", tags: ["By hand", "Saleor Import"] });
    expect(sandbox.statusWrites()).toEqual([]);
  });

  it("reads an audience of several pages, archived ones too, past a passing fault", async () => {
    const known = contacts(2300);
    sandbox.audience().seed(known.map(({ mapped }, n) => ({ email: mapped.email, status: n % 2 === 0 ? "archived" : "subscribed" })));
    sandbox.fail({ kind: "error500", times: 2, match: "/members$" });
    const outcomes = await upsert(contacts(400, { historic: true }, 1901));
    const kinds = [...outcomes.values()].map((outcome) => outcome.kind);
    expect(kinds.filter((kind) => kind === "skipped")).toHaveLength(200);
    expect(kinds.filter((kind) => kind === "delivered")).toHaveLength(200);
    expect(sandbox.audience().size).toBe(2300);
  });

  it("tags one by one where every contact has its own tag", async () => {
    const batch = many().map((contact, n) => ({ ...contact, mapped: { ...contact.mapped, tags: [`Tag ${n}`] } }));
    await upsert(batch);
    expect(sandbox.tagWrites()).toHaveLength(30);
    expect(sandbox.tagWrites().every((write) => write.isSyncing)).toBe(true);
    for (const [n, contact] of batch.entries()) expect(sandbox.audience().member(contact.mapped.email)?.tags).toEqual([`Tag ${n}`]);
  });

  it("counts an item that Mailchimp does not mention as not delivered", async () => {
    const silent = createServer((req, res) => {
      res.setHeader("content-type", "application/json");
      const isPage = req.method === "GET";
      res.end(JSON.stringify(isPage ? { members: [], total_items: 0 } : { new_members: [], updated_members: [], errors: [] }));
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const outcomes = await upsert(many(), { endpoints: { api: url } });
    for (const outcome of outcomes.values()) expect(outcome).toEqual({ kind: "retry", reason: "not_answered" });
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
});

describe("tags", () => {
  it("tell automations to stay quiet for history, and to run for fresh changes", async () => {
    await one(aContact(1, { historic: true }));
    await one(aContact(2));
    expect(sandbox.tagWrites().map((write) => write.isSyncing)).toEqual([true, false]);
  });

  it("compare without regard to case", async () => {
    sandbox
      .audience()
      .seed([{ email: email(1), merge_fields: { FNAME: "Firstname1", LNAME: "Lastname1" }, tags: ["saleor import", "OLD"] }]);
    expect(await one(aContact(1, { ownedTags: ["Old"] }))).toMatchObject({ kind: "delivered" });
    expect(sandbox.audience().member(email(1))?.tags).toEqual(["saleor import"]);
  });

  it("that fail leave the contact to be tried again, and nothing is doubled", async () => {
    sandbox.fail({ kind: "error500", match: "/tags$", times: 1 });
    expect(await one(aContact(1))).toMatchObject({ kind: "retry", reason: "vendor_error" });
    expect(await one(aContact(1))).toMatchObject({ kind: "delivered" });
    expect(sandbox.audience().members()).toHaveLength(1);
  });
});

describe("accounts", () => {
  it("two shops at once never share a token", async () => {
    const first = open({ account: exampleStore().accountId });
    const second = open({ account: otherStore().accountId, audience: "Other Store" });
    sandbox.latencyMs = 3;
    await Promise.all([mailchimp.customers.upsert(first, contacts(15)), mailchimp.customers.upsert(second, contacts(15))]);
    sandbox.latencyMs = 0;
    const lists = new Map<string, Set<string>>();
    for (const { path, tokenHash } of sandbox.requests) {
      const list = /lists\/(\w+)/.exec(path)?.[1] ?? "";
      lists.set(list, (lists.get(list) ?? new Set()).add(tokenHash));
    }
    expect([...lists.values()].map((tokens) => tokens.size)).toEqual([1, 1]);
    expect(sandbox.audience("Other Store").size).toBe(15);
  });

  it("shows every audience, not the first ten, with what it warns of", async () => {
    const all = await mailchimp.targets(open());
    expect(all.kind === "ok" && all.value).toHaveLength(14);
    expect(all.kind === "ok" && all.value[1]?.notes).toEqual(["double_optin"]);
  });

  it("counts contacts whatever their status: most never get marketing", async () => {
    sandbox.audience().seed([
      { email: email(1), status: "transactional" },
      { email: email(2), status: "subscribed" },
    ]);
    const all = await mailchimp.targets(open());
    expect(all.kind === "ok" && all.value[0]?.contacts).toBe(2);
  });

  it("knows all fields, the twelfth too", async () => {
    const fields = await mailchimp.fields(open({ audience: "Birthday club" }));
    expect(fields.kind === "ok" && fields.value.find((field) => field.id === "BIRTHDAY")).toMatchObject({ required: true });
  });

  it("opens with an API key, and with none or one for nowhere it says auth", async () => {
    const account = sandbox.accounts[0]!;
    expect(await mailchimp.connect(open({ credentials: { apiKey: account.apiKey } }))).toMatchObject({
      kind: "ok",
      value: { limitKey: account.accountId, name: "Example Store", detail: "us21", owner: "owner@store.example" },
    });
    const before = sandbox.requests.length;
    for (const credentials of [{}, { apiKey: "abc" }, { accessToken: "x", dc: "us1.evil.example/#" }, { accessToken: "x" }]) {
      expect(await mailchimp.connect(open({ credentials }))).toEqual({ kind: "auth", reason: "credentials_refused" });
      expect((await one(aContact(1), { credentials })).kind).toBe("auth");
    }
    expect(sandbox.requests.length).toBe(before);
  });

  it("leaves pending and bounced contacts unarchived, and says so", async () => {
    sandbox.audience().seed([{ email: email(1), status: "pending" }]);
    const remoteKey = sandbox.audience().member(email(1))!.contact_id;
    const outcomes = await mailchimp.customers.remove(open(), [{ key: "k", remoteKey }], "archive");
    expect(outcomes.get("k")).toEqual({ kind: "skipped", reason: "not_archivable" });
  });
});

describe("sign-in", () => {
  const oauth = mailchimp.oauth!;
  const redirectUri = "http://127.0.0.1:3000/api/oauth/mailchimp/callback";
  const client = () => ({ clientId: sandbox.clientId, clientSecret: sandbox.clientSecret });
  const exchange = (code: string) =>
    oauth.exchange({ ...client(), redirectUri, code, endpoints: endpoints(), signal: AbortSignal.timeout(10_000) });
  const allow = async () => {
    const authorizeUrl = oauth.authorizeUrl({ clientId: sandbox.clientId, redirectUri, state: "signed state", endpoints: endpoints() });
    return new URL(await sandbox.consent(authorizeUrl)).searchParams;
  };

  it("brings back a token that opens the account", async () => {
    const answer = await allow();
    expect(answer.get("state")).toBe("signed state");
    const exchanged = await exchange(answer.get("code")!);
    expect(exchanged).toMatchObject({ kind: "ok", value: { dc: "us21" } });
    const credentials = mailchimp.credentials.parse(exchanged.kind === "ok" ? exchanged.value : {});
    expect(await mailchimp.connect(open({ credentials }))).toMatchObject({ kind: "ok", value: { name: "Example Store" } });
  });

  it("refuses a used code", async () => {
    const code = (await allow()).get("code")!;
    await exchange(code);
    expect(await exchange(code)).toMatchObject({ kind: "refused", reason: "sign_in_refused" });
  });

  it("reads an error in a 200 of the account look-up", async () => {
    sandbox.fail({ kind: "metadata_error" });
    expect(await exchange((await allow()).get("code")!)).toMatchObject({ kind: "refused", reason: "sign_in_refused" });
  });
});
