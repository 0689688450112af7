/**
 * `npm run bench:mindbox`: a full sync in the background of 10,000 customers into an empty Mindbox, and again with all of
 * them there. The stand-in refuses the 8,001st call of an operation in any minute; an answer takes 200 ms, as Mindbox says
 * of itself. Beside each case its floor: as many calls of its busiest operation as are needed, at that limit.
 */
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { ensureBuild } from "../../scripts/ensure-build";
import { type Stack, startStack } from "../../scripts/stack";
import type { AppRouter } from "../../src/dashboard/api/router";
import { machine } from "./machine";

const CUSTOMERS = Number(process.env.BENCH_CUSTOMERS ?? 10_000);
const PER_SECOND = 8_000 / 60;
const ANSWER_MS = 200;

type Page = TRPCClient<AppRouter>;

await ensureBuild();
console.log(`\nnpm run bench:mindbox · ${machine()} · embedded database · ${CUSTOMERS} customers, ${ANSWER_MS} ms an answer\n`);
console.log("| case | time | floor | times the floor | imports | look-ups | refused for pace | most at once |");
console.log("|---|---|---|---|---|---|---|---|");
const stack = await startStack({ saleor: { customers: CUSTOMERS } });
try {
  stack.mindbox.latencyMs = ANSWER_MS;
  const page = await pageOf(stack);
  const connectionId = await connect(stack, page);
  await line("empty project", stack, () => fullSync(page, connectionId));
  await line("the same again", stack, () => fullSync(page, connectionId));
} finally {
  await stack.close();
}
process.exit(0);

async function line(name: string, { mindbox }: Stack, run: () => Promise<void>): Promise<void> {
  const before = mindbox.requests.length;
  const started = performance.now();
  await run();
  const seconds = (performance.now() - started) / 1000;
  const requests = mindbox.requests.slice(before);
  const calls = (operation: string) => requests.filter((request) => request.operation === operation).length;
  const [imports, looks] = [calls("Saleor.ImportCustomer"), calls("Saleor.GetCustomer")];
  const floor = Math.max(imports, looks) / PER_SECOND;
  const throttled = requests.filter(({ status }) => status === 429).length;
  const ratio = floor === 0 ? "" : (seconds / floor).toFixed(2);
  console.log(
    `| ${[name, `${seconds.toFixed(1)} s`, `${floor.toFixed(1)} s`, ratio, imports, looks, throttled, mindbox.maxInFlight].join(" | ")} |`,
  );
}

async function fullSync(page: Page, connectionId: string): Promise<void> {
  const { id } = await page.runs.start.mutate({ connectionId, total: CUSTOMERS });
  await page.runs.toBackground.mutate({ runId: id });
  for (;;) {
    const run = await page.runs.get.query({ runId: id });
    if (run.state === "finished") return;
    if (run.state !== "running") throw new Error(`the run is ${run.state}: ${run.problem}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function pageOf({ saleor, app, appId }: Stack): Promise<Page> {
  const token = await saleor.staffToken({ appId, permissions: ["MANAGE_APPS", "MANAGE_USERS"], expiresInSeconds: 3600 });
  const headers = { "saleor-api-url": saleor.apiUrl, "authorization-bearer": token };
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${app.url}/api/trpc`, headers })] });
}

async function connect({ mindbox }: Stack, page: Page): Promise<string> {
  const { endpointId, brand } = mindbox.project;
  const credentials = { host: "api.mindbox.ru", endpointId, secretKey: mindbox.secretKey, brand, deviceUuid: "" };
  const granted = await page.connect.withKey.mutate({ provider: "mindbox", credentials });
  if (granted.kind !== "granted") throw new Error(`not connected: ${granted.reason}`);
  const confirmed = await page.connect.confirm.mutate({ attemptId: granted.attemptId });
  if (confirmed.kind !== "connected") throw new Error("not connected");
  await page.connections.setLive.mutate({ id: confirmed.connectionId, live: true });
  return confirmed.connectionId;
}
