/**
 * `npm run bench:retailcrm`: full syncs of 10,000 customers into the RetailCRM stand-in at the vendor's own ceiling (ten
 * requests a second, fifty customers an upload, a hundred on a page), each beside the least it could take.
 */
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { ensureBuild } from "../../scripts/ensure-build";
import { type Stack, startStack } from "../../scripts/stack";
import type { AppRouter } from "../../src/dashboard/api/router";
import { FIRST_SITE } from "../sandbox/retailcrm/index";
import { cpuMs, machine, median } from "./machine";

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const CUSTOMERS = Number(process.env.BENCH_CUSTOMERS ?? 10_000);
const [PER_SECOND, UPLOAD, PAGE] = [10, 50, 100];

interface Case {
  name: string;
  /** Requests without which it cannot be done. */
  least: number;
  prepare(stack: Stack): void;
}

/** Who is in Saleor and can be sent at all. */
const sendable = (stack: Stack) => stack.saleor.customers.all().filter(({ isStaff, email }) => !isStaff && /^[^\s@]+@[^\s@]+$/.test(email));

const CASES: Case[] = [
  { name: "into an empty site", least: CUSTOMERS / UPLOAD, prepare: () => undefined },
  {
    name: "into a site with as many others",
    least: CUSTOMERS / UPLOAD + CUSTOMERS / PAGE,
    prepare: ({ retailcrm }) =>
      void retailcrm.seed(Array.from({ length: CUSTOMERS }, (_, n) => ({ email: `other-${n}@elsewhere.example`, firstName: "Other" }))),
  },
  { name: "all there, nothing to change", least: CUSTOMERS / PAGE, prepare: () => undefined },
];

interface Figures {
  seconds: number;
  requests: number;
  writes: number;
  throttled: number;
  serverCpuSeconds: number;
}

await ensureBuild();
console.log(`\nnpm run bench:retailcrm · ${machine()} · embedded database · ${CUSTOMERS} customers, median of ${RUNS}\n`);
console.log("| case | least: requests, time | requests | of them writes | too fast | time | times the least | server CPU |");
console.log("|---|---|---|---|---|---|---|---|");
for (const one of CASES) line(one, await medianOf(one));
process.exit(0);

function line({ name, least }: Case, { seconds, requests, writes, throttled, serverCpuSeconds }: Figures): void {
  const floor = least / PER_SECOND;
  const cells = [
    name,
    `${least}, ${floor.toFixed(0)} s`,
    requests,
    writes,
    throttled,
    `${seconds.toFixed(1)} s`,
    (seconds / floor).toFixed(2),
    `${serverCpuSeconds.toFixed(1)} s`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

async function medianOf(one: Case): Promise<Figures> {
  const all: Figures[] = [];
  for (let run = 0; run < RUNS; run++) all.push(await measure(one));
  const names = Object.keys(all[0]!) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, median(all.map((figures) => figures[name]))])) as unknown as Figures;
}

async function measure(one: Case): Promise<Figures> {
  const stack = await startStack({ saleor: { customers: CUSTOMERS } });
  try {
    for (const person of stack.saleor.customers.all())
      if ("retailcrm_tags" in person.privateMeta)
        await stack.saleor.customers.setPrivateMeta(person.id, { retailcrm_tags: null }, { silent: true });
    const page = await pageOf(stack);
    const connectionId = await connect(stack, page);
    one.prepare(stack);
    if (one === CASES[2]) await reconnected(stack, page, connectionId);
    return await runOnce(stack, page, connectionId);
  } finally {
    await stack.close();
  }
}

async function pageOf({ saleor, app, appId }: Stack): Promise<TRPCClient<AppRouter>> {
  const token = await saleor.staffToken({ appId, permissions: ["MANAGE_APPS", "MANAGE_USERS"], expiresInSeconds: 3600 });
  const headers = { "saleor-api-url": saleor.apiUrl, "authorization-bearer": token };
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${app.url}/api/trpc`, headers })] });
}

async function connect({ retailcrm }: Stack, page: TRPCClient<AppRouter>): Promise<string> {
  const credentials = { address: retailcrm.address, apiKey: retailcrm.keys.main.value };
  const granted = await page.connect.withKey.mutate({ provider: "retailcrm", credentials });
  if (granted.kind !== "granted") throw new Error(`not connected: ${granted.reason}`);
  const confirmed = await page.connect.confirm.mutate({ attemptId: granted.attemptId });
  if (confirmed.kind !== "connected") throw new Error("not connected");
  await choose(page, confirmed.connectionId, FIRST_SITE);
  return confirmed.connectionId;
}

async function choose(page: TRPCClient<AppRouter>, id: string, site: string): Promise<void> {
  const { version } = await page.connections.settings.query({ id });
  const saved = await page.connections.saveSettings.mutate({ id, version, values: { site } });
  if (saved.kind !== "saved") throw new Error(`not saved: ${saved.kind}`);
}

/** Everybody is at the vendor, and the app remembers none of it: as after another site was chosen and then this one again. */
async function reconnected(stack: Stack, page: TRPCClient<AppRouter>, connectionId: string): Promise<void> {
  await runOnce(stack, page, connectionId);
  await choose(page, connectionId, "outlet");
  await choose(page, connectionId, FIRST_SITE);
}

async function runOnce(stack: Stack, page: TRPCClient<AppRouter>, connectionId: string): Promise<Figures> {
  const { retailcrm, saleor } = stack;
  const ids = saleor.customers.all().map(({ id }) => id);
  // Whatever was asked a second ago still counts at the vendor.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = { requests: retailcrm.requests.length, throttled: retailcrm.throttled, cpu: cpuMs(stack.app.pid) };
  const from = performance.now();
  const { id: runId } = await page.runs.start.mutate({ connectionId, total: ids.length });
  await chunksOf(ids, page, runId);
  await page.runs.walkDone.mutate({ runId, cursor: null });
  const look = () => patiently(() => page.runs.get.query({ runId }));
  let run = await look();
  while (run.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, 100));
    run = await look();
  }
  const seconds = (performance.now() - from) / 1000;
  const expected = sendable(stack).length;
  if (run.state !== "finished" || run.created + run.updated + run.unchanged < expected)
    throw new Error(`ended as ${JSON.stringify(run)}, ${expected} could be sent`);
  const asked = retailcrm.requests.slice(before.requests);
  if (process.env.BENCH_DETAIL) console.log(tally(asked.map(({ method, path }) => `${method} ${path.split("=")[0]!.slice(0, 70)}`)));
  return {
    seconds,
    requests: asked.length,
    writes: asked.filter(({ method }) => method === "POST").length,
    throttled: retailcrm.throttled - before.throttled,
    serverCpuSeconds: (cpuMs(stack.app.pid) - before.cpu) / 1000,
  };
}

/** As a page does: several chunks in flight. */
async function chunksOf(ids: readonly string[], page: TRPCClient<AppRouter>, runId: string): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(ids.length / 500) }, (_, n) => ids.slice(n * 500, n * 500 + 500));
  let next = 0;
  const work = async () => {
    while (next < chunks.length) {
      const at = next++;
      await patiently(() => page.runs.chunk.mutate({ runId, ids: chunks[at]!, cursor: { at } }));
    }
  };
  await Promise.all(Array.from({ length: 4 }, work));
}

/** A kept connection may be closed under a request; a page asks again as well. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
