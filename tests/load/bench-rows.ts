/**
 * `npm run bench:rows -- 1000000`: what a ledger of so many customers takes on a real PostgreSQL, table and indexes, when all
 * are delivered and when all are due; and what the statements that run all the time cost on it.
 */
import { sql } from "kysely";
import { dueLimitKeys, dueRows } from "@/ledger/due";
import { countStates } from "@/ledger/look";
import { mark } from "@/ledger/marks";
import { type Db, openDatabase } from "@/platform/db";
import { startPostgres } from "../postgres";
import { machine } from "./machine";
import { atMost, head, row } from "./watch";

const ROWS = Number(process.argv[2] ?? 1_000_000);
const CONNECTION = "c0nnect10nOfTypicalLen";

/** As a full sync leaves them: ids, hashes and keys as long as ours are. */
async function fill(db: Db): Promise<void> {
  await sql`insert into shop (id, saleor_api_url, app_id, settings_loaded) values ('sh0pOfTypicalLength000', 'https://shop-one.dev/graphql/', 'QXBwOjE=', true)`.execute(
    db,
  );
  await sql`insert into connection_state (id, shop_id, provider, limit_key, target, live)
    values (${CONNECTION}, 'sh0pOfTypicalLength000', 'mailchimp', 'mailchimp:8d3a3db4d97663a9074efcc16', 'a1b2c3d4e5', true)`.execute(db);
  await sql`
    insert into ledger (connection_id, customer_id, state, fingerprint, remote_key, email_hmac, owned_tags, owned_fields, deliveries, change, seen_run, delivered_at, read_at, seen_updated_at, historic)
    select ${CONNECTION}, replace(encode(convert_to('User:' || n, 'UTF8'), 'base64'), E'\n', ''), 'in_sync', left(md5(n::text), 22), md5('r' || n),
      left(md5('a' || n) || md5('b' || n), 27), '["Saleor Import", "vip"]', '["FNAME", "LNAME"]', 1, 'created', 'run_0123456789ab', now(), now(), now(), true
    from generate_series(1, ${sql.lit(ROWS)}) n`.execute(db);
}

async function sizes(db: Db): Promise<Map<string, number>> {
  const { rows } = await sql<{ name: string; bytes: string }>`
    select c.relname as name, pg_relation_size(c.oid) as bytes from pg_class c
    where c.oid = 'ledger'::regclass or c.oid in (select indexrelid from pg_index where indrelid = 'ledger'::regclass)
    order by c.relkind desc, c.relname`.execute(db);
  return new Map(rows.map(({ name, bytes }) => [name, Number(bytes) / ROWS]));
}

async function timed(what: string, act: () => Promise<unknown>): Promise<void> {
  await act();
  const took: number[] = [];
  for (let n = 0; n < 5; n++) {
    const from = performance.now();
    await act();
    took.push(performance.now() - from);
  }
  row([what, `${Math.min(...took).toFixed(1)} ms`]);
}

async function main(): Promise<void> {
  atMost(Number(process.env.BENCH_MINUTES ?? 20));
  const cluster = await startPostgres({ durable: true });
  const { db, close } = await openDatabase({ databaseUrl: await cluster.database(), dataDir: "" });
  await fill(db);
  await sql`vacuum analyze ledger`.execute(db);
  const atRest = await sizes(db);
  await sql`update ledger set due_at = now(), state = 'waiting', lane = 2`.execute(db);
  await sql`vacuum full analyze ledger`.execute(db);
  const allDue = await sizes(db);
  console.log(`\nnpm run bench:rows -- ${ROWS} · ${machine()} · PostgreSQL\n`);
  head(["ledger", "bytes a customer, delivered", "bytes a customer, all of them due"]);
  for (const [name, bytes] of atRest) row([name, bytes.toFixed(0), (allDue.get(name) ?? 0).toFixed(0)]);
  const sum = (all: Map<string, number>) => [...all.values()].reduce((total, bytes) => total + bytes, 0).toFixed(0);
  row(["together", sum(atRest), sum(allDue)]);
  console.log(`\nWith ${ROWS.toLocaleString("en")} customers due:\n`);
  head(["statement", "time"]);
  await timed("limit keys that have something due (every 2 s)", () => dueLimitKeys(db));
  const take = { limitKey: "mailchimp:8d3a3db4d97663a9074efcc16", limit: 500, busy: [], cutOffSeconds: 120 };
  await timed("the next 500 customers", () => dueRows(db, take));
  await timed("the next 500 fresh ones", () => dueRows(db, { ...take, which: "fresh" }));
  await timed("counters of a page", () => countStates(db, [CONNECTION]));
  const marks = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      shopId: "sh0pOfTypicalLength000",
      customerId: Buffer.from(`User:${n + 1}`).toString("base64"),
      wantedAt: new Date(),
      gone: false,
    }));
  await timed("one mark", () => mark(db, marks(1)));
  await timed("100 marks in one statement", () => mark(db, marks(100)));
  await close();
  await cluster.stop();
  process.exit(0);
}

await main();
