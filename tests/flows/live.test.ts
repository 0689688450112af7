import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected();
});
afterAll(() => town.close());

const member = (email: string) => town.mailchimp.audience().member(email);

describe("live sync", () => {
  it("brings a new customer to Mailchimp as non-subscribed, with name and import tag", async () => {
    await town.saleor.customers.create({ email: "nina@shop-one.dev", firstName: "Nina", lastName: "Berg" });
    const arrived = await until(() => member("nina@shop-one.dev"));
    expect(arrived).toMatchObject({ status: "transactional", merge_fields: { FNAME: "Nina", LNAME: "Berg" } });
    await until(() => tagsOf("nina@shop-one.dev").join() === "Saleor Import");
  });

  it("adds and removes tags as the metadata says, and leaves the merchant's own alone", async () => {
    const person = await town.saleor.customers.create({ email: "tags@shop-one.dev" });
    await until(() => member("tags@shop-one.dev"));
    town.mailchimp.audience().addTag("tags@shop-one.dev", "by hand");
    await town.saleor.customers.setPrivateMeta(person.id, { mailchimp_tags: '["vip","fair"]' });
    await until(() => tagsOf("tags@shop-one.dev").join() === "Saleor Import,by hand,fair,vip");
    await town.saleor.customers.setPrivateMeta(person.id, { mailchimp_tags: '["fair"]' });
    await until(() => tagsOf("tags@shop-one.dev").join() === "Saleor Import,by hand,fair");
  });

  it("renames the contact when the e-mail changes", async () => {
    const person = await town.saleor.customers.create({ email: "old@shop-one.dev" });
    const before = await until(() => member("old@shop-one.dev"));
    await town.saleor.customers.changeEmail(person.id, "new@shop-one.dev");
    const after = await until(() => member("new@shop-one.dev"));
    expect(after.contact_id).toBe(before.contact_id);
    expect(member("old@shop-one.dev")).toBeUndefined();
  });

  it("archives the contact of a deleted customer", async () => {
    const person = await town.saleor.customers.create({ email: "leaver@shop-one.dev" });
    await until(() => member("leaver@shop-one.dev"));
    await town.saleor.customers.delete(person.id);
    await until(() => member("leaver@shop-one.dev")?.status === "archived");
  });

  it("never writes the status of a contact that exists", async () => {
    town.mailchimp.audience().seed([{ email: "member@shop-one.dev", status: "subscribed" }]);
    await town.saleor.customers.create({ email: "member@shop-one.dev", firstName: "Mem" });
    await until(() => member("member@shop-one.dev")?.merge_fields.FNAME === "Mem");
    expect(member("member@shop-one.dev")?.status).toBe("subscribed");
    expect(town.mailchimp.statusWrites()).toEqual([]);
  });

  it("shows one customer's outcome at once, and why another was refused", async () => {
    const good = await town.saleor.customers.create({ email: "asked@shop-one.dev", firstName: "As" }, { silent: true });
    const done = await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: good.id });
    expect(done).toMatchObject({ kind: "done", state: "in_sync", change: "created", sent: { email_address: "asked@shop-one.dev" } });
    await town.saleor.customers.create({ email: "fake@example.com" }, { silent: true });
    const refused = await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: "fake@example.com" });
    expect(refused).toMatchObject({ kind: "done", state: "refused", reason: "address_looks_fake" });
    expect(done).toMatchObject({ held: { email: "asked@shop-one.dev", status: "transactional", tags: ["Saleor Import"] } });
    // Names, orders and numbers that look like an id are nobody; Saleor would refuse the whole question.
    const nobody = ["nobody@shop-one.dev", "Adam", "Adams", "42", Buffer.from("Order:1").toString("base64")];
    for (const who of nobody)
      expect(await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who }), who).toEqual({ kind: "not_found" });
    const asInTheAddressBar = encodeURIComponent(good.id);
    expect(await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: asInTheAddressBar })).toMatchObject({
      kind: "done",
      customerId: good.id,
    });
  });

  it("leaves no address, name or credential in the log", async () => {
    await town.saleor.settled();
    expect(town.app.logged()).not.toMatch(/shop-one\.dev|Nina|Berg/);
    expect(town.app.logged()).not.toContain(town.mailchimp.token());
  });
});

function tagsOf(email: string): string[] {
  return [...(member(email)?.tags ?? [])].sort();
}
