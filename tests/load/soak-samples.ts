/** What a process holds at a moment, and whether a row of such moments is flat. */
import type pg from "pg";
import type { ConnectedStack } from "./connected";
import { median } from "./machine";
import { head, row } from "./watch";

export interface Sample {
  memory: number;
  handles: number;
  files: number;
  /** By table, without what is only remembered of people who are gone. */
  rows: Record<string, number>;
}

export interface Place {
  connected: ConnectedStack;
  /** Null = the embedded database, which only the app itself can look into. */
  database: pg.Client | null;
  metricsToken: string;
}

export async function look(place: Place): Promise<Sample> {
  const { app } = place.connected.stack;
  const answer = await fetch(`${app.url}/api/metrics`, { headers: { authorization: `Bearer ${place.metricsToken}` } });
  const text = await answer.text();
  return {
    memory: metric(text, "process_resident_memory_bytes") / 2 ** 20,
    handles: metric(text, "nodejs_active_resources_total"),
    files: metric(text, "process_open_fds"),
    rows: await (place.database ? countTables(place.database) : countStates(place.connected)),
  };
}

function metric(text: string, name: string): number {
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

async function countStates({ page, connectionId }: ConnectedStack): Promise<Record<string, number>> {
  const { counts } = await page.connections.get.query({ id: connectionId });
  return { ledger: Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.gone };
}

async function countTables(database: pg.Client): Promise<Record<string, number>> {
  const { rows } = await database.query<{ table: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as table from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'pgboss') and c.relkind = 'r' order by 1`,
  );
  const counts: Record<string, number> = {};
  for (const { table } of rows) {
    const where = table === "public.ledger" ? " where state <> 'gone'" : "";
    const counted = await database.query<{ n: string }>(`select count(*) as n from ${table}${where}`);
    counts[table.replace("public.", "")] = Number(counted.rows[0]?.n);
  }
  return counts;
}

/** Noise is not growth: a tenth, and so much more whatever the size. */
const ALLOWED = { memory: 20, handles: 20, files: 10, rows: 200 } as const;

/** Prints the last third beside the third before it, once the first third has warmed everything up. @returns whether all is flat. */
export function judge(samples: readonly Sample[]): boolean {
  const tables = Object.keys(samples.at(-1)?.rows ?? {});
  const all: [what: string, pick: (sample: Sample) => number, allowed: number][] = [
    ["memory, MB", (sample) => sample.memory, ALLOWED.memory],
    ["active resources", (sample) => sample.handles, ALLOWED.handles],
    ["open files", (sample) => sample.files, ALLOWED.files],
    ...tables.map((table): [string, (sample: Sample) => number, number] => [
      `rows of ${table}`,
      (sample) => sample.rows[table] ?? 0,
      ALLOWED.rows,
    ]),
  ];
  const third = Math.floor(samples.length / 3);
  console.log("");
  head(["", "second third", "last third", "flat"]);
  return all
    .map(([what, pick, allowed]) => {
      const of = (part: readonly Sample[]) => Math.round(median(part.map(pick)));
      const [before, after] = [of(samples.slice(third, 2 * third)), of(samples.slice(2 * third))];
      const isFlat = after <= before * 1.1 + allowed;
      if (after > 0 || !isFlat) row([what, before, after, isFlat ? "yes" : "NO"]);
      return isFlat;
    })
    .every(Boolean);
}
