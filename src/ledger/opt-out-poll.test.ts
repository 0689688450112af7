import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Database, openDatabase } from "@/platform/db";
import { CLUSTER_VARIABLE, onCluster } from "../../tests/postgres";
import { freshDataDir } from "../../tests/template-db";
import { claimPoll, endPoll, keepPoll } from "./opt-out-poll";

let folder: string;
let database: Database;
beforeAll(async () => {
  folder = freshDataDir("poll-");
  const cluster = process.env[CLUSTER_VARIABLE];
  database = await openDatabase({ dataDir: folder, ...(cluster && { databaseUrl: await onCluster(cluster).database() }) });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await sql`delete from shop`.execute(database.db);
  await sql`insert into shop (id, saleor_api_url, app_id, settings_loaded) values ('s1', 'https://a/graphql/', 'app', true)`.execute(
    database.db,
  );
  await sql`insert into connection_state (id, shop_id, provider, limit_key, target, live) values
    ('c1', 's1', 'retailcrm', 'retailcrm:one', 'main', true), ('c2', 's1', 'mailchimp', 'mailchimp:one', 'aud', true)`.execute(database.db);
});

const claim = () => claimPoll(database.db, ["retailcrm"]);
const set = (what: string) => sql.raw(`update connection_state set ${what} where id = 'c1'`).execute(database.db);

it("is one process's at a time, whoever asks, and again once it ended", async () => {
  const claims = await Promise.all([1, 2, 3, 4].map(claim));
  expect(claims.filter(Boolean)).toEqual([{ connectionId: "c1", provider: "retailcrm", limitKey: "retailcrm:one", cursor: null }]);
  await endPoll(database.db, "c1", 0);
  expect(await claim()).not.toBeNull();
});

it("is taken over from a process that fell silent, at the place that was kept", async () => {
  await claim();
  await keepPoll(database.db, "c1", "7");
  expect(await claim()).toBeNull();
  await sql`update opt_out_poll set claimed_until = now() - interval '1 second'`.execute(database.db);
  expect(await claim()).toMatchObject({ cursor: "7" });
});

it("begins anew at another account or another place in it", async () => {
  await claim();
  await keepPoll(database.db, "c1", "7");
  await endPoll(database.db, "c1", 0);
  await set("target = 'other'");
  expect(await claim()).toMatchObject({ cursor: null });
});

it.each([
  ["is paused", "live = false"],
  ["needs another key", "health = 'reconnect'"],
  ["has lost its place", "health = 'target_gone'"],
])("leaves out a connection that %s", async (_, change) => {
  await set(change);
  expect(await claim()).toBeNull();
});

it("leaves out a provider that is being left alone", async () => {
  await sql`insert into lease (limit_key, owner, token, until, not_before) values ('retailcrm:one', 'x', 1, now(), now() + interval '1 minute')`.execute(
    database.db,
  );
  expect(await claim()).toBeNull();
});
