/** Looking up what became of each customer, trying again, taking rows along. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
let id: string;
beforeAll(async () => {
  town = await startConnected();
  id = town.connectionId;
  for (const name of ["ada", "grace", "edsger"]) await town.saleor.customers.create({ email: `${name}@shop-one.dev`, firstName: name });
  await town.saleor.customers.create({ email: "nobody@example.com", firstName: "Nobody" });
  await town.saleor.customers.create({ email: "signed-up-a-lot@shop-one.dev", firstName: "Often" });
  await until(async () => {
    const { counts } = await town.page.connections.get.query({ id });
    return counts.inSync === 3 && counts.refused + counts.retrying === 2;
  });
});
afterAll(() => town.close());

const page = (filter: object = {}) => town.page.activity.page.query({ id, limit: 2, ...filter });

describe("the activity of a connection", () => {
  /** Again where a second try of somebody moved a row meanwhile. */
  it("can be paged to its end and back", { retry: 3 }, async () => {
    const first = await page();
    expect(first).toMatchObject({ newer: null, older: expect.any(String) });
    const second = await page({ after: first.older });
    const last = await page({ after: second.older });
    expect(last.older).toBeNull();
    const seen = [first, second, last].flatMap(({ rows }) => rows.map(({ customerId }) => customerId));
    expect(new Set(seen).size).toBe(5);
    expect((await page({ before: last.newer })).rows).toEqual(second.rows);
    expect(await page({ before: second.newer })).toEqual(first);
  });

  it("begins at the top for a place that it never gave out", async () => {
    expect(await page({ after: "bm9uc2Vuc2U" })).toEqual(await page());
  });

  it("says why, under a filter, and holds no name and no address", async () => {
    const { rows } = await page({ state: "refused" });
    expect(rows.map(({ reason }) => reason).sort()).toEqual(expect.arrayContaining(["address_looks_fake"]));
    expect(JSON.stringify(rows)).not.toMatch(/example\.com|shop-one|Nobody/);
    const reasons = await town.page.activity.reasons.query({ id });
    expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  it("tries everybody who was not sent again: what is taken by now goes through, the rest is refused again", async () => {
    town.mailchimp.allowSignups();
    expect(await town.page.activity.retry.mutate({ id })).toEqual({ tried: 2 });
    await until(async () => {
      const { counts } = await town.page.connections.get.query({ id });
      return counts.inSync === 4 && counts.refused === 1;
    });
    expect(town.mailchimp.audience().member("signed-up-a-lot@shop-one.dev")).toBeTruthy();
  });

  it("looks at the provider for one customer when asked, though nothing changed here", async () => {
    const ada = town.saleor.customers.findByEmail("ada@shop-one.dev")!;
    town.mailchimp.audience().archive("ada@shop-one.dev");
    await town.page.activity.retryOne.mutate({ id, customerId: ada.id });
    await until(async () => {
      const [row] = await town.page.activity.of.query({ id, customerIds: [ada.id] });
      return row?.state === "skipped" && row.reason === "archived";
    });
  });

  it("writes down who took rows along, and whether with names", async () => {
    const { rows, next } = await town.page.activity.export.mutate({ id, withNames: true });
    expect([rows.length, next]).toEqual([5, null]);
    const [entry] = await town.app.rows<{ action: string; staff_user_id: string; detail: object }>(
      "select * from audit where action = 'exported'",
    );
    expect(entry).toMatchObject({ action: "exported", staff_user_id: expect.any(String), detail: { withNames: true } });
  });
});
