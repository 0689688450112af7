import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@/platform/db";
import { freshDataDir } from "../../tests/template-db";
import { activityOf, activityPage, type Filter, type PageOf, reasonsOf, retryAll } from "./activity";

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = freshDataDir("activity-");
  database = await openDatabase({ dataDir: folder });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  const { db } = database;
  await sql`delete from shop`.execute(db);
  await sql`insert into shop (id, saleor_api_url, app_id) values ('s1', 'https://a/graphql/', 'app')`.execute(db);
  await sql`insert into connection_state (id, shop_id, provider, target) values ('c1', 's1', 'one', 't'), ('c2', 's1', 'two', 't')`.execute(
    db,
  );
  // Ten a second, so that many stand at the same instant; every third is refused, for one of two reasons.
  await sql`insert into ledger (connection_id, customer_id, state, reason, updated_at)
    select 'c1', 'u' || to_char(n, 'FM000'), case when n % 3 = 0 then 'refused' else 'in_sync' end,
      case when n % 6 = 0 then 'fake' when n % 3 = 0 then 'archived' end, timestamptz '2026-05-01 12:00:00Z' + (n / 10) * interval '1 second'
    from generate_series(1, 100) n`.execute(db);
  await sql`insert into ledger (connection_id, customer_id, state, reason) values ('c2', 'u001', 'refused', 'fake')`.execute(db);
});

const everybody: Filter = { states: [], reason: null };
const page = (change: Partial<PageOf> = {}) =>
  activityPage(database.db, "c1", { ...everybody, from: null, direction: "older", limit: 7, ...change });
const idsOf = (rows: { customerId: string }[]) => rows.map(({ customerId }) => customerId);

async function walk(filter: Filter): Promise<string[][]> {
  const pages: string[][] = [];
  let from: PageOf["from"] = null;
  for (;;) {
    const rows = await page({ ...filter, from });
    if (rows.length === 0) return pages;
    pages.push(idsOf(rows));
    from = rows.at(-1)!.place;
  }
}

describe("the ledger as a list", () => {
  it("shows everybody once, newest first, also where many stand at the same instant", async () => {
    const seen = (await walk(everybody)).flat();
    expect(seen).toEqual([...seen].sort().reverse());
    expect(new Set(seen).size).toBe(100);
  });

  it("pages back the way it came", async () => {
    const pages = await walk(everybody);
    const third = await page({ from: (await page({ limit: 14 })).at(-1)!.place });
    expect(idsOf(third)).toEqual(pages[2]);
    expect(idsOf(await page({ from: third[0]!.place, direction: "newer" }))).toEqual(pages[1]);
  });

  it("filters by state and by reason, and shows nobody of another connection", async () => {
    expect((await walk({ states: ["refused"], reason: null })).flat()).toHaveLength(33);
    const fake = (await walk({ states: [], reason: "fake" })).flat();
    expect(fake).toHaveLength(16);
    expect(idsOf(await activityOf(database.db, "c2", ["u001", "u002"]))).toEqual(["u001"]);
  });

  it("keeps how many stand under each reason, whatever happens to them", async () => {
    const counts = async () => Object.fromEntries((await reasonsOf(database.db, "c1")).map(({ reason, count }) => [reason, count]));
    expect(await counts()).toEqual({ archived: 17, fake: 16 });
    await sql`update ledger set reason = 'fake' where customer_id = 'u003'`.execute(database.db);
    await sql`update ledger set state = 'in_sync', reason = null where customer_id = 'u006'`.execute(database.db);
    await sql`delete from ledger where customer_id = 'u009'`.execute(database.db);
    expect(await counts()).toEqual({ archived: 15, fake: 16 });
  });

  it("tries again those under a filter and nobody else, behind fresh changes, and though live sync is off", async () => {
    const due = async () =>
      (await sql<{ customer_id: string; lane: number; force: boolean }>`select * from ledger where due_at is not null`.execute(database.db))
        .rows;
    expect(await retryAll(database.db, "c1", { states: ["refused"], reason: "fake" })).toBe(16);
    expect(new Set((await due()).map(({ lane, force }) => `${lane} ${force}`))).toEqual(new Set(["0 true"]));
    await sql`update connection_state set live = true`.execute(database.db);
    expect(await retryAll(database.db, "c1", everybody)).toBe(17);
    expect((await due()).filter(({ lane }) => lane === 2)).toHaveLength(17);
    expect(await due()).toHaveLength(33);
    expect(await retryAll(database.db, "c1", { states: ["in_sync"], reason: null })).toBe(0);
  });

  it("leaves alone what is on the wire at this moment", async () => {
    await sql`update ledger set in_flight = 1 where customer_id = 'u003'`.execute(database.db);
    expect(await retryAll(database.db, "c1", { states: ["refused"], reason: null })).toBe(32);
  });
});
