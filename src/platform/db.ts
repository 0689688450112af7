/**
 * The database: PGlite in a folder by default, PostgreSQL where DATABASE_URL is set; the same SQL on both.
 *
 * Only single statements are used after start-up, never a Kysely transaction: on PGlite all queries share one
 * connection, and a statement of somebody else would slip into an open transaction (kysely 0.29.9, PGliteDriver).
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import { Migrator } from "kysely/migration";
import pg from "pg";
import { fromPglite, type Db as BossDb } from "pg-boss";
import lockfile from "proper-lockfile";
import { migrations } from "./migrations";

// biome-ignore lint/complexity/noBannedTypes: rows are typed where they are read, by the statement that reads them
export type Db = Kysely<{}>;

export interface Database {
  db: Db;
  engine: "pglite" | "postgres";
  /** What pg-boss speaks through. */
  boss: { connectionString: string } | { backend: "pglite"; db: BossDb };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  databaseUrl?: string | undefined;
  /** Parent folder of the embedded database; made with mode 0700. */
  dataDir: string;
  /** Called when another process took the folder's lock away: nothing may be written any more. */
  onLockLost?: (cause: Error) => void;
}

export class DatabaseInUse extends Error {
  constructor(dir: string, cause: unknown) {
    super(
      `The embedded database in ${dir} is in use by another process. Stop the other one, or set DATABASE_URL to a PostgreSQL server, which any number of processes may share.`,
      { cause },
    );
    this.name = "DatabaseInUse";
  }
}

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const database = options.databaseUrl ? openPostgres(options.databaseUrl) : await openPglite(options);
  await migrate(database.db);
  return database;
}

function openPostgres(connectionString: string): Database {
  const pool = new pg.Pool({ connectionString, max: 10 });
  // biome-ignore lint/complexity/noBannedTypes: see Db
  const db = new Kysely<{}>({ dialect: new PostgresDialect({ pool }) });
  return { db, engine: "postgres", boss: { connectionString }, close: () => db.destroy() };
}

async function openPglite({ dataDir, onLockLost }: DatabaseOptions): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const release = await lock(dataDir, onLockLost);
  try {
    const pglite = await PGlite.create({
      dataDir: join(dataDir, "pglite"),
      // 16 MB of buffers instead of 128: the process stays under 200 MB (toolchain measurements, 2026-11).
      startParams: [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB"],
    });
    // biome-ignore lint/complexity/noBannedTypes: see Db
    const db = new Kysely<{}>({ dialect: new PGliteDialect({ pglite }) });
    const close = async () => {
      await db.destroy();
      await release();
    };
    return { db, engine: "pglite", boss: { backend: "pglite", db: fromPglite(pglite) }, close };
  } catch (cause) {
    await release();
    throw cause;
  }
}

/** PGlite itself has no lock: two processes on one folder silently overwrite each other (tried, 2026-11). */
async function lock(dir: string, onLockLost?: (cause: Error) => void) {
  try {
    return await lockfile.lock(dir, {
      stale: 10_000,
      update: 2_000,
      retries: { retries: 15, minTimeout: 1_000, maxTimeout: 1_000 },
      onCompromised: (cause) => onLockLost?.(cause),
    });
  } catch (cause) {
    throw new DatabaseInUse(dir, cause);
  }
}

async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** Answers whether the database takes a statement now. Never throws. */
export async function isDatabaseReady(db: Db): Promise<boolean> {
  try {
    await sql`select 1`.execute(db);
    return true;
  } catch {
    return false;
  }
}
