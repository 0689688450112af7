/**
 * The embedded database: PostgreSQL as WebAssembly in a folder, one process at a time. A folder that cannot be read any
 * more is moved aside and a new one begun: what it held is rebuilt from Saleor (sweep/catch-up.ts), the shop's truth was never in it.
 */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, statfs } from "node:fs/promises";
import path from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect } from "kysely";
import { fromPglite } from "pg-boss";
import lockfile from "proper-lockfile";
import type { Database, DatabaseOptions, Db } from "./db";

export class DatabaseInUse extends Error {
  constructor(dir: string, cause: unknown) {
    super(
      `The embedded database in ${dir} is in use by another process. Stop the other one, or set DATABASE_URL to a PostgreSQL server, which any number of processes may share.`,
      { cause },
    );
    this.name = "DatabaseInUse";
  }
}

export class DatabaseFolderFull extends Error {
  constructor(dir: string, cause: unknown) {
    super(`The embedded database in ${dir} could not be opened, and there is hardly any room left there. Make room and start again.`, {
      cause,
    });
    this.name = "DatabaseFolderFull";
  }
}

/** Two segments of the write-ahead log and then some. */
const ROOM_NEEDED = 64 * 1024 * 1024;

type Migrate = (db: Db) => Promise<void>;
type Opened = Pick<Database, "db" | "boss">;

export async function openPglite({ dataDir, onLockLost, log, lockWaitSeconds }: DatabaseOptions, migrate: Migrate): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const release = await lock(dataDir, lockWaitSeconds, onLockLost);
  try {
    const folder = path.join(dataDir, "pglite");
    const { db, boss } = await open(folder, migrate).catch((cause: unknown) => startAnew({ folder, migrate, cause, log }));
    const close = async () => {
      await db.destroy();
      await release();
    };
    return { db, engine: "pglite", boss, close };
  } catch (cause) {
    await release();
    throw cause;
  }
}

async function open(folder: string, migrate: Migrate): Promise<Opened> {
  const pglite = await PGlite.create({
    dataDir: folder,
    // 16 MB of buffers instead of 128: the process stays under 200 MB (toolchain measurements, 2026-11). Nobody analyzes
    // tables here, and without figures the planner sorts a whole backlog for every batch rather than read it in order.
    startParams: [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB", "-c", "enable_bitmapscan=off"],
  });
  // biome-ignore lint/complexity/noBannedTypes: see Db
  const db = new Kysely<{}>({ dialect: new PGliteDialect({ pglite }) });
  try {
    await migrate(db);
    return { db, boss: { backend: "pglite", db: fromPglite(pglite) } };
  } catch (error) {
    await db.destroy().catch(() => {});
    throw error;
  }
}

interface Unreadable {
  folder: string;
  migrate: Migrate;
  cause: unknown;
  log: DatabaseOptions["log"];
}

/** Where a new database does not open either, the fault lies elsewhere: the old folder goes back to its place. */
async function startAnew({ folder, migrate, cause, log }: Unreadable): Promise<Opened> {
  if (!existsSync(folder) || !isUnreadable(cause)) throw cause;
  if (await isFull(path.dirname(folder))) throw new DatabaseFolderFull(path.dirname(folder), cause);
  const aside = `${folder}.unreadable-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  await rename(folder, aside);
  try {
    const opened = await open(folder, migrate);
    log?.error(
      { folder: path.basename(aside), err: cause },
      "the embedded database could not be read: it was moved aside and a new one begun. Every customer is looked at again; what was waiting is found by that",
    );
    return opened;
  } catch {
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
    throw cause;
  }
}

/** A statement that the database answered with an error of ours says that it can be read; `XX` and `58` are damage (PostgreSQL's error classes). */
function isUnreadable(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code !== "string" || /^(XX|58)/.test(code);
}

async function isFull(dir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize < ROOM_NEEDED;
}

/**
 * PGlite itself has no lock: two processes on one folder silently overwrite each other (tried, 2026-11).
 * @param waitSeconds longer than a lock is stale after, so that a restart after a kill goes through.
 */
async function lock(dir: string, waitSeconds = 15, onLockLost?: (cause: Error) => void) {
  try {
    return await lockfile.lock(dir, {
      stale: 10_000,
      update: 2_000,
      retries: { retries: waitSeconds, minTimeout: 1_000, maxTimeout: 1_000 },
      onCompromised: (cause) => onLockLost?.(cause),
    });
  } catch (cause) {
    throw new DatabaseInUse(dir, cause);
  }
}
