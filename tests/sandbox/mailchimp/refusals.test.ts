/** Addresses, merge fields, tags, the 500-batch, segments: what is refused, and what is swallowed without a word. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ask, asker, memberPath } from "./ask";
import { type AudienceHandle, hasContract, type MailchimpSandbox, startMailchimp } from "./index";

const EMAIL = "urist@shop.example";
let mailchimp: MailchimpSandbox;
let ask: Ask;
let audience: AudienceHandle;
let list: string;

beforeAll(async () => {
  mailchimp = await startMailchimp();
  ask = asker(mailchimp);
});
beforeEach(() => {
  mailchimp.reset();
  audience = mailchimp.audience("All field types");
  list = `/lists/${audience.id}`;
});
afterAll(() => mailchimp.close());

const put = (email: string, more: Record<string, unknown> = {}, at = audience) =>
  ask("PUT", memberPath(at.id, email), { email_address: email, status_if_new: "transactional", ...more });

describe("An address", () => {
  it.each([
    ["ann@example.com", "looks fake or invalid"],
    ["ann@example.org", "looks fake or invalid"],
    ["ann@example.net", "looks fake or invalid"],
    ["ann@yopmail.com", "looks fake or invalid"],
    ["deleted@site.invalid", "looks fake or invalid"],
    ["not an address", "Please provide a valid email address."],
    ["ann@shop", "Please provide a valid email address."],
    ["signed-up-a-lot@shop.example", "has signed up to a lot of lists very recently; we're not allowing more signups for now"],
    ["too-many-signups@shop.example", "has too many recent signup requests"],
  ])("%s is refused: %s", async (email, detail) => {
    const got = await put(email);
    expect([got.status, got.body.title]).toEqual([400, "Invalid Resource"]);
    expect(got.body.detail).toContain(detail);
  });

  it("refused for signing up too often is accepted later", async () => {
    mailchimp.allowSignups();
    expect((await put("signed-up-a-lot@shop.example")).status).toBe(200);
  });
});

describe("A merge field", () => {
  it.each([
    ["LTV", "x", "Please enter a number"],
    ["JOINED_AT", "24/12/2025", "Please enter the date"],
    ["JOINED_AT", "2025-02-31", "Please enter the date"],
    ["BDAY", "1990-02-03", "Please enter a month (01-12) and a day (01-31)"],
    ["ADDRESS", { addr1: "1 Way", city: "Town", state: "", zip: "12345" }, "Please enter a complete address"],
    ["ADDRESS", { addr1: "1 Way" }, "Please enter a complete address"],
    ["TIER", "Iron", "Please choose one of the available options"],
    ["SITE", "shop", "Please enter a valid URL"],
    ["POSTCODE", "1234", "Please enter a valid zip code"],
    ["USPHONE", "123", "Please enter a valid phone number"],
  ])("%s refuses %j: %s", async (tag, value, message) => {
    const got = await put(EMAIL, { merge_fields: { FNAME: "Urist", [tag]: value } });
    expect(got.body).toMatchObject({ status: 400, detail: "Your merge fields were invalid.", errors: [{ field: tag, message }] });
    expect(audience.member(EMAIL)).toBeUndefined();
  });

  it.each([[null], [true], [["a"]]])("refuses %j by shape", async (value) => {
    const got = await put(EMAIL, { merge_fields: { FNAME: value } });
    const message = "Data did not match any of the schemas described in anyOf.";
    expect(got.body.errors).toEqual([{ field: "merge_fields.FNAME", message }]);
    expect(got.body.detail).toContain("could not be validated");
  });

  it("unknown to the audience is dropped, unmentioned keeps its value, empty clears, long is cut to 255 bytes", async () => {
    await put(EMAIL, { merge_fields: { FNAME: "Urist", LNAME: "McVankab", NOPE: "lost", PHONE: "é".repeat(200), LTV: "12.5" } });
    expect((await put(EMAIL, { merge_fields: { LNAME: "" } })).status).toBe(200);
    const fields = audience.member(EMAIL)!.merge_fields;
    expect(fields).toMatchObject({ FNAME: "Urist", LNAME: "", PHONE: "é".repeat(127), LTV: 12.5 });
    expect(fields).not.toHaveProperty("NOPE");
  });

  it("that is required is lifted by skip_merge_validation, types are not", async () => {
    const club = mailchimp.audience("Birthday club");
    const path = memberPath(club.id, EMAIL);
    const body = { email_address: EMAIL, status_if_new: "transactional" };
    expect((await ask("PUT", path, body)).body.errors).toEqual([{ field: "BIRTHDAY", message: "Please enter a value" }]);
    const wrong = { ...body, merge_fields: { LTV: "x" } };
    expect((await ask("PUT", `${path}?skip_merge_validation=true`, wrong)).status).toBe(400);
    expect((await ask("PUT", `${path}?skip_merge_validation=true`, body)).status).toBe(200);
  });

  it("is listed ten at a time, so the required one is missed by who does not ask for more", async () => {
    const club = mailchimp.audience("Birthday club");
    expect((await ask("GET", `/lists/${club.id}/merge-fields`)).text).not.toContain("BIRTHDAY");
    const all = await ask("GET", `/lists/${club.id}/merge-fields?count=1000`);
    expect(all.text).toContain("BIRTHDAY");
    expect(all.body).toMatchObject({ total_items: 12, merge_field_limit: 30 });
  });

  it("can be created", async () => {
    const made = await ask("POST", `${list}/merge-fields`, { name: "City", type: "text", tag: "CITY" });
    expect([made.status, made.body.tag]).toEqual([200, "CITY"]);
    await put(EMAIL, { merge_fields: { CITY: "Riga" } });
    expect(audience.member(EMAIL)?.merge_fields.CITY).toBe("Riga");
  });
});

describe("Tags", () => {
  const tags = (body: unknown) => ask("POST", `${memberPath(audience.id, EMAIL)}/tags`, body);
  beforeEach(() => audience.seed([{ email: EMAIL, tags: ["By hand"] }]));

  it("are added and removed without regard to case, others stay, and is_syncing is kept for assertions", async () => {
    expect((await tags({ tags: [{ name: "VIP", status: "active" }], is_syncing: true })).status).toBe(204);
    await tags({
      tags: [
        { name: "vip", status: "active" },
        { name: "never held", status: "inactive" },
      ],
    });
    expect(audience.member(EMAIL)?.tags).toEqual(["By hand", "VIP"]);
    await tags({ tags: [{ name: "Vip", status: "inactive" }] });
    expect(audience.member(EMAIL)?.tags).toEqual(["By hand"]);
    expect(mailchimp.tagWrites().map((write) => write.isSyncing)).toEqual([true, false, false, false]);
  });

  it.each([[{ tags: ["VIP"] }], [{ tags: "VIP" }], [{}]])("written as %j answer 204 and do nothing", async (body) => {
    expect((await tags(body)).status).toBe(204);
    expect(audience.member(EMAIL)?.tags).toEqual(["By hand"]);
  });

  it("in PUT are honoured only when the member is new", async () => {
    await put(EMAIL, { tags: ["Late"] });
    await put("new@shop.example", { tags: ["Early"] });
    expect([audience.member(EMAIL)?.tags, audience.member("new@shop.example")?.tags]).toEqual([["By hand"], ["Early"]]);
  });

  it("are shown up to fifty on the member and paged in full beside it", async () => {
    await tags({ tags: Array.from({ length: 60 }, (_, i) => ({ name: `t${i}`, status: "active" })) });
    const member = await ask("GET", memberPath(audience.id, EMAIL));
    expect([(member.body.tags as unknown[]).length, member.body.tags_count]).toEqual([50, 61]);
    expect((await ask("GET", `${memberPath(audience.id, EMAIL)}/tags?count=1000`)).body.tags).toHaveLength(61);
  });

  it("are written by hash only, and not for the absent", async () => {
    const { contact_id } = audience.member(EMAIL)!;
    const body = { tags: [{ name: "VIP", status: "active" }] };
    expect((await ask("POST", `${list}/members/${contact_id}/tags`, body)).status).toBe(404);
    expect((await ask("POST", `${memberPath(audience.id, "no@shop.example")}/tags`, body)).status).toBe(404);
  });

  it("are static segments: found by prefix, filled 500 addresses at a time, unknown ones ignored", async () => {
    const made = await ask("POST", `${list}/segments`, { name: "Import", static_segment: [] });
    const path = `${list}/segments/${String(made.body.id)}`;
    const got = await ask("POST", path, { members_to_add: [EMAIL.toUpperCase(), "no@shop.example"] });
    expect(got.body).toMatchObject({ total_added: 1, error_count: 0 });
    expect(audience.member(EMAIL)?.tags).toEqual(["By hand", "Import"]);
    expect((await ask("GET", `${list}/tag-search?name=imp`)).body.tags).toEqual([{ id: made.body.id, name: "Import" }]);
    expect((await ask("POST", path, { members_to_add: Array(501).fill(EMAIL) })).status).toBe(400);
    expect((await ask("POST", `${list}/segments`, { name: "import" })).status).toBe(400);
    await ask("DELETE", path);
    expect(audience.member(EMAIL)?.tags).toEqual(["By hand"]);
  });
});

describe.runIf(hasContract())("The contract, where Mailchimp’s file of it is at hand (not part of this repository)", () => {
  it("refuses wrong types and notes what it does not know", async () => {
    expect((await put(EMAIL, { language: null })).body.detail).toContain("could not be validated");
    expect((await put(EMAIL, { vip_since: "2020" })).status).toBe(200);
    await ask("GET", `/lists?page=2`);
    expect(mailchimp.violations).toEqual([
      expect.objectContaining({ method: "PUT", kind: "body", message: "language must be string" }),
      expect.objectContaining({ method: "PUT", kind: "body", message: "vip_since is not a property" }),
      expect.objectContaining({ method: "GET", kind: "query", message: "page is not a parameter" }),
    ]);
  });
});
