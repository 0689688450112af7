import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ask, asker } from "./ask";
import { type AudienceHandle, type MailchimpSandbox, startMailchimp } from "./index";

let mailchimp: MailchimpSandbox;
let ask: Ask;
let audience: AudienceHandle;

beforeAll(async () => {
  mailchimp = await startMailchimp();
  ask = asker(mailchimp);
});
beforeEach(() => {
  mailchimp.reset();
  audience = mailchimp.audience("All field types");
});
afterAll(() => mailchimp.close());

interface Item {
  email_address: string;
  status?: string;
  merge_fields?: unknown;
  tags?: string[];
}
const batch = (members: Item[], more: Record<string, unknown> = {}, query = "?skip_duplicate_check=true") =>
  ask("POST", `/lists/${audience.id}${query}`, { members, ...more });
const item = (name: string, more: Partial<Item> = {}): Item => ({
  email_address: `${name}@shop.example`,
  status: "transactional",
  ...more,
});

describe("A batch of members", () => {
  it("creates the missing, leaves the known untouched, tells every refusal, and is 200 all the same", async () => {
    audience.seed([{ email: "known@shop.example", merge_fields: { FNAME: "Old" } }]);
    audience.forget("gone@shop.example");
    const got = await batch([
      item("new", { merge_fields: { FNAME: "New" }, tags: ["Saleor Import"] }),
      item("KNOWN", { merge_fields: { FNAME: "Changed" } }),
      item("bad", { merge_fields: { LTV: "x" } }),
      item("gone"),
      { email_address: "ann@example.com", status: "transactional" },
      { email_address: "stateless@shop.example" },
    ]);
    expect(got.status).toBe(200);
    expect(got.body).toMatchObject({ total_created: 1, total_updated: 0, error_count: 5 });
    expect(got.body.errors).toMatchObject([
      { email_address: "KNOWN@shop.example", error_code: "ERROR_CONTACT_EXISTS" },
      { email_address: "bad@shop.example", error_code: "ERROR_GENERIC", field: "LTV", field_message: "Please enter a number" },
      { error_code: "ERROR_GENERIC", error: expect.stringContaining("permanently deleted") },
      { error_code: "ERROR_GENERIC", error: expect.stringContaining("looks fake") },
      { error_code: "ERROR_GENERIC", field: "status" },
    ]);
    expect(audience.member("known@shop.example")).toMatchObject({ status: "subscribed", merge_fields: { FNAME: "Old" } });
    expect(audience.member("new@shop.example")).toMatchObject({ status: "transactional", tags: ["Saleor Import"] });
    expect(mailchimp.statusWrites()).toEqual([]);
  });

  it("that updates existing ones overwrites their status, but for the person's own opt-out, which stays without a word", async () => {
    audience.seed([{ email: "reader@shop.example" }, { email: "left@shop.example", status: "unsubscribed", by: "self" }]);
    const got = await batch([item("reader"), item("left", { status: "subscribed" })], { update_existing: true });
    expect(got.body).toMatchObject({ total_updated: 2, error_count: 0 });
    expect(audience.member("reader@shop.example")?.status).toBe("transactional");
    expect(audience.member("left@shop.example")?.status).toBe("unsubscribed");
    expect(mailchimp.statusWrites().map((write) => [write.via, write.to, write.refused])).toEqual([
      ["batch", "transactional", false],
      ["batch", "unsubscribed", true],
    ]);
  });

  it("adds tags, and with sync_tags replaces them all, those set by hand too", async () => {
    audience.seed([{ email: "a@shop.example", tags: ["By hand"] }]);
    await batch([{ email_address: "a@shop.example", tags: ["One"] }], { update_existing: true });
    expect(audience.member("a@shop.example")?.tags).toEqual(["By hand", "One"]);
    await batch([{ email_address: "a@shop.example", tags: ["Two"] }], { update_existing: true, sync_tags: true });
    expect(audience.member("a@shop.example")?.tags).toEqual(["Two"]);
  });

  it("revives archived contacts as new", async () => {
    audience.seed([{ email: "a@shop.example", status: "archived" }]);
    expect((await batch([item("a")])).body).toMatchObject({ total_created: 1 });
    expect(mailchimp.statusWrites()).toMatchObject([{ from: "archived", to: "transactional", via: "batch" }]);
  });

  it("is refused whole when it is too long, repeats itself, or one item has an impossible shape", async () => {
    const many = Array.from({ length: 501 }, (_, i) => item(`m${i}`));
    expect((await batch(many)).status).toBe(400);
    expect((await batch([item("a"), item("A")], {}, "")).status).toBe(400);
    expect((await batch([item("a"), item("b", { merge_fields: null })])).status).toBe(400);
    expect(audience.size).toBe(0);
    expect((await batch([item("a"), item("A")])).body).toMatchObject({ total_created: 1, error_count: 0 });
  });

  it("looks at required fields unless told otherwise", async () => {
    audience = mailchimp.audience("Birthday club");
    expect((await batch([item("a")])).body.errors).toMatchObject([{ field: "BIRTHDAY", field_message: "Please enter a value" }]);
    expect((await batch([item("a")], {}, "?skip_merge_validation=true")).body).toMatchObject({ total_created: 1 });
  });

  it("of five hundred goes twenty times, and every member is paged back once", async () => {
    for (let k = 0; k < 20; k += 1) await batch(Array.from({ length: 500 }, (_, i) => item(`u${k}-${i}`)));
    const seen = new Set<string>();
    for (let offset = 0; offset < 10_000; offset += 1000) {
      const page = await ask(
        "GET",
        `/lists/${audience.id}/members?fields=members.id,members.status,total_items&count=5000&offset=${offset}`,
      );
      expect(page.body.total_items).toBe(10_000);
      for (const member of page.body.members as { id: string }[]) seen.add(member.id);
    }
    expect(seen.size).toBe(10_000);
  });
});
