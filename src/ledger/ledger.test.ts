import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@/platform/db";
import { CLUSTER_VARIABLE, onCluster } from "../../tests/postgres";
import { freshDataDir } from "../../tests/template-db";
import { claimShops, endCatchUp, endPause, markChanged, notePause, wantCatchUp } from "./catch-up";
import { bringBack } from "./clock";
import { forgetGone } from "./compare";
import { dueLimitKeys, dueRows, markInFlight } from "./due";
import { beginErasure } from "./erasures";
import { holdersOf, releaseContacts } from "./identities";
import { acquireLease, type Lease, leaveAlone, releaseLease, renewLease } from "./lease";
import { countPending, countReasons, countStates, leftOut, runRows } from "./look";
import { expandPending, forgetDeliveries, mark, markForRun, markNow, onMarkedAgain, retryRun } from "./marks";
import type { DueRow } from "./row";
import { claimRuns, findRun, finishIfDone, lastFinishedAt, latestRun, markWalkDone, moveRun, releaseRunRows, startRun } from "./runs";
import { settle, type Verdict } from "./settle";

let folder: string;
let database: Database;
const limitKey = "mailchimp:acc";

/** On the embedded database, and once more on a server's (tests/flows/postgres.test.ts). */
beforeAll(async () => {
  folder = freshDataDir("ledger-");
  const cluster = process.env[CLUSTER_VARIABLE];
  database = await openDatabase({ dataDir: folder, ...(cluster && { databaseUrl: await onCluster(cluster).database() }) });
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  const { db } = database;
  await sql`delete from lease`.execute(db);
  await sql`delete from shop`.execute(db);
  await sql`insert into shop (id, saleor_api_url, app_id, settings_loaded) values ('s1', 'https://a/graphql/', 'app', true), ('s2', 'https://b/graphql/', 'app', false)`.execute(
    db,
  );
  await sql`insert into connection_state (id, shop_id, provider, limit_key, target, live) values ('c1', 's1', 'mailchimp', ${limitKey}, 'aud', true)`.execute(
    db,
  );
});

const one = (customerId: string, extra: { wantedAt?: Date; gone?: boolean } = {}) => ({
  shopId: "s1",
  customerId,
  wantedAt: extra.wantedAt ?? null,
  gone: extra.gone ?? false,
});
const take = (limit = 10, busy: string[] = []) => dueRows(database.db, { limitKey, limit, busy, cutOffSeconds: 120 });
async function lease(): Promise<Lease> {
  const held = await acquireLease(database.db, limitKey, "test", 30);
  if (!held) throw new Error("no lease");
  return held;
}
const inSync = (row: DueRow, change: Verdict["change"] = "created"): Verdict => ({
  row,
  state: "in_sync",
  dueInSeconds: null,
  attempts: 0,
  failingSince: null,
  reason: null,
  change,
  fingerprint: "fp",
});
const counts = async () => (await countStates(database.db, ["c1"])).get("c1") ?? {};

const u1 = { customerId: "u1", remoteKey: null, emailHmac: "h1", ownedTags: [], ownedFields: [] };
describe("marks", () => {
  it("meets history in the same way whether an event marks or a sweep does", async () => {
    const { rows } = await sql<{ text: string }>`select prosrc as text from pg_proc where proname = 'mark_due'`.execute(database.db);
    const words = (text: string) => text.replace(/\s+/g, " ").trim();
    expect(words(rows[0]!.text)).toContain(words(onMarkedAgain.compile(database.db).sql));
  });

  it("collapses a burst of events about one customer into one due row", async () => {
    const result = await mark(database.db, [one("u1"), one("u1"), one("u1")]);
    expect(result.limitKeys).toEqual([limitKey]);
    expect(await take()).toHaveLength(1);
  });

  it("marks nothing for a connection whose live sync is off", async () => {
    await sql`update connection_state set live = false`.execute(database.db);
    expect(await mark(database.db, [one("u1")])).toEqual({ limitKeys: [], unloadedShops: [], unknownShops: [] });
  });

  it("keeps marks of a shop whose connections are not known yet, and hands them on once they are", async () => {
    const result = await mark(database.db, [{ shopId: "s2", customerId: "u9", wantedAt: null, gone: true }]);
    expect(result.unloadedShops).toEqual(["s2"]);
    await sql`insert into connection_state (id, shop_id, provider, limit_key, target, live) values ('c2', 's2', 'mailchimp', 'mailchimp:other', 'aud', true)`.execute(
      database.db,
    );
    await expandPending(database.db, "s2");
    const rows = await dueRows(database.db, { limitKey: "mailchimp:other", limit: 10, busy: [], cutOffSeconds: 1 });
    expect(rows.map((row) => [row.customerId, row.goneAt !== null])).toEqual([["u9", true]]);
  });

  it("serves a waiting person before fresh changes", async () => {
    await mark(database.db, [one("u1")]);
    await markNow(database.db, "c1", "u2");
    expect((await take()).map((row) => row.customerId)).toEqual(["u2", "u1"]);
  });
});

describe("settling", () => {
  it("tries somebody new first after a failure that all may share", async () => {
    const { db } = database;
    await mark(db, [one("u1"), one("u2")]);
    const held = await lease();
    const [first] = (await take()).filter((row) => row.customerId === "u1");
    await settle(db, held, [{ ...inSync(first!), state: "retrying", dueInSeconds: -60, failingSince: new Date(), change: undefined }]);
    const taken = async (which: "any" | "probe") =>
      (await dueRows(db, { limitKey, limit: 1, which, busy: [], cutOffSeconds: 120 }))[0]?.customerId;
    expect([await taken("any"), await taken("probe")]).toEqual(["u1", "u2"]);
  });

  it("leaves a row due when it was marked again during the delivery", async () => {
    const held = await lease();
    await mark(database.db, [one("u1")]);
    const [row] = await take();
    await markInFlight(database.db, held, "c1", [u1]);
    await mark(database.db, [one("u1")]);
    await settle(database.db, held, [inSync(row as DueRow)]);
    expect((await take()).map((due) => due.customerId)).toEqual(["u1"]);
    expect(await counts()).toEqual({ waiting: 1 });
  });

  it("keeps a request to erase that came while an older delivery was on its way, and lets the request's own answer end it", async () => {
    const { db } = database;
    const held = await lease();
    await mark(db, [one("u1")]);
    const [row] = await take();
    await markInFlight(db, held, "c1", [u1]);
    const steps = [{ connectionId: "c1", provider: "mailchimp", targetName: "aud", asked: "erase" as const, isSetUp: true }];
    const id = await beginErasure(db, { shopId: "s1", customerId: "u1", person: null, staffUserId: null, keptOut: true, steps });
    const refused = (due: DueRow) => ({ ...inSync(due, null), state: "refused" as const, reason: "vendor_refused" });
    await settle(db, held, [refused(row!)]);
    const [again] = await take();
    expect(again).toMatchObject({ customerId: "u1", erasureId: id });
    await settle(db, held, [refused(again!)]);
    const { rows } = await sql<{ erasure_id: string | null }>`select erasure_id from ledger where customer_id = 'u1'`.execute(db);
    expect(rows).toEqual([{ erasure_id: null }]);
  });

  it("ends what was asked to be undone with whatever else became of the customer for good", async () => {
    const { db } = database;
    const held = await lease();
    await mark(db, [one("u1")]);
    await sql`update ledger set undo = '{"state":"asked","way":"tag","run":"r1"}' where customer_id = 'u1'`.execute(db);
    const [row] = await take();
    await settle(db, held, [{ ...inSync(row!, null), state: "refused", reason: "vendor_refused" }]);
    const { rows } = await sql`select undo from ledger where customer_id = 'u1'`.execute(db);
    expect(rows).toEqual([{ undo: null }]);
  });

  it("settles nothing under a lease that was lost", async () => {
    const old = await lease();
    await mark(database.db, [one("u1")]);
    const [row] = await take();
    await releaseLease(database.db, old);
    await lease();
    expect(await settle(database.db, old, [inSync(row as DueRow)])).toBe(0);
    expect(await markInFlight(database.db, old, "c1", [u1])).toEqual(new Set());
    expect(await renewLease(database.db, old, 30)).toBe(false);
  });

  it("does not send a row whose contact passed to somebody else since it was taken: it is read again", async () => {
    const held = await lease();
    await mark(database.db, [one("u1")]);
    await sql`update ledger set remote_key = 'k1'`.execute(database.db);
    const [row] = await take();
    await sql`update ledger set remote_key = null`.execute(database.db);
    expect((await markInFlight(database.db, held, "c1", [{ ...u1, remoteKey: row!.remoteKey }])).size).toBe(0);
    expect(await take()).toHaveLength(1);
  });

  it("hands out a row in flight again only after the vendor has cut the request", async () => {
    const held = await lease();
    await mark(database.db, [one("u1")]);
    await markInFlight(database.db, held, "c1", [u1]);
    expect(await take()).toEqual([]);
    await sql`update ledger set in_flight_at = now() - interval '121 seconds'`.execute(database.db);
    expect(await take()).toHaveLength(1);
  });

  it("never hands out what this drain already holds", async () => {
    await mark(database.db, [one("u1"), one("u2")]);
    expect((await take(10, ["c1/u1"])).map((row) => row.customerId)).toEqual(["u2"]);
  });

  it("keeps counters that add up without counting rows", async () => {
    const held = await lease();
    await mark(database.db, [one("u1"), one("u2"), one("u3")]);
    const rows = await take();
    await settle(database.db, held, [
      inSync(rows[0] as DueRow),
      { ...inSync(rows[1] as DueRow), state: "refused", reason: "address_looks_fake", change: null },
    ]);
    expect(await counts()).toEqual({ waiting: 1, in_sync: 1, refused: 1 });
    await sql`delete from ledger`.execute(database.db);
    expect(await counts()).toEqual({ waiting: 0, in_sync: 0, refused: 0 });
  });
});

describe("leases", () => {
  it("gives a key to one owner at a time, with a growing token", async () => {
    const first = await lease();
    expect(await acquireLease(database.db, limitKey, "other", 30)).toBeNull();
    await releaseLease(database.db, first);
    expect((await lease()).token).toBe(first.token + 1);
  });

  it("lets nobody at a provider that is left alone", async () => {
    const held = await lease();
    await mark(database.db, [one("u1")]);
    await leaveAlone(database.db, held, 60, 2);
    await releaseLease(database.db, held);
    expect(await dueLimitKeys(database.db)).toEqual([]);
    expect(await acquireLease(database.db, limitKey, "other", 30)).toBeNull();
  });
});

describe("runs", () => {
  it("makes one run of two starts, and counts a customer once", async () => {
    const { db } = database;
    const runId = await startRun(db, { connectionId: "c1", staffUserId: "u", driver: "page", onLeave: "pause", total: 2 });
    expect(await startRun(db, { connectionId: "c1", staffUserId: "v", driver: "page", onLeave: "pause", total: 2 })).toBe(runId);
    expect(await markForRun(db, { runId, connectionId: "c1", ids: ["u1", "u2", "u1"] })).toHaveLength(2);
    expect(await markForRun(db, { runId, connectionId: "c1", ids: ["u2"] })).toEqual([]);
    expect(await markForRun(db, { runId, connectionId: "c1", ids: ["u2", "u3"], again: true })).toHaveLength(2);
    expect(await countPending(db, "c1", ["u1", "u2", "u3"])).toBe(3);
    expect(await findRun(db, "s1", runId)).toMatchObject({ marked: 3, state: "running", total: 2 });
    expect(await findRun(db, "s2", runId)).toBeNull();
  });

  it("is finished only when every marked customer has an outcome, and says what went wrong", async () => {
    const { db } = database;
    const held = await lease();
    const runId = await startRun(db, { connectionId: "c1", staffUserId: "u", driver: "page", onLeave: "pause", total: null });
    await markForRun(db, { runId, connectionId: "c1", ids: ["u1", "u2"] });
    const rows = await take();
    await settle(db, held, [inSync(rows[0] as DueRow)]);
    await markWalkDone(db, runId, {});
    expect(await finishIfDone(db, runId)).toBe(false);
    await settle(db, held, [{ ...inSync(rows[1] as DueRow, null), state: "refused", reason: "forgotten" }]);
    expect(await finishIfDone(db, runId)).toBe(true);
    expect(await findRun(db, "s1", runId)).toMatchObject({ state: "finished", created: 1, refused: 1 });
    expect(await countReasons(db, "c1", runId)).toEqual([{ state: "refused", reason: "forgotten", count: 1 }]);
    expect(await runRows(db, "c1", { runId, after: "", limit: 10 })).toMatchObject([{ reason: "forgotten" }]);
    await retryRun(db, runId, "c1");
    expect(await findRun(db, "s1", runId)).toMatchObject({ state: "running", refused: 0 });
    expect(await take()).toHaveLength(1);
  });

  it("lets go of what was not sent when it is cancelled", async () => {
    const { db } = database;
    const runId = await startRun(db, { connectionId: "c1", staffUserId: "u", driver: "page", onLeave: "pause", total: null });
    await markForRun(db, { runId, connectionId: "c1", ids: ["u1"] });
    expect(await moveRun(db, runId, ["running", "paused"], "cancelled")).toBe(true);
    await releaseRunRows(db, runId, "c1");
    expect(await take()).toEqual([]);
    expect(await startRun(db, { connectionId: "c1", staffUserId: "u", driver: "page", onLeave: "pause", total: null })).not.toBe(runId);
  });
});

const aRun = () => ({ connectionId: "c1", staffUserId: "u", driver: "page" as const, onLeave: "pause" as const, total: null });

describe("a full sync", () => {
  it("that is cancelled leaves everybody it had not reached as they were", async () => {
    const { db } = database;
    const held = await lease();
    await mark(db, [one("u1"), one("u2"), one("u3")]);
    const [first, second, third] = (await take()) as [DueRow, DueRow, DueRow];
    const archived = { ...inSync(second, null), state: "skipped" as const, reason: "archived", fingerprint: null, remoteKey: "kept" };
    await settle(db, held, [inSync(first), archived, { ...inSync(third, null), state: "gave_up", reason: "vendor_timeout" }]);
    const runId = await startRun(db, aRun());
    await markForRun(db, { runId, connectionId: "c1", ids: ["u1", "u2", "u3", "u4"] });
    expect(await counts()).toMatchObject({ waiting: 4, in_sync: 0 });
    await moveRun(db, runId, ["running"], "cancelled");
    await releaseRunRows(db, runId, "c1");
    expect(await counts()).toMatchObject({ waiting: 0, in_sync: 1, skipped: 2, gave_up: 1 });
  });

  it("lists those who went with something left out beside those who did not go", async () => {
    const { db } = database;
    const held = await lease();
    const runId = await startRun(db, aRun());
    await markForRun(db, { runId, connectionId: "c1", ids: ["u1", "u2", "u3"] });
    const rows = (await take()) as [DueRow, DueRow, DueRow];
    const warned = (row: DueRow) => ({ ...inSync(row), reason: "tags_not_json", warnings: ["tags_not_json"] });
    await settle(db, held, [warned(rows[0]), warned(rows[1]), inSync(rows[2])]);
    expect(await countReasons(db, "c1", runId)).toEqual([{ state: "in_sync", reason: "tags_not_json", count: 2 }]);
  });

  it("lists its own: whom live sync sent in part stands apart", async () => {
    const { db } = database;
    const held = await lease();
    const runId = await startRun(db, aRun());
    await markForRun(db, { runId, connectionId: "c1", ids: ["u1"] });
    await mark(db, [one("u2"), one("u3")]);
    const verdicts = (await take()).map((row) =>
      row.customerId === "u3" ? inSync(row) : { ...inSync(row), warnings: ["tags_not_a_list"] },
    );
    await settle(db, held, verdicts);
    expect(await leftOut(db, "c1", runId)).toEqual([{ state: "in_sync", reason: "tags_not_a_list", count: 1 }]);
    expect(await leftOut(db, "c1", null)).toEqual([{ state: "in_sync", reason: "tags_not_a_list", count: 2 }]);
  });

  it("into another target counts for nothing in this one, and ends when the target changes", async () => {
    const { db } = database;
    const held = await lease();
    const moveTo = (target: string) => sql`update connection_state set target = ${target} where id = 'c1'`.execute(db);
    await moveTo("old");
    const done = await startRun(db, aRun());
    await markForRun(db, { runId: done, connectionId: "c1", ids: ["u1", "u2"] });
    await settle(
      db,
      held,
      (await take()).map((row) => inSync(row)),
    );
    await markWalkDone(db, done, {});
    await finishIfDone(db, done);
    const underWay = await startRun(db, aRun());
    await markForRun(db, { runId: underWay, connectionId: "c1", ids: ["u2"] });
    await mark(db, [one("u3")]);
    expect(await lastFinishedAt(db, "c1")).toBeInstanceOf(Date);
    await forgetDeliveries(db, "c1");
    await moveTo("new");
    expect(await counts()).toMatchObject({ in_sync: 0, waiting: 1 });
    expect(await take()).toMatchObject([{ customerId: "u3" }]);
    expect(await latestRun(db, "c1")).toBeNull();
    expect(await lastFinishedAt(db, "c1")).toBeNull();
    expect(await findRun(db, "s1", underWay)).toMatchObject({ state: "cancelled" });
    expect(await startRun(db, aRun())).not.toBe(underWay);
  });
});

describe("what comes from outside", () => {
  it("for a shop that is not there any more is not taken for kept", async () => {
    const ofStranger = { ...one("u1"), shopId: "another database's" };
    expect(await mark(database.db, [one("u2"), ofStranger])).toMatchObject({ limitKeys: [limitKey], unknownShops: [ofStranger.shopId] });
  });

  it("cannot lose the verdicts of a batch by a character that no database takes", async () => {
    const held = await lease();
    await mark(database.db, [one("u1"), one("u2")]);
    const [odd, fine] = await take();
    const verdict = { ...inSync(odd!), ownedTags: ["vi\u0000p\ud800"], vendorText: "a\u0000b" };
    expect(await settle(database.db, held, [verdict, inSync(fine!)])).toBe(2);
    expect(await counts()).toMatchObject({ in_sync: 2 });
  });

  it("gives a customer who was given up all its time again when something new is marked", async () => {
    const held = await lease();
    await mark(database.db, [one("u1")]);
    const longAgo = new Date(Date.now() - 80 * 3_600_000);
    const [row] = await take();
    await settle(database.db, held, [{ ...inSync(row!), state: "gave_up", change: null, attempts: 40, failingSince: longAgo }]);
    await mark(database.db, [one("u1")]);
    expect(await take()).toMatchObject([{ customerId: "u1", attempts: 0, failingSince: null }]);
  });

  it("is not sent once its run was cancelled, also when a drain has it in hand", async () => {
    const held = await lease();
    const run = await startRun(database.db, { connectionId: "c1", staffUserId: "s", total: 1, driver: "page", onLeave: "pause" });
    await markForRun(database.db, { runId: run, connectionId: "c1", ids: ["u1"] });
    expect(await take()).toHaveLength(1);
    await moveRun(database.db, run, ["running"], "cancelled");
    await releaseRunRows(database.db, run, "c1");
    expect((await markInFlight(database.db, held, "c1", [u1])).size).toBe(0);
  });
});

describe("a contact that another customer takes over", () => {
  const holder = async () => {
    await mark(database.db, [one("u1"), one("u2")]);
    await sql`update ledger set due_at = null, state = 'in_sync', email_hmac = 'h', remote_key = 'k', fingerprint = customer_id`.execute(
      database.db,
    );
  };
  const held = async (id: string) =>
    (await sql<{ remote_key: string | null }>`select remote_key from ledger where customer_id = ${id}`.execute(database.db)).rows[0];

  it("is not held by the one before any more, who is looked at again", async () => {
    await holder();
    await releaseContacts(database.db, "c1", ["u2"]);
    expect([await held("u1"), await held("u2")]).toEqual([{ remote_key: null }, { remote_key: "k" }]);
    expect((await take()).map((row) => row.customerId)).toEqual(["u1"]);
  });

  it("does not go to and fro for ever between two who really share an address", async () => {
    await holder();
    for (const [taker, loser, isDue] of [
      ["u2", "u1", true],
      ["u1", "u2", true],
      ["u2", "u1", false],
    ] as const) {
      await sql`update ledger set due_at = null, state = 'in_sync', remote_key = 'k', fingerprint = customer_id where customer_id = ${taker}`.execute(
        database.db,
      );
      await releaseContacts(database.db, "c1", [taker]);
      expect((await take()).map((row) => row.customerId)).toEqual(isDue ? [loser] : []);
    }
  });

  it("is not held any more by whoever was sent there without an answer", async () => {
    const lost = await lease();
    await holder();
    await sql`update ledger set email_hmac = 'before', due_at = now() where customer_id = 'u1'`.execute(database.db);
    await markInFlight(database.db, lost, "c1", [{ ...u1, remoteKey: "k", emailHmac: "h", ownedTags: ["t"] }]);
    const before = (await holdersOf(database.db, "c1", ["h"])).get("h");
    expect(before).toContainEqual({ customerId: "u1", ownedTags: ["t"], ownedFields: [], left: false });
    await releaseContacts(database.db, "c1", ["u2"]);
    expect(await held("u1")).toEqual({ remote_key: null });
    expect((await holdersOf(database.db, "c1", ["h"])).get("h")?.map((one) => one.customerId)).toEqual(["u2"]);
  });
});

describe("catch-up", () => {
  const shopRow = async () =>
    (
      await sql<{ ahead: boolean; back: boolean; due: boolean }>`
        select watermark > now() as ahead, watermark < now() - interval '1 hour' as back, catch_up_at <= now() as due
        from shop where id = 's1'`.execute(database.db)
    ).rows[0];

  it("does not lose what a resumed connection missed when a walk was under way", async () => {
    const { db } = database;
    await notePause(db, "c1");
    await sql`update connection_state set paused_at = now() - interval '5 hours'`.execute(db);
    await sql`update shop set watermark = now() - interval '20 minutes'`.execute(db);
    const [claimed] = await claimShops(db, 1);
    await endPause(db, "c1");
    await endCatchUp(db, "s1", { since: claimed!.watermark, watermark: new Date().toISOString(), nextInSeconds: 600 });
    expect(await shopRow()).toEqual({ ahead: false, back: true, due: true });
  });

  it("comes sooner for an event that names nobody, also one during a walk, but once a minute at most", async () => {
    const { db } = database;
    const inSeconds = async () =>
      Number(
        (await sql<{ s: string }>`select extract(epoch from catch_up_at - now()) as s from shop where id = 's1'`.execute(db)).rows[0]!.s,
      );
    const walked = async (claimed: { watermark: string | null }) =>
      endCatchUp(db, "s1", { since: claimed.watermark, watermark: new Date().toISOString(), nextInSeconds: 600 });
    const [first] = await claimShops(db, 1);
    await walked(first!);
    expect(await inSeconds()).toBeGreaterThan(500);
    await sql`update shop set catch_up_began_at = now() - interval '5 minutes'`.execute(db);
    await wantCatchUp(db, "s1");
    expect(await inSeconds()).toBeLessThan(3);
    await sql`update shop set catch_up_at = now()`.execute(db);
    const [second] = await claimShops(db, 1);
    await wantCatchUp(db, "s1");
    await walked(second!);
    expect(await inSeconds()).toBeGreaterThan(30);
    expect(await inSeconds()).toBeLessThan(61);
  });

  it("survives an hour in which the shop's clock was years ahead", async () => {
    const { db } = database;
    const [claimed] = await claimShops(db, 1);
    await endCatchUp(db, "s1", { since: claimed!.watermark, watermark: "2099-01-01T00:00:00Z", nextInSeconds: 600 });
    expect(await shopRow()).toEqual({ ahead: false, back: false, due: false });
    await mark(db, [one("u1")]);
    await sql`update ledger set due_at = null, seen_updated_at = '2099-01-01'`.execute(db);
    expect(await markChanged(db, "s1", [{ id: "u1", updatedAt: new Date().toISOString() }], false)).toEqual([limitKey]);
  });
});

describe("a clock that jumped ahead and back", () => {
  const longest = { retrySeconds: 90_000, catchUpSeconds: 1_200, compareSeconds: 1_000_000 };
  const then = sql.lit("2099-01-01");

  it("holds up nobody until that day: what it set goes on now, and is named once", async () => {
    const { db } = database;
    await mark(db, [one("u1"), one("u2")]);
    const runId = await startRun(db, { connectionId: "c1", staffUserId: "s", total: null, driver: "worker", onLeave: "pause" });
    await lease();
    await sql`update ledger set due_at = ${then}, state = 'retrying' where customer_id = 'u1'`.execute(db);
    await sql`update lease set until = ${then}, not_before = ${then}`.execute(db);
    await sql`update shop set catch_up_at = ${then}, compare_until = ${then} where id = 's1'`.execute(db);
    await sql`update sync_run set worker_until = ${then}`.execute(db);
    await sql`update connection_state set saving_until = ${then}`.execute(db);
    expect(await bringBack(db, longest)).toEqual([
      { what: "lease", keys: [limitKey], count: 1 },
      { what: "shop", keys: ["s1"], count: 1 },
      { what: "run", keys: [runId], count: 1 },
      { what: "connection", keys: ["c1"], count: 1 },
      { what: "customer", keys: ["c1/u1"], count: 1 },
    ]);
    expect(await dueLimitKeys(db)).toEqual([limitKey]);
    await lease();
    expect((await take()).map((row) => row.customerId).sort()).toEqual(["u1", "u2"]);
    expect((await claimShops(db, 5)).map((shop) => shop.id)).toEqual(["s1"]);
    expect((await claimRuns(db, 5)).map((run) => run.id)).toEqual([runId]);
    expect(await bringBack(db, longest)).toEqual([]);
  });

  it("leaves alone what may well be set so far ahead", async () => {
    const { db } = database;
    await mark(db, [one("u1")]);
    const held = await lease();
    await leaveAlone(db, held, 86_400, 1);
    await sql`update ledger set due_at = now() + interval '1 day'`.execute(db);
    expect(await bringBack(db, longest)).toEqual([]);
  });
});

describe("customers who are gone", () => {
  it("are forgotten after thirty days, unless something is still to be done about them", async () => {
    const { db } = database;
    await mark(
      db,
      ["old", "recent", "due", "left", "here"].map((id) => one(id)),
    );
    await sql`update ledger set state = 'gone', due_at = null, updated_at = now() - interval '31 days' where customer_id <> 'here'`.execute(
      db,
    );
    await sql`update ledger set updated_at = now() - interval '29 days' where customer_id = 'recent'`.execute(db);
    await sql`update ledger set due_at = now() where customer_id = 'due'`.execute(db);
    await sql`update ledger set left_behind = '[{"remoteKey": "r"}]' where customer_id = 'left'`.execute(db);
    await forgetGone(db);
    expect((await counts()).gone).toBe(3);
    const { rows } = await sql<{ customer_id: string }>`select customer_id from ledger order by 1`.execute(db);
    expect(rows.map((row) => row.customer_id)).toEqual(["due", "here", "left", "recent"]);
  });
});
