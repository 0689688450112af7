/**
 * A PostgreSQL cluster of the tests' own: a new one in a temporary folder, on a socket and a port of its own, run by an
 * account without privileges, gone afterwards. A server that already runs on the machine is never spoken to.
 */
import { execFile } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "../scripts/free-port";

const run = promisify(execFile);

export interface Cluster {
  url: string;
  /** A new, empty database: its address. */
  database(): Promise<string>;
  drop(url: string): Promise<void>;
  /** As after a crash: connections break, and it comes back on the same address. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The folder that holds initdb and pg_ctl; null where PostgreSQL is not installed. */
const programs = findPrograms();
export const isPostgresInstalled = programs !== null;
/** Said in the name of what is skipped, so that nobody takes it for passed. */
export const onPostgres = isPostgresInstalled ? "on PostgreSQL" : "PostgreSQL is not installed: skipped";

/** `app.ts` runs on this cluster instead of the embedded database where the variable names one. */
export const CLUSTER_VARIABLE = "CRM_TEST_CLUSTER";

function findPrograms(): string | null {
  const versions = "/usr/lib/postgresql";
  const packaged = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => path.join(versions, version, "bin"))
    : [];
  const folders = [...packaged, ...(process.env.PATH ?? "").split(path.delimiter)];
  return folders.find((folder) => ["initdb", "pg_ctl", "postgres"].every((name) => existsSync(path.join(folder, name)))) ?? null;
}

/** @param options.durable as in production: every commit waits for the disk. For figures, not for tests. */
export async function startPostgres({ durable = false }: { durable?: boolean } = {}): Promise<Cluster> {
  if (!programs) throw new Error("PostgreSQL is not installed");
  const folder = mkdtempSync(path.join(tmpdir(), "crm-postgres-"));
  const account = await unprivileged();
  if (account) chownSync(folder, account.uid, account.gid);
  const as = (program: string, args: readonly string[]) => call(account, path.join(programs, program), args, folder);
  const data = path.join(folder, "data");
  const port = await freePort();
  await as("initdb", ["-D", data, "-U", "crm", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
  // Thrown away in the end: nothing has to survive a power cut.
  const careless = durable ? "-c shared_buffers=512MB -c max_wal_size=4GB" : "-c fsync=off -c full_page_writes=off";
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 ${careless} -c max_connections=200`;
  const restart = () => as("pg_ctl", ["start", "-w", "-D", data, "-l", path.join(folder, "log"), "-o", options]);
  const crash = () => as("pg_ctl", ["stop", "-m", "immediate", "-w", "-D", data]);
  await restart();
  process.once("exit", () => abandon(data, folder));
  const stop = async () => {
    // Already down where a test crashed it and went no further.
    await crash().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...onCluster(`postgres://crm@127.0.0.1:${port}/postgres`), crash, restart, stop };
}

/** A cluster that was started elsewhere: its databases. */
export function onCluster(url: string): Omit<Cluster, "crash" | "restart" | "stop"> {
  return {
    url,
    async database() {
      const name = `crm_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
      await statement(url, `create database ${name}`);
      return url.replace(/[^/]+$/, name);
    },
    drop: (database) => statement(url, `drop database if exists ${new URL(database).pathname.slice(1)} with (force)`),
  };
}

async function statement(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

interface Account {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: the package's own account, else one that owns nothing. */
async function unprivileged(): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const id = async (flag: string) => Number((await run("id", [flag, "postgres"])).stdout);
  return { uid: await id("-u").catch(() => 65_533), gid: await id("-g").catch(() => 65_533) };
}

async function call(account: Account | null, program: string, args: readonly string[], cwd: string): Promise<void> {
  await run(program, args, { cwd, env: { ...process.env, LC_ALL: "C" }, ...account });
}

/** A run that was broken off leaves no server behind. */
function abandon(data: string, folder: string): void {
  try {
    process.kill(Number(readFileSync(path.join(data, "postmaster.pid"), "utf8").split("\n")[0]), "SIGQUIT");
  } catch {
    // It was stopped as it should be.
  }
  rmSync(folder, { recursive: true, force: true });
}
