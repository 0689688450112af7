import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected();
});
afterAll(() => town.close());

const member = (email: string) => town.mailchimp.audience().member(email);
const tagsAt = (email: string) => [...(member(email)?.tags ?? [])].sort().join();
const now = (who: string) => town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who });
const person = (email: string, tags?: string) =>
  town.saleor.customers.create({ email, privateMeta: tags === undefined ? {} : { mailchimp_tags: tags } });

async function save(values: Record<string, string | boolean>): Promise<void> {
  const { version } = await town.page.connections.settings.query({ id: town.connectionId });
  expect(await town.page.connections.saveSettings.mutate({ id: town.connectionId, version, values })).toMatchObject({ kind: "saved" });
}

describe("tags from private metadata", () => {
  const malformed: Record<string, string> = {
    tags_not_json: "vip, wholesale",
    tags_not_a_list: '{"tag":"vip"}',
    tags_not_text: '["vip",7]',
    tag_too_long: `["${"x".repeat(140)}"]`,
    tags_too_long: JSON.stringify(Array.from({ length: 400 }, (_, i) => `tag ${i} ${"y".repeat(60)}`)),
    tags_too_many: JSON.stringify(Array.from({ length: 150 }, (_, i) => `t${i}`)),
  };
  it.each(Object.entries(malformed))("%s: the customer is synced without them, and the reason is visible", async (reason, value) => {
    const email = `${reason}@shop-one.dev`.replaceAll("_", ".");
    await person(email, value);
    await until(() => tagsAt(email) === "Saleor Import");
    expect(await now(email)).toMatchObject({ kind: "done", state: "in_sync", warnings: [reason] });
  });

  it("keeps the tags of before while the value cannot be understood, and goes on when it can", async () => {
    const email = "mended@shop-one.dev";
    const { id } = await person(email, '["gold"]');
    await until(() => tagsAt(email) === "Saleor Import,gold");
    await town.saleor.customers.setPrivateMeta(id, { mailchimp_tags: '["gold"' });
    await until(async () => (await reasonOf(id)) === "tags_not_json");
    expect(tagsAt(email)).toBe("Saleor Import,gold");
    await town.saleor.customers.setPrivateMeta(id, { mailchimp_tags: '["silver"]' });
    await until(() => tagsAt(email) === "Saleor Import,silver");
    await until(async () => (await reasonOf(id)) === null);
  });

  it("takes off what was there when the key is removed, and nothing that the merchant set by hand", async () => {
    const email = "removed@shop-one.dev";
    const { id } = await person(email, '["club"]');
    await until(() => tagsAt(email) === "Saleor Import,club");
    town.mailchimp.audience().addTag(email, "by hand");
    await town.saleor.customers.setPrivateMeta(id, { mailchimp_tags: null });
    await until(() => tagsAt(email) === "Saleor Import,by hand");
  });

  it("does not take over a tag that the merchant had set before", async () => {
    const email = "theirs@shop-one.dev";
    town.mailchimp.audience().seed([{ email, status: "subscribed", tags: ["VIP", "older"] }]);
    const { id } = await person(email, '["vip"]');
    await until(() => tagsAt(email) === "Saleor Import,VIP,older");
    await town.saleor.customers.setPrivateMeta(id, { mailchimp_tags: "[]" });
    await until(async () => (await dueCount()) === 0);
    expect(tagsAt(email)).toContain("older");
  });

  it("writes every tag of a live change so that automations hear of it", async () => {
    const before = town.mailchimp.tagWrites().length;
    const { id } = await person("automation@shop-one.dev");
    await until(() => tagsAt("automation@shop-one.dev") === "Saleor Import");
    await town.saleor.customers.setPrivateMeta(id, { mailchimp_tags: '["welcome"]' });
    await until(() => tagsAt("automation@shop-one.dev") === "Saleor Import,welcome");
    expect(
      town.mailchimp
        .tagWrites()
        .slice(before)
        .every(({ isSyncing }) => !isSyncing),
    ).toBe(true);
  });

  it("follows the import tag when the merchant changes it", async () => {
    const email = "renamed.tag@shop-one.dev";
    const { id } = await person(email, '["a"]');
    await until(() => tagsAt(email) === "Saleor Import,a");
    await save({ importTag: "From the shop" });
    await town.saleor.customers.setMeta(id, { touched: "1" });
    await until(() => tagsAt(email) === "From the shop,a");
    await save({ importTag: "" });
    await town.saleor.customers.setMeta(id, { touched: "2" });
    await until(() => tagsAt(email) === "a");
    await save({ importTag: "Saleor Import" });
  });
});

describe("people of the staff", () => {
  it("are skipped unless chosen; then their tags, which Saleor shows to nobody, stay as they are", async () => {
    const email = "clerk@shop-one.dev";
    const { id } = await town.saleor.customers.create({ email, orders: 2, privateMeta: { mailchimp_tags: '["before"]' } });
    await until(() => tagsAt(email) === "Saleor Import,before");
    await town.saleor.customers.promoteToStaff(id);
    expect(await now(id)).toMatchObject({ kind: "done", state: "skipped", reason: "staff", sent: null });
    await save({ includeStaff: true });
    await town.saleor.customers.update(id, { firstName: "Clerk" }, { silent: true });
    expect(await now(id)).toMatchObject({ kind: "done", state: "in_sync", change: "updated", warnings: ["tags_unreadable"] });
    expect([tagsAt(email), member(email)?.merge_fields.FNAME]).toEqual(["Saleor Import,before", "Clerk"]);
    await save({ includeStaff: false });
  });

  it("do not keep others from being read in the same page", async () => {
    const clerk = await town.saleor.customers.create({ email: "clerk.two@shop-one.dev", orders: 1 }, { silent: true });
    await town.saleor.customers.promoteToStaff(clerk.id, { silent: true });
    const { id: runId } = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: 2 });
    const other = await town.saleor.customers.create(
      { email: "beside.clerk@shop-one.dev", privateMeta: { mailchimp_tags: '["seen"]' } },
      { silent: true },
    );
    await town.page.runs.chunk.mutate({ runId, ids: [clerk.id, other.id], cursor: null });
    await until(() => tagsAt("beside.clerk@shop-one.dev") === "Saleor Import,seen");
    await town.page.runs.cancel.mutate({ runId });
  });
});

describe("people without an address to write to", () => {
  it.each([
    ["", "no_email"],
    ["no-address-given", "email_impossible"],
    ["two@@shop-one.dev", "email_impossible"],
    [`${"a".repeat(260)}@shop-one.dev`, "email_impossible"],
  ])("%s is skipped, and says why", async (email, reason) => {
    const { id } = await town.saleor.customers.create({ email }, { silent: true });
    expect(await now(id)).toMatchObject({ kind: "done", state: "skipped", reason });
  });
});

const reasonOf = async (id: string) =>
  (await town.app.rows<{ reason: string | null }>(`select reason from ledger where customer_id = '${id}'`))[0]?.reason;
const dueCount = async () =>
  (await town.app.rows<{ n: number }>("select count(*)::int as n from ledger where due_at <= now() or in_flight is not null"))[0]!.n;
