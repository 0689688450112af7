/** The stand-in's own doors: a page for people, JSON for scripts and for the demo's panel. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { addFault, FAULT_KINDS, type FaultSpec } from "./faults";
import { panelFragment, panelPage } from "./panel";
import { addCustomer, type Customer, resetWorld, revokeKeys, type World } from "./world";

type Act = (world: World, body: Record<string, unknown>) => unknown;

const ACTS: Readonly<Record<string, Act>> = {
  "POST /__control/reset": (world) => resetWorld(world),
  "POST /__control/seed": (world, body) =>
    asList(body.customers).map((one) => addCustomer(world, { site: "main-shop", ...(one as Partial<Customer>) }).id),
  "POST /__control/faults": (world, body) => {
    if (!FAULT_KINDS.some((kind) => kind === body.kind)) throw new Error(`kind is one of ${FAULT_KINDS.join(", ")}`);
    addFault(world, body as unknown as FaultSpec);
  },
  "DELETE /__control/faults": (world) => {
    world.faults = [];
  },
  "POST /__control/latency": (world, body) => {
    world.latencyMs = Number(body.ms ?? 0);
  },
  "POST /__control/habits": (world, body) => Object.assign(world.habits, body),
  "POST /__control/revoke": (world) => revokeKeys(world),
  "POST /__control/delete-site": (world, body) => world.sites.delete(String(body.code)),
  "GET /__control/customers": (world) => [...world.customers.values()],
  "GET /__control/state": (world) => ({
    address: `https://${world.account.publicHost}`,
    keys: world.keys,
    habits: world.habits,
    throttled: world.throttled,
    violations: world.violations,
    statusWrites: world.statusWrites,
  }),
  "GET /__requests": (world) => world.requests,
};

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export async function answerControl(world: World, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  res.setHeader("access-control-allow-origin", "*");
  res.setHeader("access-control-allow-methods", "GET, POST, DELETE");
  res.setHeader("access-control-allow-headers", "content-type");
  if (req.method === "OPTIONS") return void res.writeHead(204).end();
  const site = url.searchParams.get("site") ?? undefined;
  if (url.pathname === "/") return html(res, panelPage(world, site));
  if (url.pathname === "/__panel") return html(res, panelFragment(world, site));
  const act = ACTS[`${req.method} ${url.pathname}`];
  if (!act) return json(res, 404, { error: "no such door" });
  try {
    json(res, 200, act(world, await bodyOf(req)) ?? {});
  } catch (error) {
    json(res, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

async function bodyOf(req: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of req) text += String(chunk);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

const html = (res: ServerResponse, text: string) => void res.setHeader("content-type", "text/html; charset=utf-8").end(text);
const json = (res: ServerResponse, status: number, body: unknown) =>
  void res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
