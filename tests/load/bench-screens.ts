/** `npm run bench:screens`: what the pages' calls take over a ledger of a million customers, on the embedded database. */
import { startConnected } from "../flows/app";
import { machine, percentile } from "./machine";

const ROWS = Number(process.env.ROWS ?? 1_000_000);
const CALLS = 40;

const town = await startConnected({ customers: 3, live: true });
const { app, page, connectionId } = town;
console.log(`\nnpm run bench:screens · ${machine()} · embedded database · ${ROWS} rows\n`);

const from = performance.now();
/** As a shop looks after its first full sync and some months: most in sync, some of each other kind. */
for (let start = 0; start < ROWS; start += 100_000) {
  await app.rows(`
    insert into ledger (connection_id, customer_id, state, due_at, reason, seen_run, deliveries, updated_at, delivered_at)
    select '${connectionId}', encode(('User:' || (1000000 + n))::bytea, 'base64'), state,
      case when state in ('waiting', 'retrying') then now() + interval '1 day' end,
      case state when 'refused' then (array['address_looks_fake', 'required_field_missing:BIRTHDAY', 'unsubscribed'])[1 + n % 3]
        when 'skipped' then (array['staff', 'archived'])[1 + n % 2] when 'gave_up' then 'vendor_timeout' end,
      'run_bench', 1, now() - n * interval '1 second', now() - n * interval '1 second'
    from (select n, case when n % 50 = 0 then 'skipped' when n % 101 = 0 then 'refused' when n % 997 = 0 then 'gave_up'
      when n % 501 = 0 then 'waiting' when n % 499 = 0 then 'retrying' else 'in_sync' end as state
      from generate_series(${start}, ${Math.min(ROWS, start + 100_000) - 1}) n) made`);
}
await app.rows(`insert into sync_run (id, connection_id, kind, state, driver, walk_done, total, marked, updated, finished_at)
  values ('run_bench', '${connectionId}', 'full_sync', 'finished', 'page', true, ${ROWS}, ${ROWS}, ${ROWS}, now())`);
await app.rows("analyze ledger");
console.log(`  filled in ${((performance.now() - from) / 1000).toFixed(0)} s`);

async function time(name: string, call: () => Promise<unknown>): Promise<void> {
  // The socket that was kept open may have gone during the fill.
  await call().catch(call);
  const times: number[] = [];
  for (let n = 0; n < CALLS; n++) {
    const began = performance.now();
    await call();
    times.push(performance.now() - began);
  }
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  console.log(`  ${name.padEnd(52)} p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, worst ${Math.max(...times).toFixed(1)} ms`);
}

await time("overview: connections.list", () => page.connections.list.query());
await time("status: connections.get", () => page.connections.get.query({ id: connectionId }));
await time("activity: first page of everybody", () => page.activity.page.query({ id: connectionId, limit: 100 }));
await time("activity: one state", () => page.activity.page.query({ id: connectionId, state: "skipped", limit: 100 }));
await time("activity: one state and one reason", () =>
  page.activity.page.query({ id: connectionId, state: "refused", reason: "unsubscribed", limit: 100 }),
);
await time("activity: reasons with counts", () => page.activity.reasons.query({ id: connectionId }));
let place: string | null = null;
await time("activity: page after page", async () => {
  const shown: { older: string | null } = await page.activity.page.query({ id: connectionId, after: place, limit: 100 });
  place = shown.older;
});
const deep = { at: new Date(Date.now() - (ROWS / 2) * 1000).toISOString(), customerId: "x" };
const middle = Buffer.from(JSON.stringify(deep)).toString("base64url");
await time("activity: in the middle of all rows", () => page.activity.page.query({ id: connectionId, after: middle, limit: 100 }));

await town.close();
process.exit(0);
