/** The state machine of the members end points: reference "What a write does to an existing member". */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ask, asker, memberPath } from "./ask";
import { type AudienceHandle, type MailchimpSandbox, type MemberSeed, startMailchimp } from "./index";

const EMAIL = "urist@shop.example";
let mailchimp: MailchimpSandbox;
let ask: Ask;
let audience: AudienceHandle;
let path: string;

beforeAll(async () => {
  mailchimp = await startMailchimp();
  ask = asker(mailchimp);
});
beforeEach(() => {
  mailchimp.reset();
  audience = mailchimp.audience();
  path = memberPath(audience.id, EMAIL);
});
afterAll(() => mailchimp.close());

interface Row {
  it: string;
  before?: Omit<MemberSeed, "email"> | "forgotten";
  send: ["PUT" | "PATCH" | "POST" | "DELETE", Record<string, unknown>?];
  answer: number;
  title?: string;
  after?: string;
}

const self = { status: "unsubscribed", by: "self" } as const;
const byApi = { status: "unsubscribed", by: "api" } as const;
const NEW = { status_if_new: "transactional" };

const rows: Row[] = [
  { it: "creates with status_if_new", send: ["PUT", NEW], answer: 200, after: "transactional" },
  { it: "creates with status where status_if_new is missing", send: ["PUT", { status: "pending" }], answer: 200, after: "pending" },
  { it: "refuses to create by PUT without any status", send: ["PUT", {}], answer: 400, title: "Invalid Resource" },
  { it: "keeps subscribed on PUT without status", before: {}, send: ["PUT", NEW], answer: 200, after: "subscribed" },
  { it: "keeps unsubscribed on PUT without status", before: self, send: ["PUT", NEW], answer: 200, after: "unsubscribed" },
  { it: "keeps archived on PUT without status", before: { status: "archived" }, send: ["PUT", NEW], answer: 200, after: "archived" },
  {
    it: "downgrades subscribed on PUT transactional",
    before: {},
    send: ["PUT", { status: "transactional" }],
    answer: 200,
    after: "transactional",
  },
  {
    it: "downgrades subscribed on PATCH transactional",
    before: {},
    send: ["PATCH", { status: "transactional" }],
    answer: 200,
    after: "transactional",
  },
  { it: "unsubscribes on PUT", before: {}, send: ["PUT", { status: "unsubscribed" }], answer: 200, after: "unsubscribed" },
  {
    it: "silently resubscribes whom the API unsubscribed",
    before: byApi,
    send: ["PUT", { status: "subscribed" }],
    answer: 200,
    after: "subscribed",
  },
  {
    it: "silently resubscribes whom an admin unsubscribed",
    before: { status: "unsubscribed", by: "admin" },
    send: ["PATCH", { status: "subscribed" }],
    answer: 200,
    after: "subscribed",
  },
  {
    it: "protects whom the person unsubscribed, on PUT",
    before: self,
    send: ["PUT", { status: "subscribed" }],
    answer: 400,
    title: "Member In Compliance State",
    after: "unsubscribed",
  },
  {
    it: "protects whom the person unsubscribed, on POST",
    before: self,
    send: ["POST", { status: "subscribed" }],
    answer: 400,
    title: "Member In Compliance State",
    after: "unsubscribed",
  },
  {
    it: "protects the cleaned",
    before: { status: "cleaned" },
    send: ["PATCH", { status: "subscribed" }],
    answer: 400,
    title: "Member In Compliance State",
    after: "cleaned",
  },
  { it: "lets the protected confirm again", before: self, send: ["PUT", { status: "pending" }], answer: 200, after: "pending" },
  {
    it: "overwrites an opt-out with transactional",
    before: self,
    send: ["PUT", { status: "transactional" }],
    answer: 200,
    after: "transactional",
  },
  {
    it: "revives archived on PATCH with a status",
    before: { status: "archived" },
    send: ["PATCH", { status: "pending" }],
    answer: 200,
    after: "pending",
  },
  {
    it: "revives archived on POST",
    before: { status: "archived" },
    send: ["POST", { status: "subscribed" }],
    answer: 200,
    after: "subscribed",
  },
  {
    it: "refuses POST for a member",
    before: {},
    send: ["POST", { status: "subscribed" }],
    answer: 400,
    title: "Member Exists",
    after: "subscribed",
  },
  { it: "refuses the forgotten on PUT", before: "forgotten", send: ["PUT", NEW], answer: 400, title: "Forgotten Email Not Subscribed" },
  {
    it: "refuses the forgotten on POST",
    before: "forgotten",
    send: ["POST", { status: "subscribed" }],
    answer: 400,
    title: "Forgotten Email Not Subscribed",
  },
  { it: "does not create on PATCH", send: ["PATCH", { merge_fields: {} }], answer: 404, title: "Resource Not Found" },
  { it: "does not accept archived as a status", before: {}, send: ["PATCH", { status: "archived" }], answer: 400, after: "subscribed" },
  { it: "archives on DELETE", before: {}, send: ["DELETE"], answer: 204, after: "archived" },
  { it: "archives non-subscribed on DELETE", before: { status: "transactional" }, send: ["DELETE"], answer: 204, after: "archived" },
  { it: "refuses DELETE of the archived", before: { status: "archived" }, send: ["DELETE"], answer: 405, after: "archived" },
  { it: "refuses DELETE of the pending", before: { status: "pending" }, send: ["DELETE"], answer: 405, after: "pending" },
  { it: "refuses DELETE of the cleaned", before: { status: "cleaned" }, send: ["DELETE"], answer: 405, after: "cleaned" },
  { it: "answers 404 to DELETE of the absent", send: ["DELETE"], answer: 404 },
];

describe("A write to a member", () => {
  it.each(rows)("$it", async ({ before, send: [method, body], answer, title, after }) => {
    if (before === "forgotten") audience.forget(EMAIL);
    else if (before) audience.seed([{ email: EMAIL, ...before }]);
    const full = method === "PUT" || method === "POST" ? { email_address: EMAIL, ...body } : body;
    const got = await ask(method, method === "POST" ? `/lists/${audience.id}/members` : path, full);
    expect(got.status).toBe(answer);
    if (title) expect(got.body.title).toBe(title);
    expect(audience.member(EMAIL)?.status).toBe(after);
  });

  it("notes what was written to whom, and by which way, so that consent can be proved", async () => {
    audience.seed([{ email: EMAIL, ...self }]);
    await ask("PUT", path, { email_address: EMAIL, ...NEW });
    expect(mailchimp.statusWrites()).toEqual([]);
    await ask("PUT", path, { email_address: EMAIL, status: "subscribed" });
    await ask("PATCH", path, { status: "pending" });
    expect(mailchimp.statusWrites().map(({ from, requested, to, refused, via }) => [via, from, requested, to, refused])).toEqual([
      ["PUT", "unsubscribed", "subscribed", "unsubscribed", true],
      ["PATCH", "unsubscribed", "pending", "pending", false],
    ]);
    expect(audience.member(EMAIL)?.history.map(({ to, who }) => [to, who])).toEqual([
      ["unsubscribed", "self"],
      ["pending", "api"],
    ]);
  });

  it("answers pending to subscribed while the account is under review", async () => {
    mailchimp.accounts[0]!.underReview = true;
    expect((await ask("PUT", path, { email_address: EMAIL, status: "subscribed" })).body.status).toBe("pending");
  });

  it("drops the unconfirmed", async () => {
    audience.seed([{ email: EMAIL, status: "pending" }, { email: "other@shop.example" }]);
    expect(audience.dropPending()).toBe(1);
    expect((await ask("GET", path)).status).toBe(404);
  });
});

describe("A member", () => {
  it("is found by hash, address in any case, and contact id", async () => {
    audience.seed([{ email: EMAIL }]);
    const id = audience.member(EMAIL)!.contact_id;
    for (const key of [id, EMAIL, EMAIL.toUpperCase(), encodeURIComponent(EMAIL)]) {
      expect((await ask("GET", `/lists/${audience.id}/members/${key}`)).status).toBe(200);
    }
  });

  it("keeps contact id, tags and fields through a rename", async () => {
    audience.seed([{ email: EMAIL, tags: ["VIP"], merge_fields: { FNAME: "Urist" } }]);
    const before = audience.member(EMAIL)!;
    expect((await ask("PATCH", path, { email_address: "new@shop.example" })).status).toBe(200);
    expect((await ask("GET", path)).status).toBe(404);
    const after = audience.member("new@shop.example")!;
    expect({ ...after, id: "", email: "" }).toEqual({ ...before, id: "", email: "" });
  });

  it("cannot take an address that is another member's, and the refusal has no type", async () => {
    audience.seed([{ email: EMAIL }, { email: "taken@shop.example" }]);
    for (const method of ["PATCH", "PUT"]) {
      const got = await ask(method, path, { email_address: "taken@shop.example" });
      expect([got.status, got.body.title, got.body.type]).toEqual([400, "Member Exists", undefined]);
    }
  });

  it("comes back from the archive with its old tags", async () => {
    audience.seed([{ email: EMAIL, tags: ["Old"] }]);
    audience.archive(EMAIL);
    expect((await ask("GET", path)).body.status).toBe("archived");
    await ask("POST", `/lists/${audience.id}/members`, { email_address: EMAIL, status: "transactional", tags: ["New"] });
    expect(audience.member(EMAIL)?.tags).toEqual(["Old", "New"]);
  });

  it("is gone for good after delete-permanent, until the person signs up", async () => {
    audience.seed([{ email: EMAIL }]);
    expect((await ask("POST", `${path}/actions/delete-permanent`)).status).toBe(204);
    expect((await ask("PUT", path, { email_address: EMAIL, ...NEW })).body.title).toBe("Forgotten Email Not Subscribed");
    audience.subscribe(EMAIL);
    expect((await ask("PUT", path, { email_address: EMAIL, ...NEW })).status).toBe(200);
  });

  it("takes events", async () => {
    audience.seed([{ email: EMAIL }]);
    expect((await ask("POST", `${path}/events`, { name: "bought", properties: { sum: "9" } })).status).toBe(204);
    expect((await ask("GET", `${path}/events`)).body.total_items).toBe(1);
  });
});
