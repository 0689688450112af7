/**
 * The database: PGlite in a folder by default, PostgreSQL where DATABASE_URL is set; the same SQL on both.
 *
 * Only single statements are used after start-up, never a Kysely transaction: on PGlite all queries share one
 * connection, and a statement of somebody else would slip into an open transaction (kysely 0.29.9, PGliteDriver).
 */
import { type Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import type { Db as BossDb } from "pg-boss";
import { env } from "./env";
import { type Log, log } from "./log";
import { migrations } from "./migrations";
import { openPglite } from "./pglite";
import { openPostgres } from "./postgres";

// biome-ignore lint/complexity/noBannedTypes: rows are typed where they are read, by the statement that reads them
export type Db = Kysely<{}>;

export interface Database {
  db: Db;
  engine: "pglite" | "postgres";
  /** What pg-boss speaks through. */
  boss: { connectionString: string; max: number } | { backend: "pglite"; db: BossDb };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  databaseUrl?: string | undefined;
  /** Connections of this process, without the few of the queue. */
  poolSize?: number;
  /** Parent folder of the embedded database; made with mode 0700. */
  dataDir: string;
  lockWaitSeconds?: number;
  /** Called when another process took the folder's lock away: nothing may be written any more. */
  onLockLost?: (cause: Error) => void;
  log?: Pick<Log, "warn" | "error">;
}

const holder = globalThis as { __crmDatabase?: Promise<Database> };

/** The process's database, as the environment names it. A failed start is tried again by the next caller. */
export function sharedDatabase(): Promise<Database> {
  holder.__crmDatabase ??= openShared().catch((error: unknown) => {
    holder.__crmDatabase = undefined;
    throw error;
  });
  return holder.__crmDatabase;
}

export async function closeSharedDatabase(): Promise<void> {
  const open = holder.__crmDatabase;
  holder.__crmDatabase = undefined;
  await (await open)?.close();
}

function openShared(): Promise<Database> {
  const settings = env();
  return openDatabase({
    databaseUrl: settings.DATABASE_URL,
    poolSize: settings.DATABASE_POOL_SIZE,
    dataDir: settings.DATA_DIR,
    log: log(),
    onLockLost: () => {
      log().fatal("another process took over the embedded database: stopping before anything is overwritten");
      process.exit(1);
    },
  });
}

export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.databaseUrl ? openPostgres({ ...options, databaseUrl: options.databaseUrl }, migrate) : openPglite(options, migrate);
}

/** Of several processes that start at once one migrates, the others wait for it (kysely's advisory lock). */
async function migrate(db: Db): Promise<void> {
  const all = { ...migrations, ...(await ofLaterReleases(db)) };
  // Each only adds, so that one numbered between two that have run may still come after them.
  const migrator = new Migrator({ db, provider: { getMigrations: async () => all }, allowUnorderedMigrations: true });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/**
 * Kysely refuses a database that knows more migrations than we do. Ours only add, so that the release before still works:
 * during a deployment, and when somebody goes back to it.
 */
async function ofLaterReleases(db: Db): Promise<typeof migrations> {
  const found = await sql<{ there: boolean }>`select to_regclass('kysely_migration') is not null as there`.execute(db);
  if (!found.rows[0]?.there) return {};
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const later = rows.filter(({ name }) => !(name in migrations));
  return Object.fromEntries(later.map(({ name }) => [name, { up: async () => {} }]));
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
