/**
 * `npm run bench:background -- 10000 100000`: full syncs in the background into an empty audience, next to the
 * arithmetical floor: Saleor's pages and Mailchimp's batches over the requests that may be in flight. BENCH_LATENCY=0 lets
 * both answer at once (`-- 1000000`), BENCH_ENGINE=postgres takes a server, BENCH_RUNS sets the number of runs (median).
 */
import { type ConnectedStack, startConnectedStack } from "./connected";
import { engineTitle, openEngine } from "./engine";
import { machine, median } from "./machine";
import { atMost, head, pause, row, watchProcess } from "./watch";

const SIZES = process.argv.slice(2).map(Number).filter(Boolean);
const RUNS = Number(process.env.BENCH_RUNS ?? 1);
const isInstant = process.env.BENCH_LATENCY === "0";
const [PAGE_MS, CALL_MS] = isInstant ? [0, 0] : [50, 200];
/** What the app allows itself: customers a page and pages at once; contacts a call and calls at once (from 4 up to 6). */
const SALEOR = { page: 100, inFlight: 4 };
const MAILCHIMP = { batch: 500, inFlight: 6 };

interface Figures {
  seconds: number;
  rssBefore: number;
  rssGrowth: number;
  cpuShare: number;
  pages: number;
  calls: number;
}

/** Every customer is listed and read once; every contact is created and given one tag. */
function floorSeconds(customers: number): number {
  const pages = (2 * Math.ceil(customers / SALEOR.page) * PAGE_MS) / SALEOR.inFlight;
  const calls = (2 * Math.ceil(customers / MAILCHIMP.batch) * CALL_MS) / MAILCHIMP.inFlight;
  return Math.max(pages, calls) / 1000;
}

async function onceAtRest({ stack, page, connectionId }: ConnectedStack): Promise<Figures> {
  const { saleor, mailchimp, app } = stack;
  Object.assign(saleor.dials, { pageDelayMs: PAGE_MS });
  mailchimp.latencyMs = CALL_MS;
  saleor.requests.length = 0;
  mailchimp.requests.length = 0;
  const used = watchProcess(() => app.pid);
  const from = performance.now();
  const { id } = await page.runs.start.mutate({ connectionId, total: null, driver: "worker" });
  let run = await page.runs.get.query({ runId: id });
  while (run.state === "running") {
    await pause(200);
    run = await page.runs.get.query({ runId: id });
  }
  const seconds = (performance.now() - from) / 1000;
  if (run.state !== "finished" || run.refused + run.gaveUp > 0) throw new Error(`not finished well: ${JSON.stringify(run)}`);
  const { rssBefore, rssPeak, cpuShare } = used.stop();
  return { seconds, rssBefore, rssGrowth: rssPeak - rssBefore, cpuShare, pages: saleor.requests.length, calls: mailchimp.requests.length };
}

/** Nobody odd and no tag but the import's: what is measured is the road, not the refusals. */
function makePlain({ stack: { saleor } }: ConnectedStack): void {
  for (const person of saleor.customers.all())
    Object.assign(person, { privateMeta: {}, isStaff: false, email: `c${person.pk}@shop-one.dev`, isActive: true });
}

async function measure(customers: number): Promise<Figures> {
  const engine = await openEngine();
  const connected = await startConnectedStack({ saleor: { customers }, live: false, tokenSeconds: 14_400, env: engine.env });
  try {
    makePlain(connected);
    return await onceAtRest(connected);
  } finally {
    await connected.stack.close();
    await engine.close();
  }
}

async function main(): Promise<void> {
  atMost(Number(process.env.BENCH_MINUTES ?? 60));
  const latency = isInstant ? "both at once" : `Saleor ${PAGE_MS} ms a page, Mailchimp ${CALL_MS} ms a call`;
  console.log(`\nnpm run bench:background · ${machine()} · ${latency} · median of ${RUNS}, stand-ins on the same cores\n`);
  head([
    "customers",
    "database",
    "time",
    "floor",
    "times the floor",
    "customers/s",
    "memory before, growth at most",
    "CPU of the app",
    "calls to Saleor",
    "to Mailchimp",
  ]);
  let before: { customers: number; seconds: number } | null = null;
  for (const customers of SIZES.length > 0 ? SIZES : [10_000]) {
    const runs: Figures[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await measure(customers));
    const of = (pick: (figures: Figures) => number) => median(runs.map(pick));
    const [seconds, floor] = [of((f) => f.seconds), floorSeconds(customers)];
    row([
      customers.toLocaleString("en"),
      engineTitle(),
      `${seconds.toFixed(1)} s`,
      floor === 0 ? "–" : `${floor.toFixed(1)} s`,
      floor === 0 ? "–" : (seconds / floor).toFixed(2),
      Math.round(customers / seconds).toLocaleString("en"),
      `${of((f) => f.rssBefore)} MB, +${of((f) => f.rssGrowth)} MB`,
      `${Math.round(of((f) => f.cpuShare) * 100)} % of a core`,
      of((f) => f.pages),
      of((f) => f.calls),
    ]);
    if (before)
      console.log(
        `${(customers / before.customers).toFixed(0)} times the customers in ${(seconds / before.seconds).toFixed(1)} times the time`,
      );
    before = { customers, seconds };
  }
  process.exit(0);
}

await main();
