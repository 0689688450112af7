/**
 * `npm run bench:sync`: a full sync of 10,000 customers, driven by a real browser, into an empty audience and into one that
 * holds half of them already. Saleor takes 50 ms a page, Mailchimp 200 ms a call. Linux, for the server's processor time.
 */
import type { CDPSession } from "playwright-core";
import { launchChromium } from "../../scripts/chromium";
import { ensureBuild } from "../../scripts/ensure-build";
import { type Stack, startStack } from "../../scripts/stack";
import { goTo, LAST_AUDIENCE, setUp, startFullSync } from "../e2e/steps";
import { visit } from "../e2e/visit";
import { cpuMs, machine, median, rssMb } from "./machine";
import { type ServerHeap, serverHeap } from "./server-heap";
import { head, row } from "./watch";

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const CUSTOMERS = Number(process.env.BENCH_CUSTOMERS ?? 10_000);
const MEGABYTE = 2 ** 20;

interface Figures {
  seconds: number;
  contacts: number;
  saleorCalls: number;
  saleorInFlight: number;
  mailchimpCalls: number;
  mailchimpInFlight: number;
  pageGrowth: number;
  serverGrowth: number;
  serverRssGrowth: number;
  serverCpuSeconds: number;
}

await ensureBuild();
const browser = await launchChromium();
console.log(`\nnpm run bench:sync · ${machine()} · embedded database · ${CUSTOMERS} customers, median of ${RUNS}`);
console.log("Saleor 50 ms a page, Mailchimp 200 ms a call, one tag. From the click to the word Finished.\n");
head([
  "case",
  "time",
  "in audience",
  "calls to Saleor, most at once",
  "calls to Mailchimp, most at once",
  "page heap",
  "server heap",
  "server memory at its peak",
  "server CPU",
]);
row(["wanted (empty audience)", "under 5 s", "", "", "", "under +60 MB", "under +60 MB", "", ""]);
line("empty audience", await medianOf(0));
line("half of them there", await medianOf(CUSTOMERS / 2));
await browser.close();
process.exit(0);

function line(name: string, f: Figures): void {
  row([
    name,
    `${f.seconds.toFixed(1)} s`,
    f.contacts,
    `${f.saleorCalls}, ${f.saleorInFlight}`,
    `${f.mailchimpCalls}, ${f.mailchimpInFlight}`,
    `+${f.pageGrowth.toFixed(0)} MB`,
    `+${f.serverGrowth.toFixed(0)} MB`,
    `+${f.serverRssGrowth.toFixed(0)} MB`,
    `${f.serverCpuSeconds.toFixed(1)} s`,
  ]);
}

async function medianOf(known: number): Promise<Figures> {
  const all: Figures[] = [];
  for (let run = 0; run < RUNS; run++) all.push(await measure(known));
  const names = Object.keys(all[0]!) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, median(all.map((figures) => figures[name]))])) as unknown as Figures;
}

async function measure(known: number): Promise<Figures> {
  const server = await serverHeap();
  const stack = await startStack({ saleor: { customers: CUSTOMERS }, dashboard: { tokenTtlSeconds: 300 }, env: server.env });
  try {
    prepare(stack, known);
    return await runOnce(stack, server);
  } finally {
    await stack.close();
  }
}

/** Only the import tag, and nobody odd: what is measured is the road, not the refusals. */
function prepare({ saleor, mailchimp }: Stack, known: number): void {
  // Not as a change that Saleor would note: the app's own catch-up would go after it in the middle of this.
  for (const person of saleor.customers.all()) person.privateMeta = {};
  const everySecond = saleor.customers.all().filter((_person, index) => index % 2 === 0);
  mailchimp.audience(LAST_AUDIENCE).seed(everySecond.slice(0, known).map(({ email }) => ({ email, status: "subscribed" as const })));
}

async function runOnce(stack: Stack, server: ServerHeap): Promise<Figures> {
  const { saleor, mailchimp, app } = stack;
  const merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
  await setUp(merchant);
  await goTo(merchant, "Status");
  await merchant.app.getByText(/customers in Saleor/).waitFor();
  Object.assign(saleor.dials, { pageDelayMs: 50 });
  mailchimp.latencyMs = 200;
  const devtools = await merchant.context.newCDPSession(merchant.page);
  const before = { heap: await heap(devtools), server: await server.read(), rss: rssMb(app.pid), calls: mailchimp.requests.length };
  saleor.requests.length = 0;
  const memory = watch(() => rssMb(app.pid));
  const [cpu, from] = [cpuMs(app.pid), performance.now()];
  await startFullSync(merchant);
  await merchant.app
    .getByText(/^Finished/)
    .first()
    .waitFor({ timeout: 600_000 });
  const [seconds, used] = [(performance.now() - from) / 1000, (cpuMs(app.pid) - cpu) / 1000];
  const calls = mailchimp.requests.slice(before.calls);
  const figures: Figures = {
    seconds,
    contacts: mailchimp.audience(LAST_AUDIENCE).size,
    saleorCalls: saleor.requests.length,
    saleorInFlight: mostAtOnce(saleor.requests),
    mailchimpCalls: calls.length,
    mailchimpInFlight: Math.max(...calls.map((request) => request.inFlight)),
    pageGrowth: ((await heap(devtools)) - before.heap) / MEGABYTE,
    serverGrowth: ((await server.read()) - before.server) / MEGABYTE,
    serverRssGrowth: memory.stop() - before.rss,
    serverCpuSeconds: used,
  };
  await merchant.close();
  return figures;
}

/** What is held after a collection; the frame shares the page's heap, being of the same site. */
async function heap(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  return (await devtools.send("Runtime.getHeapUsage")).usedSize;
}

/** The most that was seen, four times a second. */
function watch(look: () => number): { stop(): number } {
  let most = look();
  const timer = setInterval(() => {
    most = Math.max(most, look());
  }, 250);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(most, look());
    },
  };
}

function mostAtOnce(requests: readonly { at: number; ms: number }[]): number {
  const edges = requests.flatMap(({ at, ms }) => [
    { at, step: 1 },
    { at: at + ms, step: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { step } of edges.sort((a, b) => a.at - b.at || a.step - b.step)) {
    now += step;
    most = Math.max(most, now);
  }
  return most;
}
