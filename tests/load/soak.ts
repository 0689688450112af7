/**
 * `npm run soak`: ten minutes (SOAK_MINUTES) of changes, pages, full syncs and faults, all mixed. Prints memory, open handles
 * and rows as it goes, says at the end whether each is flat, and compares every contact with its customer. Ends with 1 where
 * something grows or is wrong. On PostgreSQL where that is installed; BENCH_ENGINE=pglite takes the embedded database.
 */
import pg from "pg";
import { findDifferences } from "../crash/differences";
import { seeded } from "../crash/load";
import { startConnectedStack } from "./connected";
import { enginesHere, engineTitle, openEngine } from "./engine";
import { machine } from "./machine";
import { type Load, startMixedLoad } from "./mixed-load";
import { judge, look, type Place, type Sample } from "./soak-samples";
import { head, pause, row } from "./watch";

const MINUTES = Number(process.env.SOAK_MINUTES ?? 10);
const CUSTOMERS = Number(process.env.SOAK_CUSTOMERS ?? 1_000);
const SEED = Number(process.env.SOAK_SEED ?? 1);
const METRICS_TOKEN = "a token for the soak";
const SAMPLE_MS = 5_000;
const CALM_WITHIN_MS = 120_000;

async function open(): Promise<Place & { close(): Promise<void> }> {
  const name = enginesHere().at(-1)!;
  const engine = await openEngine(name);
  const env = {
    METRICS_TOKEN,
    CATCH_UP_MINUTES: "0.5",
    COMPARE_HOURS: "0.05",
    RETRY_MIN_SECONDS: "0.5",
    RETRY_MAX_SECONDS: "5",
    SANDBOX_CUT_OFF_SECONDS: "2",
    // With gigabytes at hand Node does not tidy for long, and laziness would look like growth. A leak ends the process.
    NODE_OPTIONS: "--max-old-space-size=192",
    ...engine.env,
  };
  const connected = await startConnectedStack({ saleor: { customers: 0, retryScale: 0.05 }, tokenSeconds: 36_000, env });
  const { customers } = connected.stack.saleor;
  for (let n = 1; n <= CUSTOMERS; n++) await customers.create({ email: `old${n}@shop-one.dev`, firstName: `Old${n}` }, { silent: true });
  const database = engine.url ? new pg.Client({ connectionString: engine.url }) : null;
  await database?.connect();
  console.log(`\nnpm run soak · ${MINUTES} min · ${machine()} · ${engineTitle(name)} · ${CUSTOMERS} customers, seed ${SEED}\n`);
  const close = async () => {
    await database?.end();
    await connected.stack.close();
    await engine.close();
  };
  return { connected, database, metricsToken: METRICS_TOKEN, close };
}

async function sampleAll(place: Place, load: Load): Promise<Sample[]> {
  const samples: Sample[] = [];
  const from = Date.now();
  const minute = () => (Date.now() - from) / 60_000;
  head(["minute", "memory MB", "active resources", "open files", "rows", "changes", "calls to Mailchimp", "faults"]);
  while (minute() < MINUTES) {
    await pause(SAMPLE_MS);
    const sample = await look(place);
    samples.push(sample);
    if (samples.length % 12 > 0 && minute() < MINUTES) continue;
    const rows = Object.values(sample.rows).reduce((sum, count) => sum + count, 0);
    const { changes, faults } = load.counts();
    row([minute().toFixed(1), Math.round(sample.memory), sample.handles, sample.files, rows, changes, load.calls(), faults]);
  }
  return samples;
}

/** What still differs once nothing changes and nothing fails any more. */
async function differencesAtRest({ connected: { stack } }: Place, load: Load): Promise<string[]> {
  await load.stop();
  await stack.saleor.settled();
  const town = { saleor: stack.saleor, mailchimp: stack.mailchimp, kills: [] };
  const ends = Date.now() + CALM_WITHIN_MS;
  while (findDifferences(town).length > 0 && Date.now() < ends) await pause(500);
  return findDifferences(town);
}

async function main(): Promise<boolean> {
  const place = await open();
  const { stack } = place.connected;
  const load = startMixedLoad(place.connected, seeded(SEED));
  const samples = await sampleAll(place, load);
  const differences = await differencesAtRest(place, load);
  const isFlat = judge(samples);
  const statuses = stack.mailchimp.statusWrites().length;
  const errors = stack.app
    .log()
    .split("\n")
    .filter((line) => /"level":"(error|fatal)"/.test(line));
  console.log(`\n${isFlat ? "Flat." : "NOT flat."} Statuses written to existing contacts: ${statuses}.`);
  console.log(
    differences.length === 0
      ? "Every contact is as its customer."
      : `NOT as their customers: ${differences.length}, such as ${differences.slice(0, 5).join("; ")}`,
  );
  console.log(`Errors in the log: ${errors.length}${errors.length > 0 ? `, the last: ${errors.at(-1)}` : ""}`);
  await place.close();
  return isFlat && differences.length === 0 && statuses === 0;
}

process.exit((await main()) ? 0 : 1);
