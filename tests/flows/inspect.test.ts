/** One customer from all sides: Saleor, what we make of it, the provider. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InspectView } from "@/dashboard/api/views";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
let id: string;
let ada: string;
beforeAll(async () => {
  town = await startConnected();
  id = town.connectionId;
  ada = (await town.saleor.customers.create({ email: "ada@shop-one.dev", firstName: "Ada", lastName: "Lovelace" })).id;
  await inSync(1);
});
afterAll(() => town.close());

const inSync = (count: number) => until(async () => (await town.page.connections.get.query({ id })).counts.inSync === count, 45_000);

async function look(customerId: string): Promise<Extract<InspectView, { kind: "record" }>> {
  const seen = await town.page.activity.inspect.query({ id, customerId });
  if (seen.kind !== "record") throw new Error(seen.reason);
  return seen;
}
const differing = (seen: Awaited<ReturnType<typeof look>>) => seen.fields.filter(({ differs }) => differs).map(({ field }) => field);

describe("the record inspector", () => {
  it("shows what Saleor says, what we send and what is there, without a difference after a delivery", async () => {
    const seen = await look(ada);
    expect(seen).toMatchObject({ deliveries: 1, skipped: null, provider: { kind: "held", status: "transactional" } });
    expect(seen.saleor).toMatchObject({ kind: "found", facts: expect.arrayContaining([{ key: "firstName", value: "Ada" }]) });
    expect(differing(seen)).toEqual([]);
    expect(seen.answers.map(({ state, change }) => [state, change])).toEqual([["in_sync", "created"]]);
  });

  it("marks what somebody changed at the provider, and Sync now takes it back", async () => {
    town.mailchimp.audience().removeTag("ada@shop-one.dev", "Saleor Import");
    expect(differing(await look(ada))).toEqual(["tags"]);
    await town.page.customers.syncNow.mutate({ connectionId: id, who: ada });
    const seen = await look(ada);
    expect(differing(seen)).toEqual([]);
    expect(seen.answers.map(({ change }) => change)).toEqual(["updated", "created"]);
  });

  it("says why a customer is not sent, before it was ever due", async () => {
    // A member of the staff who has ordered is listed among the customers.
    const staff = await town.saleor.customers.create({ email: "grace@shop-one.dev", isStaff: true, orders: 1 }, { silent: true });
    expect(await look(staff.id)).toMatchObject({ skipped: "staff", provider: { kind: "none" } });
  });

  it("tells a customer that Saleor does not know", async () => {
    expect(await look("VXNlcjo5OTk5OTk=")).toMatchObject({
      row: null,
      saleor: { kind: "not_found" },
      provider: { kind: "none" },
      fields: [],
    });
  });

  it("says that the provider could not be asked, and shows the rest all the same", async () => {
    town.mailchimp.fail({ kind: "error500" });
    const seen = await look(ada);
    expect(seen.provider).toMatchObject({ kind: "unavailable", reason: expect.any(String) });
    expect(seen.saleor.kind).toBe("found");
    town.mailchimp.heal();
  });

  it("keeps the same answer once, and no more than five", async () => {
    for (let round = 0; round < 3; round++) await town.page.customers.syncNow.mutate({ connectionId: id, who: ada });
    const { answers } = await look(ada);
    expect(answers.filter(({ change }) => change === "unchanged")).toHaveLength(1);
    expect(answers.length).toBeLessThanOrEqual(5);
  });
});
