/**
 * `npm run bench:live -- 100000`: how long a fresh change takes to its contact while a background full sync of so many
 * customers goes on. Every other change is a new customer (two calls), the others rename one.
 */
import { startConnectedStack } from "./connected";
import { engineTitle, openEngine } from "./engine";
import { machine, percentile } from "./machine";
import { atMost, head, pause, row } from "./watch";

const CUSTOMERS = Number(process.argv[2] ?? 100_000);
const [PAGE_MS, CALL_MS] = [50, 200];
const EVERY_MS = 400;

async function main(): Promise<void> {
  atMost(Number(process.env.BENCH_MINUTES ?? 30));
  const engine = await openEngine();
  const { stack, page, connectionId } = await startConnectedStack({ saleor: { customers: CUSTOMERS }, env: engine.env });
  const { saleor, mailchimp } = stack;
  for (const person of saleor.customers.all())
    Object.assign(person, { privateMeta: {}, isStaff: false, email: `c${person.pk}@shop-one.dev` });
  const known = await saleor.customers.create({ email: "renamed@shop-one.dev" });
  while (!mailchimp.audience().member(known.email)) await pause(50);
  Object.assign(saleor.dials, { pageDelayMs: PAGE_MS });
  mailchimp.latencyMs = CALL_MS;
  const { id } = await page.runs.start.mutate({ connectionId, total: null, driver: "worker" });
  const from = performance.now();
  const delays: number[] = [];
  const open = new Set<Promise<void>>();
  let isRunning = true;
  for (let n = 0; isRunning; n++) {
    const work = change(n).finally(() => open.delete(work));
    open.add(work);
    await pause(EVERY_MS);
    if (n % 5 === 0) isRunning = (await page.runs.get.query({ runId: id })).state === "running";
  }
  const backfillSeconds = (performance.now() - from) / 1000;
  await Promise.all(open);

  async function change(n: number): Promise<void> {
    const began = performance.now();
    const [email, firstName] = n % 2 === 0 ? [`fresh${n}@shop-one.dev`, "Fresh"] : [known.email, `Name ${n}`];
    if (n % 2 === 0) await saleor.customers.create({ email, firstName });
    else await saleor.customers.update(known.id, { firstName });
    // A later rename may have overtaken this one.
    const arrived = () => {
      const name = String(mailchimp.audience().member(email)?.merge_fields.FNAME ?? "");
      return name === firstName || Number(name.split(" ")[1]) > n;
    };
    while (!arrived()) await pause(5);
    if (isRunning) delays.push(performance.now() - began);
  }

  const seconds = (share: number) => `${(percentile(delays, share) / 1000).toFixed(2)} s`;
  console.log(`\nnpm run bench:live -- ${CUSTOMERS} · ${machine()} · Saleor ${PAGE_MS} ms a page, Mailchimp ${CALL_MS} ms a call\n`);
  head(["backfill of", "database", "it took", "fresh changes meanwhile", "p50", "p95", "longest"]);
  row([
    CUSTOMERS.toLocaleString("en"),
    engineTitle(),
    `${backfillSeconds.toFixed(0)} s`,
    delays.length,
    seconds(0.5),
    seconds(0.95),
    seconds(1),
  ]);
  await stack.close();
  await engine.close();
  process.exit(0);
}

await main();
