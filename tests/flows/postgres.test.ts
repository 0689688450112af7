/** What the flows show on the embedded database holds on PostgreSQL: the same files, run again on a cluster of our own. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/platform/db";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import { startConnected, until } from "./app";

let cluster: Cluster | undefined;

describe.skipIf(!isPostgresInstalled)(onPostgres, () => {
  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
  });
  afterAll(async () => {
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });

  it("says a statement again that the server ended because of a deadlock", async () => {
    const url = await cluster!.database();
    const { db, close } = await openDatabase({ databaseUrl: url, dataDir: "" });
    await sql`create table two (id int primary key, n int not null)`.execute(db);
    await sql`insert into two values (1, 0), (2, 0)`.execute(db);
    const crossing = (first: number, second: number) =>
      sql
        .raw(
          `do $$ begin update two set n = n + 1 where id = ${first}; perform pg_sleep(0.3); update two set n = n + 1 where id = ${second}; end $$`,
        )
        .execute(db);
    await Promise.all([crossing(1, 2), crossing(2, 1)]);
    expect((await sql`select n from two`.execute(db)).rows).toEqual([{ n: 2 }, { n: 2 }]);
    await close();
  });

  it("opens a database that a later release has added to", async () => {
    const url = await cluster!.database();
    const first = await openDatabase({ databaseUrl: url, dataDir: "" });
    await sql`insert into kysely_migration (name, timestamp) values ('9999_of_a_later_release', '2099')`.execute(first.db);
    await first.close();
    const again = await openDatabase({ databaseUrl: url, dataDir: "" });
    expect((await sql`select 1 from shop`.execute(again.db)).rows).toEqual([]);
    await again.close();
  });

  it("outlives a crash of the server: what it could not keep is sent again or caught up with", { timeout: 120_000 }, async () => {
    const town = await startConnected({ variables: { CATCH_UP_MINUTES: "0.02" } });
    try {
      await town.saleor.customers.create({ email: "before@shop-one.dev" });
      await cluster!.crash();
      await town.saleor.customers.create({ email: "meanwhile@shop-one.dev" });
      await until(() => town.saleor.deliveries.some((delivery) => delivery.attempts.some((attempt) => attempt.answer === 503)));
      await cluster!.restart();
      await until(() => ["before", "meanwhile"].every((name) => town.mailchimp.audience().member(`${name}@shop-one.dev`)), 50_000);
    } finally {
      // The rooms are one per process: whoever leaves them open spoils every file that follows.
      await town.close();
    }
  });

  describe("live", async () => void (await import("./live.test")));
  describe("full sync", async () => void (await import("./full-sync.test")));
  describe("in the background", async () => void (await import("./background.test")));
  describe("catch-up", async () => void (await import("./catch-up.test")));
  describe("downtime", async () => void (await import("./downtime.test")));
  describe("comparison", async () => void (await import("./compare.test")));
  describe("a shop that goes", async () => void (await import("./uninstall.test")));
  describe("the ledger", async () => void (await import("../../src/ledger/ledger.test")));
});
