/** `npm run bench:burst`: live sync's delay on an idle system, and what becomes of 1,000 updates of 100 customers. */
import { startConnectedStack } from "./connected";
import { machine, percentile } from "./machine";

const { stack } = await startConnectedStack({ saleor: { customers: 0 } });
const { saleor, mailchimp } = stack;
const audience = mailchimp.audience();
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function arrived(look: () => boolean): Promise<void> {
  while (!look()) await wait(2);
}

console.log(`\nnpm run bench:burst · ${machine()} · embedded database\n`);

mailchimp.latencyMs = 100;
const delays: number[] = [];
for (let n = 0; n < 50; n++) {
  const email = `live${n}@shop-one.dev`;
  const from = performance.now();
  await saleor.customers.create({ email, firstName: `N${n}` });
  await arrived(() => audience.member(email)?.merge_fields.FNAME === `N${n}`);
  delays.push(performance.now() - from);
  await wait(150);
}
console.log("Live sync, 50 new customers one after another, Mailchimp 100 ms a call (a new contact takes a look and a write):");
console.log(
  `  p50 ${percentile(delays, 0.5).toFixed(0)} ms, p95 ${percentile(delays, 0.95).toFixed(0)} ms, worst ${Math.max(...delays).toFixed(0)} ms`,
);

mailchimp.latencyMs = 200;
const people = await Promise.all(
  Array.from({ length: 100 }, (_, n) => saleor.customers.create({ email: `burst${n}@shop-one.dev`, firstName: "0" })),
);
await arrived(() => people.every((person) => (audience.member(person.email)?.tags.length ?? 0) > 0));
const isWrite = (request: { method: string; path: string }) => request.method !== "GET" && request.path.includes("/members");
const before = mailchimp.requests.filter(isWrite).length;
const from = performance.now();
for (let round = 1; round <= 10; round++) {
  await Promise.all(people.map((person) => saleor.customers.update(person.id, { firstName: `${round}` })));
}
await saleor.settled();
await arrived(() => people.every((person) => audience.member(person.email)?.merge_fields.FNAME === "10"));
await wait(3_000);
const writes = mailchimp.requests.filter(isWrite).length - before;
console.log("Burst, 1,000 updates of 100 customers, Mailchimp 200 ms a call:");
console.log(
  `  ${writes} writes of contacts, all at their last state ${((performance.now() - from - 3_000) / 1000).toFixed(1)} s after the first update`,
);
await stack.close();
process.exit(0);
