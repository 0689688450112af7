/** `npm run bench:burst`: live sync's delay on an idle system, and what becomes of 1,000 updates of 100 customers. */
import { startConnectedStack } from "./connected";
import { machine, median, percentile } from "./machine";
import { head, pause, row } from "./watch";

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const CHANGES = 50;
const CUSTOMERS = 100;
const ROUNDS = 10;

const { stack } = await startConnectedStack({ saleor: { customers: 0 } });
const { saleor, mailchimp } = stack;
const audience = mailchimp.audience();

async function arrived(look: () => boolean): Promise<void> {
  while (!look()) await pause(2);
}

interface Delays {
  p50: number;
  p95: number;
  worst: number;
}

/** From Saleor's change to the contact in Mailchimp; a new one takes a look and a write. */
async function delays(run: number): Promise<Delays> {
  mailchimp.latencyMs = 100;
  const all: number[] = [];
  for (let n = 0; n < CHANGES; n++) {
    const email = `live${run}.${n}@shop-one.dev`;
    const from = performance.now();
    await saleor.customers.create({ email, firstName: `N${n}` });
    await arrived(() => audience.member(email)?.merge_fields.FNAME === `N${n}`);
    all.push(performance.now() - from);
    await pause(150);
  }
  return { p50: percentile(all, 0.5), p95: percentile(all, 0.95), worst: Math.max(...all) };
}

interface Burst {
  writes: number;
  seconds: number;
}

const isWrite = (request: { method: string; path: string }) => request.method !== "GET" && request.path.includes("/members");

async function burst(run: number): Promise<Burst> {
  mailchimp.latencyMs = 200;
  const people = await Promise.all(
    Array.from({ length: CUSTOMERS }, (_, n) => saleor.customers.create({ email: `burst${run}.${n}@shop-one.dev`, firstName: "0" })),
  );
  await arrived(() => people.every((person) => (audience.member(person.email)?.tags.length ?? 0) > 0));
  // What follows behind a lagging replica.
  await pause(3_000);
  const before = mailchimp.requests.filter(isWrite).length;
  const from = performance.now();
  for (let round = 1; round <= ROUNDS; round++) {
    await Promise.all(people.map((person) => saleor.customers.update(person.id, { firstName: `${round}` })));
  }
  await saleor.settled();
  await arrived(() => people.every((person) => audience.member(person.email)?.merge_fields.FNAME === `${ROUNDS}`));
  const seconds = (performance.now() - from) / 1000;
  await pause(3_000);
  return { writes: mailchimp.requests.filter(isWrite).length - before, seconds };
}

async function medianOf<T extends object>(measure: (run: number) => Promise<T>): Promise<T> {
  const all: T[] = [];
  for (let run = 0; run < RUNS; run++) all.push(await measure(run));
  const names = Object.keys(all[0]!) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, median(all.map((figures) => Number(figures[name])))])) as T;
}

console.log(`\nnpm run bench:burst · ${machine()} · embedded database · median of ${RUNS}\n`);
const live = await medianOf(delays);
head([`live sync, ${CHANGES} changes, Mailchimp 100 ms a call`, "wanted", "measured"]);
row(["p50", "", `${live.p50.toFixed(0)} ms`]);
row(["p95", "under 2 s", `${live.p95.toFixed(0)} ms`]);
row(["the slowest", "", `${live.worst.toFixed(0)} ms`]);
console.log();
const many = await medianOf(burst);
head([`${CUSTOMERS * ROUNDS} updates of ${CUSTOMERS} customers, Mailchimp 200 ms a call`, "wanted", "measured"]);
row(["writes of contacts", "at most about 200", many.writes]);
row(["until all are at their last state", "", `${many.seconds.toFixed(1)} s`]);
await stack.close();
process.exit(0);
