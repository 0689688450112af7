/** The stand-in's own page and switches over HTTP, for the demo's panel or another process. JSON in, JSON out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { addFault, FAULT_KINDS } from "./faults";
import { panelFragment, panelPage } from "./panel";
import { resetWorld, type World } from "./world";

const faultBody = z.object({
  kind: z.enum(FAULT_KINDS),
  times: z.number().int().positive().optional(),
  operation: z.string().optional(),
  afterwards: z.boolean().optional(),
});
const latencyBody = z.object({ ms: z.number().nonnegative() });

const ACTS: Record<string, (world: World, body: unknown) => unknown> = {
  "POST /__control/reset": (world) => resetWorld(world),
  "GET /__control/faults": (world) => world.faults,
  "POST /__control/faults": (world, body) => addFault(world, faultBody.parse(body)),
  "DELETE /__control/faults": (world) => {
    world.faults = [];
  },
  "POST /__control/latency": (world, body) => {
    world.latencyMs = latencyBody.parse(body).ms;
  },
  "POST /__control/revoke": (world) => {
    world.secretKey = `revoked-${world.secretKey}`;
  },
  "GET /__control/state": ({ project, cards, requests, maxInFlight, violations, secretKey }) => ({
    endpointId: project.endpointId,
    brand: project.brand,
    secretKey,
    cards: cards.people().length,
    requests: requests.length,
    maxInFlight,
    violations,
  }),
  "GET /__requests": (world) => world.requests,
};

export async function answerControl(world: World, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  response.setHeader("access-control-allow-origin", "*").setHeader("access-control-allow-headers", "content-type");
  response.setHeader("access-control-allow-methods", "GET, POST, DELETE");
  if (request.method === "OPTIONS") return void response.writeHead(204).end();
  if (url.pathname === "/") return sendHtml(response, panelPage(world));
  if (url.pathname === "/__panel") return sendHtml(response, panelFragment(world));
  const act = ACTS[`${request.method} ${url.pathname}`];
  if (!act) return sendJson(response, 404, { error: "No such page of the stand-in" });
  try {
    sendJson(response, 200, act(world, await readJson(request)) ?? { ok: true });
  } catch (error) {
    sendJson(response, 400, { error: error instanceof Error ? error.message : "unknown" });
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

function sendHtml(response: ServerResponse, html: string): void {
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
