/** The stand-in's own pages and switches over HTTP, for a demo panel or another process. JSON in, JSON out. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { addFault, FAULT_KINDS, heal } from "./faults";
import { type AudienceHandle, audienceHandle } from "./handle";
import { panelFragment, panelPage } from "./panel";
import { audienceNamed, deleteAudience, issueToken, resetWorld, revokeAll, type World } from "./world";

const list = z.string().optional();
const status = z.enum(["subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"]);
const seedBody = z.object({
  list,
  members: z.array(
    z.object({
      email: z.string(),
      status: status.optional(),
      by: z.enum(["api", "self", "admin"]).optional(),
      merge_fields: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      tags: z.array(z.string()).optional(),
    }),
  ),
});
const faultBody = z.object({
  kind: z.enum(FAULT_KINDS),
  times: z.number().int().positive().optional(),
  match: z.string().optional(),
  method: z.string().optional(),
  ms: z.number().nonnegative().optional(),
  afterwards: z.boolean().optional(),
});
const ACTIONS = ["unsubscribe", "subscribe", "archive", "clean", "forget", "addTag", "removeTag"] as const;
const memberBody = z.object({ list, email: z.string(), action: z.enum(ACTIONS), tag: z.string().optional() });
const latencyBody = z.object({ ms: z.number().nonnegative() });
const audienceBody = z.object({ list: z.string() });

type Act = (world: World, body: unknown, query: URLSearchParams) => unknown;

const ACTS: Record<string, Act> = {
  "POST /__control/reset": (world) => resetWorld(world),
  "POST /__control/seed": (world, body) => {
    const { list, members } = seedBody.parse(body);
    audienceHandle(audienceNamed(world, list)).seed(members);
    return { seeded: members.length };
  },
  "GET /__control/faults": (world) => world.faults.map(({ pattern, left, ...fault }) => ({ ...fault, match: pattern.source, left })),
  "POST /__control/faults": (world, body) => addFault(world, faultBody.parse(body)),
  "DELETE /__control/faults": (world) => heal(world),
  "POST /__control/latency": (world, body) => setLatency(world, latencyBody.parse(body).ms),
  "POST /__control/revoke": (world) => revokeAll(world),
  "POST /__control/token": (world) => ({ access_token: issueToken(world, world.accounts[0]!) }),
  "GET /__control/members": (world, _body, query) => audienceHandle(audienceNamed(world, query.get("list") ?? undefined)).members(),
  "POST /__control/members": (world, body) => {
    const wish = memberBody.parse(body);
    changeMember(audienceHandle(audienceNamed(world, wish.list)), wish);
  },
  "POST /__control/delete-audience": (world, body) => deleteAudience(world, audienceNamed(world, audienceBody.parse(body).list).id),
  "GET /__control/state": stateOf,
  "GET /__requests": (world) => world.requests,
};

function changeMember(audience: AudienceHandle, { email, action, tag = "" }: z.infer<typeof memberBody>): void {
  if (action === "addTag" || action === "removeTag") audience[action](email, tag);
  else audience[action](email);
}

function setLatency(world: World, ms: number): void {
  world.latencyMs = ms;
}

function stateOf(world: World) {
  return {
    accounts: world.accounts.map((account) => ({
      accountId: account.seed.accountId,
      name: account.seed.name,
      dc: account.seed.dc,
      apiKey: account.apiKey,
      audiences: [...account.audiences.values()].map((one) => ({ id: one.id, name: one.name, members: one.members.size })),
    })),
    requests: world.requests.length,
    maxInFlight: world.maxInFlight,
    latencyMs: world.latencyMs,
    statusWrites: world.statusWrites,
    tagWrites: world.tagWrites.length,
    violations: world.violations,
  };
}

export async function answerControl(world: World, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  res.setHeader("access-control-allow-origin", "*").setHeader("access-control-allow-headers", "content-type");
  res.setHeader("access-control-allow-methods", "GET, POST, DELETE");
  if (req.method === "OPTIONS") return void res.writeHead(204).end();
  const list = url.searchParams.get("list") ?? undefined;
  if (url.pathname === "/") return sendHtml(res, panelPage(world, list));
  if (url.pathname === "/__panel") return sendHtml(res, panelFragment(world, list));
  const act = ACTS[`${req.method} ${url.pathname}`];
  if (!act) return sendJson(res, 404, { error: "No such page of the stand-in" });
  try {
    sendJson(res, 200, act(world, await readJson(req), url.searchParams) ?? { ok: true });
  } catch (error) {
    sendJson(res, 400, { error: error instanceof Error ? error.message : "unknown" });
  }
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of req) text += String(chunk);
  return text === "" ? undefined : JSON.parse(text);
}

function sendHtml(res: ServerResponse, html: string): void {
  res.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}

function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
