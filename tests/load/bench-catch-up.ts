/**
 * `npm run bench:catch-up -- 10000`: the app is down while so many customers change in Saleor and every event is lost. From
 * its start to the last contact, next to the floor: one call for each contact over the calls that may be in flight.
 */
import { startConnectedStack } from "./connected";
import { engineTitle, openEngine } from "./engine";
import { machine } from "./machine";
import { atMost, head, pause, row, watchProcess } from "./watch";

const CHANGES = Number(process.argv[2] ?? 10_000);
const [PAGE_MS, CALL_MS] = [50, 200];
/** Calls in flight that the app allows itself: 4 at the start, one more for each quiet quarter of a minute, up to 6. */
const MOST_IN_FLIGHT = 6;

async function main(): Promise<void> {
  atMost(Number(process.env.BENCH_MINUTES ?? 30));
  const engine = await openEngine();
  const { stack } = await startConnectedStack({ saleor: { customers: 0 }, env: { CATCH_UP_MINUTES: "1", ...engine.env } });
  const { saleor, mailchimp } = stack;
  const audience = mailchimp.audience();
  const people: { id: string; email: string }[] = [];
  for (let n = 0; n < CHANGES; n++) people.push(await saleor.customers.create({ email: `c${n}@shop-one.dev`, firstName: "Before" }));
  while (!people.every(({ email }) => audience.member(email)?.tags.length)) await pause(500);
  await stack.stopApp();
  for (const { id } of people) await saleor.customers.update(id, { firstName: "After" }, { silent: true });
  Object.assign(saleor.dials, { pageDelayMs: PAGE_MS });
  mailchimp.latencyMs = CALL_MS;
  mailchimp.requests.length = 0;
  const from = performance.now();
  await stack.restartApp();
  const started = performance.now();
  const used = watchProcess(() => stack.app.pid);
  const isAfter = ({ email }: { email: string }) => audience.member(email)?.merge_fields.FNAME === "After";
  while (!isAfter(people[0]!) && !people.some(isAfter)) await pause(20);
  const first = performance.now();
  let done = 0;
  while (done < people.length) {
    while (done < people.length && isAfter(people[done]!)) done += 1;
    await pause(100);
  }
  const seconds = (performance.now() - started) / 1000;
  const floor = (CHANGES * CALL_MS) / MOST_IN_FLIGHT / 1000;
  const { rssPeak, rssBefore } = used.stop();
  console.log(`\nnpm run bench:catch-up -- ${CHANGES} · ${machine()} · Saleor ${PAGE_MS} ms a page, Mailchimp ${CALL_MS} ms a call\n`);
  head([
    "changes",
    "database",
    "app started in",
    "first contact after",
    "all after",
    "floor",
    "times the floor",
    "calls to Mailchimp",
    "memory growth at most",
  ]);
  row([
    CHANGES.toLocaleString("en"),
    engineTitle(),
    `${((started - from) / 1000).toFixed(1)} s`,
    `${((first - started) / 1000).toFixed(1)} s`,
    `${seconds.toFixed(0)} s`,
    `${floor.toFixed(0)} s`,
    (seconds / floor).toFixed(2),
    mailchimp.requests.length,
    `+${rssPeak - rssBefore} MB`,
  ]);
  await stack.close();
  await engine.close();
  process.exit(0);
}

await main();
