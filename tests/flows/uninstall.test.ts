import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

/** A core that tells no app of its own removal. */
const version = "3.22.67";
let town: Connected;
beforeAll(async () => {
  town = await startConnected({ version, variables: { CATCH_UP_MINUTES: "0.02" } });
});
afterAll(() => town.close());

const member = (email: string) => town.mailchimp.audience().member(email);
const paused = () => town.app.rows<{ paused_since: Date | null }>("select paused_since from shop where paused_since is not null");
const appId = () => town.saleor.installedApps().at(-1)!.id;

describe("a shop that does not know the app any more", () => {
  it("is left alone: nothing is tried, nothing given up", async () => {
    const person = await town.saleor.customers.create({ email: "known@shop-one.dev" });
    await until(() => member("known@shop-one.dev"));
    town.saleor.deactivate(appId());
    await until(async () => (await paused()).length === 1);
    const requests = town.saleor.requests.length;
    await sql`update ledger set due_at = now(), state = 'waiting', attempts = 0 where customer_id = ${person.id}`.execute(
      town.app.rooms.db,
    );
    // Longer than the worker's tick and than a catch-up.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(town.saleor.requests.length).toBe(requests);
    expect(await town.app.rows("select attempts from ledger where due_at is not null")).toEqual([{ attempts: 0 }]);
  });

  it("is served again when it does, with what happened meanwhile", async () => {
    await town.saleor.customers.create({ email: "meanwhile@shop-one.dev" }, { silent: true });
    town.saleor.activate(appId());
    await town.app.rooms.lookAtPausedShops();
    expect(await paused()).toEqual([]);
    await until(() => member("meanwhile@shop-one.dev"));
  });

  it("is kept for 30 days and then forgotten, with its token", async () => {
    town.saleor.deactivate(appId());
    await until(async () => (await paused()).length === 1);
    await sql`update shop set paused_since = now() - interval '29 days'`.execute(town.app.rooms.db);
    await town.app.rooms.lookAtPausedShops();
    expect(await town.app.rows("select 1 from connection_state")).toHaveLength(1);
    await sql`update shop set paused_since = now() - interval '31 days'`.execute(town.app.rooms.db);
    await town.app.rooms.lookAtPausedShops();
    for (const table of ["shop", "connection_state", "ledger"]) expect(await town.app.rows(`select 1 from ${table}`)).toEqual([]);
    expect(await town.app.rooms.apl.getAll()).toEqual([]);
  });
});
