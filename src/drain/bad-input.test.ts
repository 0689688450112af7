/** What no release of ours writes: said once with its key, set aside, and everybody else is served. */
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DrainTown, idOf, limitKeyOf, openDrainTown } from "../../tests/drain-town";

let town: DrainTown;
const delivered: string[] = [];
beforeAll(async () => {
  town = await openDrainTown(async (_connectionId, names) => {
    delivered.push(...names);
    return "delivered";
  });
});
afterAll(() => town.close());
beforeEach(() => {
  delivered.length = 0;
  town.logged.length = 0;
});

const said = (message: string) => town.logged.filter((line) => line.message.startsWith(message));

async function serve(limitKey: string): Promise<void> {
  const drains = town.drains();
  await drains.serve(limitKey);
  await drains.stop(1_000);
}

describe("a damaged row of the ledger", () => {
  it.each([
    ["tags that are no list", "owned-tags", `owned_tags = '{"vip": true}'`],
    ["tags that are no texts", "tag-numbers", "owned_tags = '[7, null]'"],
    ["a contact left behind without a key", "left-behind", `left_behind = '[{"emailHmac": 1}]'`],
    ["an instant at the end of time", "infinity", "failing_since = 'infinity', state = 'retrying'"],
  ])("%s: the others of its batch go, and it can be sent anew", async (_what, name, damage) => {
    await town.connection(name);
    await town.mark(name, ["before", name, "after"]);
    await sql
      .raw(`update ledger set ${damage} where connection_id = '${name}' and customer_id = '${idOf(name)}'`)
      .execute(town.database.db);
    await serve(limitKeyOf(name));
    expect(await town.states(name)).toEqual({ before: "in_sync", [name]: "gave_up", after: "in_sync" });
    expect(said("ledger row not understood").map(({ level, fields }) => [level, fields.connection, fields.customer])).toEqual([
      ["error", name, idOf(name)],
    ]);
    await serve(limitKeyOf(name));
    expect(said("ledger row not understood")).toHaveLength(1);
    await town.mark(name, [name]);
    await serve(limitKeyOf(name));
    expect(await town.states(name)).toEqual({ before: "in_sync", [name]: "in_sync", after: "in_sync" });
  });

  it("an id that Saleor would refuse with all others of the page", async () => {
    await town.connection("strange-id");
    await town.mark("strange-id", ["good"]);
    await sql`insert into ledger (connection_id, customer_id, due_at) values ('strange-id', 'not an id', now())`.execute(town.database.db);
    await serve(limitKeyOf("strange-id"));
    expect(delivered).toEqual(["good"]);
    expect(said("ledger row not understood").map(({ fields }) => fields.customer)).toEqual(["not an id"]);
  });
});

describe("a mark for something unknown", () => {
  it("of a provider that this release does not have waits, and is said once", async () => {
    await town.connection("later", "of_a_later_release");
    await town.mark("later", ["waits"]);
    const limitKey = limitKeyOf("later", "of_a_later_release");
    await serve(limitKey);
    await serve(limitKey);
    expect(said("no provider of this name").map(({ fields }) => fields.limitKey)).toEqual([limitKey]);
    expect(await town.states("later")).toEqual({ waits: "waiting" });
  });

  it("of a connection whose settings Saleor does not hold any more stops that one only", async () => {
    await town.connection("forgotten");
    await town.connection("known");
    await town.mark("forgotten", ["nobody-asks"]);
    await town.mark("known", ["somebody"]);
    town.gone.add("forgotten");
    await serve(limitKeyOf("forgotten"));
    await serve(limitKeyOf("known"));
    expect(delivered).toEqual(["somebody"]);
    expect(town.stopped).toEqual([["forgotten", "reconnect", "settings_gone"]]);
    expect(said("connection stopped").map(({ fields }) => fields.connection)).toEqual(["forgotten"]);
  });
});

describe("a clock that jumped", () => {
  it("leaves nobody on the wire for ever", async () => {
    await town.connection("in-flight");
    await town.mark("in-flight", ["sent-in-2099"]);
    await sql`update ledger set in_flight = 1, in_flight_at = '2099-01-01' where connection_id = 'in-flight'`.execute(town.database.db);
    await serve(limitKeyOf("in-flight"));
    await pause(50);
    expect(delivered).toEqual(["sent-in-2099"]);
  });
});
