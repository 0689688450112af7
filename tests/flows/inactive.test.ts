/** Customers who are deactivated in Saleor and come back, at all three providers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "./app";
import { PROVIDERS, startThreeProviders, type ThreeProviders } from "./three-providers";

const TAG = "Deactivated in Saleor";
let three: ThreeProviders;
beforeAll(async () => {
  three = await startThreeProviders();
});
afterAll(() => three.close());

const customers = () => three.town.saleor.customers;
const deactivate = (id: string) => customers().update(id, { isActive: false });
const activate = (id: string) => customers().update(id, { isActive: true });
const member = (email: string) => three.town.mailchimp.audience().member(email);

describe("a deactivated customer", () => {
  it("stays in sync like any other, unless the merchant chose otherwise", async () => {
    const { id, email } = await three.person("as-ever@shop-one.dev");
    await customers().update(id, { isActive: false, firstName: "Anna" });
    await until(() => member(email)?.merge_fields.FNAME === "Anna");
    await until(() => three.crm.customer(email)?.firstName === "Anna");
    await until(() => three.mindbox.card("email", email)?.values.firstName === "Anna");
    for (const provider of PROVIDERS) expect(three.tags(provider, email)).not.toContain(TAG);
    expect(member(email)?.status).toBe("transactional");
  });

  it.each(PROVIDERS)("carries the tag at %s until it is activated again, beside whatever else is there", async (provider) => {
    await three.save(provider, { inactive: "tag" });
    const { id, email } = await three.person(`tagged.${provider}@shop-one.dev`);
    await deactivate(id);
    await until(() => three.tags(provider, email)?.includes(TAG));
    expect(three.tags(provider, email)).toContain("Saleor Import");
    await activate(id);
    await until(() => !three.tags(provider, email)?.includes(TAG));
    expect(three.tags(provider, email)).toEqual(["Saleor Import"]);
    await three.save(provider, { inactive: "leave" });
  });

  it("loses the tag although the tags in its metadata cannot be read meanwhile", async () => {
    await three.save("mailchimp", { inactive: "tag" });
    const { id, email } = await three.person("malformed@shop-one.dev");
    await deactivate(id);
    await until(() => three.tags("mailchimp", email)?.includes(TAG));
    await customers().setPrivateMeta(id, { mailchimp_tags: "not json" });
    await activate(id);
    await until(() => !three.tags("mailchimp", email)?.includes(TAG));
    expect(three.tags("mailchimp", email)).toEqual(["Saleor Import"]);
  });

  it.each(["retailcrm", "mindbox"] as const)("cannot be archived at %s, and the page is told so", async (provider) => {
    const { fields } = await (await three.town.app.page(three.town.saleor)).connections.settings.query({ id: three.ids[provider] });
    expect(fields.find(({ name }) => name === "inactive")?.options.map(({ value }) => value)).toEqual(["leave", "tag"]);
    await expect(three.save(provider, { inactive: "archive" })).rejects.toThrow("invalid");
  });
});

describe("archived at Mailchimp while deactivated", () => {
  beforeAll(() => three.save("mailchimp", { inactive: "archive" }));

  it.each(["subscribed", "unsubscribed", "transactional"] as const)("comes back as it was: %s", async (status) => {
    const { id, email } = await three.person(`was.${status}@shop-one.dev`);
    three.town.mailchimp.audience().addTag(email, "by hand");
    if (status === "subscribed") three.town.mailchimp.audience().subscribe(email);
    if (status === "unsubscribed") three.town.mailchimp.audience().unsubscribe(email);
    await deactivate(id);
    await until(async () => (await three.stateOf("mailchimp", id)) === "skipped:inactive_archived");
    expect(member(email)?.status).toBe("archived");
    await customers().update(id, { lastName: "Kowal" });
    await until(async () => (await three.row("mailchimp", id))?.due_at === null);
    expect(member(email)?.status).toBe("archived");
    await activate(id);
    await until(() => member(email)?.status === status);
    await until(async () => (await three.stateOf("mailchimp", id)) === "in_sync:null");
    expect(member(email)).toMatchObject({ merge_fields: { LNAME: "Kowal" }, tags: expect.arrayContaining(["by hand", "Saleor Import"]) });
  });

  it("stays archived where somebody else archived it, before or after", async () => {
    const { id, email } = await three.person("not-ours@shop-one.dev");
    three.town.mailchimp.audience().archive(email);
    await deactivate(id);
    await until(async () => (await three.stateOf("mailchimp", id)) === "skipped:inactive");
    await activate(id);
    await until(async () => (await three.stateOf("mailchimp", id)) === "skipped:archived");
    expect(member(email)?.status).toBe("archived");
  });

  it("is archived once Mailchimp answers again, and comes back even where that answer was lost", async () => {
    const { id, email } = await three.person("lost-answer@shop-one.dev");
    three.town.mailchimp.fail({ kind: "error500", method: "DELETE", afterwards: true, times: 1 });
    await deactivate(id);
    await until(async () => (await three.stateOf("mailchimp", id)) === "skipped:inactive_archived");
    expect(member(email)?.status).toBe("archived");
    await activate(id);
    await until(() => member(email)?.status === "transactional");
  });

  it("makes no contact of a customer who was never there", async () => {
    const { id } = await customers().create({ email: "never@shop-one.dev", isActive: false });
    await until(async () => (await three.stateOf("mailchimp", id)) === "skipped:inactive");
    expect(member("never@shop-one.dev")).toBeUndefined();
    await activate(id);
    await until(() => member("never@shop-one.dev"));
  });
});
