/** What the overview says of a connection: its state, and numbers that add up. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConnectionView } from "@/dashboard/api/views";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({ variables: { RETRY_MIN_SECONDS: "1", RETRY_MAX_SECONDS: "1" } });
});
afterAll(() => town.close());

const look = async (): Promise<ConnectionView> => (await town.page.connections.list.query())[0]!;
const sentOf = (view: ConnectionView) => view.hours.reduce((sum, hour) => sum + hour.sent, 0);
const failedOf = (view: ConnectionView) => view.hours.reduce((sum, hour) => sum + hour.failed, 0);

describe("the overview", () => {
  it("counts what was sent and refused in the hour in which it happened", async () => {
    expect(sentOf(await look())).toBe(0);
    const { customers } = town.saleor;
    const ada = await customers.create({ email: "ada@shop-one.dev", firstName: "Ada" });
    await until(async () => sentOf(await look()) === 1);
    await customers.update(ada.id, { firstName: "Augusta" });
    await until(async () => sentOf(await look()) === 2);
    await customers.create({ email: "nobody@example.com", firstName: "Nobody" });
    const view = await until(async () => {
      const seen = await look();
      return seen.counts.refused === 1 && seen;
    });
    expect(failedOf(view)).toBe(1);
    expect(view.hours).toHaveLength(24);
    expect(Date.parse(view.hours.at(-1)!.at)).toBeGreaterThan(Date.now() - 3_700_000);
    expect(sentOf(view)).toBe(2);
  });

  it("forgets an hour that no screen shows any more, and shows only the last 24", async () => {
    await town.app.rows(`insert into delivery_hour (connection_id, hour, sent)
      values ('${town.connectionId}', date_trunc('hour', now(), 'UTC') - interval '30 hours', 500)`);
    expect(sentOf(await look())).toBe(2);
  });

  it("says that it is catching up once a change has waited for more than five minutes", async () => {
    await town.app.rows(
      `insert into ledger (connection_id, customer_id, due_at) values ('${town.connectionId}', 'VXNlcjo5OTk5', now() + interval '1 hour')`,
    );
    expect(await look()).toMatchObject({ health: "live", waitingSince: null });
    // Somebody else drains meanwhile, so that it stays due.
    await town.app.rows("update lease set until = now() + interval '1 hour', owner = 'another process', token = token + 1");
    await town.app.rows("update ledger set due_at = now() - interval '6 minutes' where customer_id = 'VXNlcjo5OTk5'");
    expect(await look()).toMatchObject({ health: "catching_up", waitingSince: expect.any(String) });
    await town.app.rows("delete from ledger where customer_id = 'VXNlcjo5OTk5'");
    await town.app.rows("update lease set until = now()");
    expect(await look()).toMatchObject({ health: "live" });
  });

  it("says since when the provider has not answered, and is well again when it does", async () => {
    town.mailchimp.fail({ kind: "error500" });
    await town.saleor.customers.create({ email: "grace@shop-one.dev", firstName: "Grace" });
    const down = await until(async () => {
      const view = await look();
      return view.health === "provider_down" && view.healthSince ? view : null;
    });
    expect(Math.abs(Date.now() - Date.parse(down.healthSince!))).toBeLessThan(60_000);
    town.mailchimp.heal();
    await until(async () => (await look()).health === "live");
    expect((await look()).healthSince).toBeNull();
  });
});
