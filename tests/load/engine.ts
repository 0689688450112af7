/** The database that a benchmark runs on: `BENCH_ENGINE=pglite` or `postgres` (a new cluster that waits for the disk, gone afterwards). */
import { isPostgresInstalled, startPostgres } from "../postgres";

export interface Engine {
  /** Settings of the app. */
  env: Record<string, string>;
  /** Null = embedded: only the app itself can look into it. */
  url: string | null;
  close(): Promise<void>;
}

const asked = process.env.BENCH_ENGINE === "postgres" ? "postgres" : "pglite";
const TITLES = { pglite: "embedded", postgres: "PostgreSQL" } as const;

export type EngineName = keyof typeof TITLES;
export const engineTitle = (name: EngineName = asked) => TITLES[name];

export async function openEngine(name: EngineName = asked): Promise<Engine> {
  if (name === "pglite") return { env: {}, url: null, close: async () => {} };
  const cluster = await startPostgres({ durable: true });
  const url = await cluster.database();
  return { env: { DATABASE_URL: url }, url, close: () => cluster.stop() };
}

/** Both, as far as this machine has them; or the one that was asked for. */
export const enginesHere = (): readonly EngineName[] =>
  process.env.BENCH_ENGINE ? [asked] : isPostgresInstalled ? ["pglite", "postgres"] : ["pglite"];
