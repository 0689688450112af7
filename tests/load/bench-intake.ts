/**
 * `npm run bench:intake`: accepted webhooks a second, next to the same door answering an event that marks nobody, which
 * is the price of Next, reading and verifying alone.
 */
import autocannon from "autocannon";
import { startConnectedStack } from "./connected";
import { cpuMs, machine, median } from "./machine";

const RUNS = 3;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);
const CUSTOMERS = 500;

interface Figures {
  perSecond: number;
  p50: number;
  p99: number;
  cpuEach: number;
  failed: number;
}

const { stack } = await startConnectedStack({ saleor: { customers: CUSTOMERS } });
const { saleor, app, appId, mailchimp } = stack;

async function signed(body: string): Promise<autocannon.Request> {
  const draft = await saleor.draftWebhook({ appId, event: "CUSTOMER_UPDATED", customerId: saleor.customers.all()[0]?.id ?? "" });
  const headers = Object.fromEntries(new Headers(draft.headers as Record<string, string>).entries());
  return {
    method: "POST",
    path: new URL(draft.url).pathname,
    headers: { ...headers, "saleor-signature": await saleor.signWebhook(body) },
    body,
  };
}

const marking = await Promise.all(
  saleor.customers
    .all()
    .map((person) => signed(JSON.stringify({ issuedAt: new Date().toISOString(), version: saleor.version, user: { id: person.id } }))),
);
const bare = [await signed(JSON.stringify({ issuedAt: new Date().toISOString(), version: saleor.version, user: null }))];

async function measure(requests: autocannon.Request[], connections: number): Promise<Figures> {
  const cpu = cpuMs(app.pid);
  const result = await autocannon({ url: app.url, connections, duration: SECONDS, requests });
  const used = cpuMs(app.pid) - cpu;
  return {
    perSecond: result["2xx"] / SECONDS,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuEach: used / Math.max(1, result["2xx"]),
    failed: result.non2xx + result.errors,
  };
}

async function medianOf(requests: autocannon.Request[], connections: number): Promise<Figures> {
  const runs: Figures[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(requests, connections));
  const of = (pick: (figures: Figures) => number) => median(runs.map(pick));
  return {
    perSecond: of((f) => f.perSecond),
    p50: of((f) => f.p50),
    p99: of((f) => f.p99),
    cpuEach: of((f) => f.cpuEach),
    failed: of((f) => f.failed),
  };
}

await measure(marking, 8);
console.log(`\nnpm run bench:intake · ${machine()} · embedded database · median of ${RUNS} runs of ${SECONDS} s, ${CUSTOMERS} customers`);
console.log("CPU each is the app process's, deliveries of the marked customers included.\n");
console.log("| case | concurrency | per second | of the bare route | p50 ms | p99 ms | CPU ms each | failed |");
console.log("|---|---|---|---|---|---|---|---|");
const line = (name: string, connections: number, f: Figures, base?: Figures) =>
  console.log(
    `| ${name} | ${connections} | ${f.perSecond.toFixed(0)} | ${base ? (f.perSecond / base.perSecond).toFixed(2) : "1.00"} | ${f.p50} | ${f.p99} | ${f.cpuEach.toFixed(2)} | ${f.failed} |`,
  );
for (const connections of [8, 32]) {
  const base = await medianOf(bare, connections);
  line("verifies only", connections, base);
  for (const latency of [0, 200]) {
    mailchimp.latencyMs = latency;
    line(`marks, provider ${latency} ms`, connections, await medianOf(marking, connections), base);
  }
}
await stack.close();
process.exit(0);
