import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

const variables = { CATCH_UP_MINUTES: "0.02" };
let town: Connected;
beforeAll(async () => {
  town = await startConnected({ variables });
});
afterAll(() => town.close());

const member = (email: string) => town.mailchimp.audience().member(email);

describe("catch-up", () => {
  it("heals changes whose webhooks never arrived", async () => {
    const person = await town.saleor.customers.create({ email: "lost@shop-one.dev", firstName: "Lo" }, { silent: true });
    await until(() => member("lost@shop-one.dev"));
    await town.saleor.customers.setPrivateMeta(person.id, { mailchimp_tags: '["late"]' }, { silent: true });
    await until(() => member("lost@shop-one.dev")?.tags.includes("late"));
  });

  it("keeps logins from the provider, though they move updatedAt", async () => {
    const person = await town.saleor.customers.create({ email: "regular@shop-one.dev" });
    await until(() => member("regular@shop-one.dev")?.tags.length === 1);
    const writes = town.mailchimp.requests.length;
    await town.saleor.customers.login(person.id);
    await until(() => readSince(person.updatedAt));
    expect(town.mailchimp.requests.length).toBe(writes);
  });

  it("looks again after Saleor could not be asked", async () => {
    town.saleor.fail({ kind: "error500", operation: "CustomerIdsUpdated", times: 1 });
    const unseen = await town.saleor.customers.create({ email: "unseen@shop-one.dev" }, { silent: true });
    await until(() => town.app.logged().includes("catch-up broke off"));
    // The mark stays behind whom the broken walk did not come to.
    const [shop] = await town.app.rows<{ watermark: Date }>("select watermark from shop");
    expect(shop!.watermark.getTime()).toBeLessThan(unseen.updatedAt / 1000);
    await town.app.rows("update shop set catch_up_at = now()");
    await until(() => member("unseen@shop-one.dev"));
  });
});

/** The drain has read the customer as of after the login. */
async function readSince(updatedAt: number): Promise<boolean> {
  const rows = await town.app.rows<{ seen_updated_at: Date }>("select max(seen_updated_at) as seen_updated_at from ledger");
  return (rows[0]?.seen_updated_at.getTime() ?? 0) * 1000 > updatedAt;
}

describe("a pause of live sync", () => {
  it("is made up for when it ends", async () => {
    await town.page.connections.setLive.mutate({ id: town.connectionId, live: false });
    const person = await town.saleor.customers.create({ email: "meanwhile@shop-one.dev", firstName: "Me" });
    await town.saleor.settled();
    await until(() => town.app.logged().split('"caught up"').length > 2);
    expect(member("meanwhile@shop-one.dev")).toBeUndefined();
    await town.page.connections.setLive.mutate({ id: town.connectionId, live: true });
    await until(() => member("meanwhile@shop-one.dev")?.merge_fields.FNAME === person.firstName);
  });
});

describe("an address that somebody edits in Saleor", () => {
  it("has its customer looked at soon, though the event says of nobody whose it is and the next catch-up is far away", async () => {
    const person = await town.saleor.customers.create({ email: "moved@shop-one.dev" });
    await until(() => member("moved@shop-one.dev"));
    await until(async () => (await town.app.rows("select 1 from shop where catch_up_until is not null")).length === 0);
    await town.app.rows("update shop set catch_up_at = now() + interval '1 hour', catch_up_began_at = now() - interval '1 hour'");
    const edited = await town.saleor.customers.editAddress(person.id, { phone: "+4930901820" });
    await until(() => readSince(edited.updatedAt - 1_000));
  });
});
