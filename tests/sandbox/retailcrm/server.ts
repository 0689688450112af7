/** Every request's way: journal, key, rate, faults, permission, handler. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { apiVersions, createCustomField, credentials, customFields, dictionaries, settings, sites, systemInfo } from "./account";
import { answerControl } from "./control";
import { type Call, combine, create, edit, get, list, upload } from "./customers";
import { lose, spoiled, takeFaults } from "./faults";
import { history } from "./history";
import { nested, type Params, textAt } from "./params";
import { type Reply, refusal } from "./replies";
import { type Key, keyOf, type Request, type World } from "./world";

type Route = [method: string, pattern: string, scope: string | null, handler: (call: Call) => Reply];

/** Fixed paths before those with a name in them. */
const ROUTES: Route[] = [
  ["GET", "/api/credentials", null, credentials],
  ["GET", "/api/v5/settings", "settings", settings],
  ["GET", "/api/v5/reference/sites", "reference_read", sites],
  ["GET", "/api/v5/custom-fields", "custom_fields_read", customFields],
  ["POST", "/api/v5/custom-fields/:entity/create", "custom_fields_write", createCustomField],
  ["GET", "/api/v5/custom-fields/dictionaries", "custom_fields_read", dictionaries],
  ["GET", "/api/v5/customers", "customer_read", list],
  ["GET", "/api/v5/customers/history", "customer_read", history],
  ["POST", "/api/v5/customers/create", "customer_write", create],
  ["POST", "/api/v5/customers/upload", "customer_write", upload],
  ["POST", "/api/v5/customers/combine", "customer_write", combine],
  ["GET", "/api/v5/customers/:customer", "customer_read", get],
  ["POST", "/api/v5/customers/:customer/edit", "customer_write", edit],
];

export async function serve(world: World, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? "/", "http://stand-in");
  if (!url.pathname.startsWith("/api")) return answerControl(world, req, res, url);
  const entry = arrive(world, req, url);
  const leave = leaveOnce(world, res);
  try {
    const body = await read(req);
    const reply = await attend(world, { req, res, url, body, entry });
    if (!reply) return;
    entry.status = reply.status;
    leave();
    res.statusCode = reply.status;
    if ("text" in reply) return void res.setHeader("content-type", reply.contentType).end(reply.text);
    res.setHeader("content-type", "application/json").end(JSON.stringify(reply.body));
  } catch (error) {
    if (!res.destroyed) res.writeHead(500).end();
    throw error;
  }
}

function arrive(world: World, req: IncomingMessage, url: URL): Request {
  world.inFlight += 1;
  world.maxInFlight = Math.max(world.maxInFlight, world.inFlight);
  const path = `${url.pathname}${url.search}`.replace(/[^/?&=]+(?:@|%40)[^/?&=]+/gi, "{email}");
  const entry: Request = { method: req.method ?? "GET", path, status: 0, at: Date.now(), inFlight: world.inFlight };
  world.requests.push(entry);
  return entry;
}

/** Left with the answer, not with the socket: the next request of a kept-alive connection may come before `close`. */
function leaveOnce(world: World, res: ServerResponse): () => void {
  let here = true;
  const leave = () => {
    if (here) world.inFlight -= 1;
    here = false;
  };
  res.once("close", leave);
  return leave;
}

async function read(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

interface Visit {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
  body: string;
  entry: Request;
}

/** `null` = no answer will come. */
async function attend(world: World, visit: Visit): Promise<Reply | null> {
  const { entry, url, res } = visit;
  const { delayMs, fault } = takeFaults(world, entry.method, url.pathname + url.search);
  const pause = world.latencyMs + delayMs;
  if (pause > 0) await wait(pause);
  const spoil = fault && spoiled(world, fault, entry.method);
  if (fault && spoil === "lost") {
    if (fault.afterwards) answer(world, visit);
    lose(fault, res);
    return null;
  }
  return spoil && spoil !== "lost" ? spoil : answer(world, visit);
}

function answer(world: World, visit: Visit): Reply {
  const { url, entry } = visit;
  if (entry.method !== "GET" && entry.method !== "POST") return refusal(world, 405, "noMethod");
  if (url.pathname === "/api/system-info") return systemInfo({ world });
  if (url.pathname === "/api/api-versions") return apiVersions();
  const given = paramsOf(world, visit);
  const value = String(visit.req.headers["x-api-key"] ?? textAt(given, "apiKey"));
  const key = keyOf(world, value);
  if (!key) return refusal(world, world.habits.wrongKeyStatus, value === "" ? "keyMissing" : "wrongKey");
  if (isTooFast(world, key, entry.at)) return refusal(world, world.habits.throttleStatus, "throttled");
  return dispatch({ world, key, given, method: entry.method, path: url.pathname });
}

/** Only a form is a form: whoever sends JSON sent no parameters. */
function paramsOf(world: World, { req, url, body, entry }: Visit): Params {
  if (entry.method === "GET") return nested(url.searchParams);
  if ((req.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) return nested(new URLSearchParams(body));
  world.violations.push({ path: url.pathname, text: "the body is not a form" });
  return {};
}

/** A sliding second for each key. */
function isTooFast(world: World, key: Key, at: number): boolean {
  const most = world.options.perSecond === undefined ? 10 : world.options.perSecond;
  if (most === null) return false;
  const recent = (world.recent.get(key.value) ?? []).filter((start) => start > at - 1000);
  const isOver = recent.length >= most;
  if (isOver) world.throttled += 1;
  else recent.push(at);
  world.recent.set(key.value, recent);
  return isOver;
}

function dispatch(input: { world: World; key: Key; given: Params; method: string; path: string }): Reply {
  const { world, key, given, method } = input;
  const path = input.path.replace(/\/+$/, "");
  for (const [verb, pattern, scope, handler] of ROUTES) {
    const params = verb === method ? match(pattern, path) : null;
    if (!params) continue;
    const needed = scope === "settings" ? world.habits.settingsScope : scope;
    if (needed && !key.scopes.includes(needed)) return refusal(world, 403, "denied");
    note(world, path, given);
    return handler({ world, key, params, given });
  }
  return refusal(world, 404, "noMethod");
}

/** What would go wrong at the vendor in ways it does not tell. */
function note(world: World, path: string, given: Params): void {
  const sent = textAt(given, "customer") + textAt(given, "customers");
  const externalIds = [...sent.matchAll(/"externalId":"([^"]*)"/g)].map((found) => found[1] ?? "");
  if (externalIds.some((id) => !/^[\w-]*$/.test(id))) world.violations.push({ path, text: "an externalId that no path can carry" });
  if (/\/create$|\/upload$/.test(path) && /"(addTags|removeTags)"/.test(sent))
    world.violations.push({ path, text: "addTags and removeTags are for edits" });
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  if (wanted.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decodeURIComponent(parts[index] ?? "");
    if (part.startsWith(":")) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}
