/** A provider that is away for longer than we try: here after a second instead of three days. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
const emails = ["one", "two", "three"].map((name) => `${name}@shop-one.dev`);
const refused = "permanently.deleted@shop-one.dev";
beforeAll(async () => {
  const variables = { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5", GIVE_UP_HOURS: "0.0003", CATCH_UP_MINUTES: "100000" };
  town = await startConnected({ variables });
});
afterAll(() => town.close());

const member = (email: string) => town.mailchimp.audience().member(email);
const counts = async () => (await town.page.connections.get.query({ id: town.connectionId })).counts;
const unsent = () => town.page.customers.unsent.query({ connectionId: town.connectionId });
const retry = (only: Parameters<typeof town.page.customers.retry.mutate>[0]["only"]) =>
  town.page.customers.retry.mutate({ connectionId: town.connectionId, only });
const ofGivenUp = { state: "gave_up", reason: "vendor_error" } as const;

describe("an outage that is longer than we try", () => {
  it("gives up in sight: by reason, with how many", async () => {
    town.mailchimp.audience().forget(refused);
    await town.saleor.customers.create({ email: refused });
    await until(async () => (await counts()).refused === 1);
    town.mailchimp.fail({ kind: "error500" });
    for (const email of emails) await town.saleor.customers.create({ email });
    await until(async () => (await counts()).gaveUp === 3, 30_000);
    expect(await unsent()).toEqual([
      { ...ofGivenUp, count: 3 },
      { state: "refused", reason: "forgotten", count: 1 },
    ]);
  });

  it("is not tried again by itself once it is over", async () => {
    town.mailchimp.heal();
    await town.saleor.customers.create({ email: "afterwards@shop-one.dev" });
    await until(() => member("afterwards@shop-one.dev"));
    expect(emails.filter(member)).toEqual([]);
    expect((await counts()).gaveUp).toBe(3);
  });

  it("is made up for at one click: one customer, those of one reason, all", async () => {
    expect(await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: emails[0]! })).toMatchObject({
      state: "in_sync",
    });
    expect(await unsent()).toMatchObject([{ count: 2 }, { count: 1 }]);
    expect(await retry(ofGivenUp)).toEqual({ again: 2 });
    await until(() => emails.every(member));
    await until(async () => (await counts()).gaveUp === 0);
    expect((await counts()).refused).toBe(1);
    town.mailchimp.audience().subscribe(refused);
    expect(await retry(null)).toEqual({ again: 1 });
    await until(async () => (await counts()).refused === 0);
    expect(await unsent()).toEqual([]);
    expect(await retry(null)).toEqual({ again: 0 });
  });
});
