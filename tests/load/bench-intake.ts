/**
 * `npm run bench:intake`: accepted webhooks a second, next to the same door answering an event that marks nobody, which
 * is the price of Next, reading and verifying alone. On both databases, or on the one that BENCH_ENGINE names.
 */
import autocannon from "autocannon";
import { type ConnectedStack, startConnectedStack } from "./connected";
import { type EngineName, enginesHere, engineTitle, openEngine } from "./engine";
import { cpuMs, machine, median } from "./machine";
import { head, row } from "./watch";

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 6);
const CUSTOMERS = 500;

interface Figures {
  perSecond: number;
  p50: number;
  p99: number;
  cpuEach: number;
  failed: number;
}

async function signed({ stack: { saleor, appId } }: ConnectedStack, body: string): Promise<autocannon.Request> {
  const draft = await saleor.draftWebhook({ appId, event: "CUSTOMER_UPDATED", customerId: saleor.customers.all()[0]?.id ?? "" });
  const headers = Object.fromEntries(new Headers(draft.headers as Record<string, string>).entries());
  return {
    method: "POST",
    path: new URL(draft.url).pathname,
    headers: { ...headers, "saleor-signature": await saleor.signWebhook(body) },
    body,
  };
}

function bodies({ stack: { saleor } }: ConnectedStack): { marking: string[]; bare: string } {
  const event = (user: { id: string } | null) => JSON.stringify({ issuedAt: new Date().toISOString(), version: saleor.version, user });
  return { marking: saleor.customers.all().map(({ id }) => event({ id })), bare: event(null) };
}

async function measure({ stack: { app } }: ConnectedStack, requests: autocannon.Request[], connections: number): Promise<Figures> {
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

async function medianOf(connected: ConnectedStack, requests: autocannon.Request[], connections: number): Promise<Figures> {
  const runs: Figures[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(connected, requests, connections));
  const of = (pick: (figures: Figures) => number) => median(runs.map(pick));
  return {
    perSecond: of((f) => f.perSecond),
    p50: of((f) => f.p50),
    p99: of((f) => f.p99),
    cpuEach: of((f) => f.cpuEach),
    failed: of((f) => f.failed),
  };
}

async function on(name: EngineName): Promise<void> {
  const engine = await openEngine(name);
  const connected = await startConnectedStack({ saleor: { customers: CUSTOMERS }, env: engine.env });
  const texts = bodies(connected);
  const marking = await Promise.all(texts.marking.map((body) => signed(connected, body)));
  const bare = [await signed(connected, texts.bare)];
  const line = (what: string, connections: number, f: Figures, base = f) =>
    row([
      what,
      engineTitle(name),
      connections,
      f.perSecond.toFixed(0),
      (f.perSecond / base.perSecond).toFixed(2),
      f.p50,
      f.p99,
      f.cpuEach.toFixed(2),
      f.failed,
    ]);
  await measure(connected, marking, 8);
  for (const connections of [8, 32]) {
    const base = await medianOf(connected, bare, connections);
    line("verifies only", connections, base);
    for (const latency of [0, 200]) {
      connected.stack.mailchimp.latencyMs = latency;
      line(`marks, provider ${latency} ms`, connections, await medianOf(connected, marking, connections), base);
    }
  }
  await connected.stack.close();
  await engine.close();
}

console.log(`\nnpm run bench:intake · ${machine()} · median of ${RUNS} runs of ${SECONDS} s, ${CUSTOMERS} customers`);
console.log("CPU each is the app process's, deliveries of the marked customers included.\n");
head(["case", "database", "concurrency", "per second", "of the bare route", "p50 ms", "p99 ms", "CPU ms each", "failed"]);
for (const name of enginesHere()) await on(name);
process.exit(0);
