/** A PostgreSQL server, shared by any number of processes. */
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Database, DatabaseOptions, Db } from "./db";
import { retryingDeadlocks } from "./deadlocks";

const POOL_SIZE = 10;
/** The queue's own connections; one more listens. */
const BOSS_POOL_SIZE = 3;

/**
 * No statement of ours should come near these: they end what hangs. Removing a shop with a million customers is one
 * statement and takes minutes, so the longest is long.
 */
const PATIENCE = {
  connectionTimeoutMillis: 10_000,
  statement_timeout: 300_000,
  query_timeout: 310_000,
  lock_timeout: 30_000,
  idle_in_transaction_session_timeout: 60_000,
};

export async function openPostgres(
  { databaseUrl, poolSize = POOL_SIZE, log }: DatabaseOptions & { databaseUrl: string },
  migrate: (db: Db) => Promise<void>,
): Promise<Database> {
  await migrateUnhurried(databaseUrl, migrate);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize, keepAlive: true, application_name: "saleor-crm", ...PATIENCE });
  outlive(pool, (error) => log?.warn({ error: error.name }, "a connection to the database broke"));
  // biome-ignore lint/complexity/noBannedTypes: see Db
  const db = new Kysely<{}>({ dialect: retryingDeadlocks(new PostgresDialect({ pool })) });
  const boss = { connectionString: databaseUrl, max: BOSS_POOL_SIZE };
  return { db, engine: "postgres", boss, close: () => db.destroy() };
}

/**
 * A connection that breaks emits `error`, and without a listener that ends the process. The pool listens to those that
 * rest, nobody to those in use (pg-pool 3.x); their statement fails by itself, and the pool makes a new one.
 */
function outlive(pool: pg.Pool, noted: (error: Error) => void): void {
  pool.on("error", noted);
  pool.on("connect", (client) => client.on("error", () => {}));
}

/** A migration may take long, and waits long for the process that does it: no time-outs here. */
async function migrateUnhurried(databaseUrl: string, migrate: (db: Db) => Promise<void>): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, connectionTimeoutMillis: PATIENCE.connectionTimeoutMillis });
  outlive(pool, () => {});
  // biome-ignore lint/complexity/noBannedTypes: see Db
  const db = new Kysely<{}>({ dialect: new PostgresDialect({ pool }) });
  await migrate(db).finally(() => db.destroy());
}
