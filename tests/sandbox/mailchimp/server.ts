/** Every request's way: journal, account, throttle, faults, contract, handler. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { batchRoutes } from "./batch";
import { parseJson } from "./bodies";
import { type Call, match, type Reply, type Route } from "./calls";
import { checkContract } from "./contract";
import { answerControl } from "./control";
import { accountOf, credentialOf, refusalOf } from "./door";
import { lose, type RawReply, spoiled, takeFaults } from "./faults";
import { listsRoutes } from "./lists";
import { membersRoutes } from "./members";
import { answerOAuth } from "./oauth";
import { project } from "./paging";
import { internalError, methodNotAllowed, notFound, Problem, tooManyRequests } from "./problems";
import { segmentsRoutes } from "./segments";
import { tagsRoutes } from "./tags";
import { webhooksRoutes } from "./webhooks";
import { type Account, digest, type Request, type World } from "./world";

const ROUTES: Route[] = [...listsRoutes, ...membersRoutes, ...batchRoutes, ...tagsRoutes, ...segmentsRoutes, ...webhooksRoutes];
const SIMULTANEOUS = 10;

interface Visit {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
  path: string;
  authorization: string;
  account: Account | undefined;
  entry: Request;
  leave: () => void;
}

export async function serve(world: World, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? "/", "http://stand-in");
  // The data centre is part of the host in production; here it may stand in front of the path and does not matter.
  const path = url.pathname.replace(/^\/[a-z]{2}\d{1,3}(?=\/3\.0)/, "");
  if (!path.startsWith("/3.0") && !path.startsWith("/oauth2/")) return answerControl(world, req, res, url);
  const visit = arrive(world, req, res, url, path);
  try {
    const text = await read(req);
    await attend(world, visit, text);
  } catch (error) {
    if (!res.destroyed) answer(visit, error instanceof Problem ? error : internalError());
    if (!(error instanceof Problem) && !res.destroyed) throw error;
  }
}

function arrive(world: World, req: IncomingMessage, res: ServerResponse, url: URL, path: string): Visit {
  const authorization = req.headers.authorization ?? "";
  const account = path.startsWith("/3.0") ? accountOf(world, authorization) : undefined;
  world.inFlight += 1;
  if (account) account.inFlight += 1;
  world.maxInFlight = Math.max(world.maxInFlight, world.inFlight);
  const credential = credentialOf(authorization);
  const entry: Request = {
    method: req.method ?? "GET",
    path: withoutAddresses(path + url.search),
    status: 0,
    at: Date.now(),
    tokenHash: credential ? digest(credential) : "",
    inFlight: account?.inFlight ?? world.inFlight,
  };
  world.requests.push(entry);
  return { req, res, url, path, authorization, account, entry, leave: leaveOnce(world, account, res) };
}

/** Left with the answer, not with the socket: the next request of a kept-alive connection may come before `close`. */
function leaveOnce(world: World, account: Account | undefined, res: ServerResponse): () => void {
  let here = true;
  const leave = () => {
    if (!here) return;
    here = false;
    world.inFlight -= 1;
    if (account) account.inFlight -= 1;
  };
  res.once("close", leave);
  return leave;
}

const withoutAddresses = (path: string) => path.replace(/[^/?&=]+(?:@|%40)[^/?&=]+/gi, "{email}");

async function read(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function attend(world: World, visit: Visit, text: string): Promise<void> {
  const isApi = visit.path.startsWith("/3.0");
  if (isApi && !visit.account) throw refusalOf(world, visit.authorization);
  if (visit.account && visit.account.inFlight > SIMULTANEOUS) throw tooManyRequests();
  const { delayMs, fault } = takeFaults(world, visit.entry.method, visit.path);
  const pause = world.latencyMs + delayMs;
  if (pause > 0) await wait(pause);
  const spoil = fault && spoiled(fault);
  if (fault && spoil === "lost") {
    if (fault.afterwards) await reply(world, visit, text).catch(() => undefined);
    return lose(fault, visit.res);
  }
  if (spoil) return answer(visit, spoil as Problem | RawReply);
  answer(visit, await reply(world, visit, text));
}

function reply(world: World, visit: Visit, text: string): Promise<Reply | RawReply> {
  return visit.account ? callApi(world, visit.account, visit, text) : Promise.resolve(callOAuth(world, visit, text));
}

function callOAuth(world: World, visit: Visit, text: string): RawReply {
  const { headers, method = "GET" } = visit.req;
  const contentType = headers["content-type"] ?? "";
  const { url, path, authorization } = visit;
  const reply = answerOAuth(world, { method, path, query: url.searchParams, text, contentType, authorization });
  if (reply.location) visit.res.setHeader("location", reply.location);
  return { status: reply.status, contentType: reply.contentType ?? "text/plain", text: reply.text ?? "" };
}

async function callApi(world: World, account: Account, visit: Visit, text: string): Promise<Reply> {
  const method = visit.entry.method;
  const path = visit.path.slice("/3.0".length).replace(/\/$/, "") || "/";
  const [handler, params] = findRoute(method, path);
  const body = text === "" ? undefined : parseJson(text);
  const query = visit.url.searchParams;
  checkContract(world, { method, path, query, body });
  const call: Call = { world, account, method, params, query, body };
  const reply = await handler(call);
  return method === "GET" ? { ...reply, body: project(reply.body, query) } : reply;
}

function findRoute(method: string, path: string): [Route[2], Record<string, string>] {
  let known = false;
  for (const [verb, pattern, handler] of ROUTES) {
    const params = match(pattern, path);
    if (params && verb === method) return [handler, params];
    known ||= params !== undefined;
  }
  throw known ? methodNotAllowed("The requested method and resource are not compatible. See the Allow header.") : notFound();
}

function answer(visit: Visit, reply: Reply | RawReply | Problem): void {
  const { res, entry } = visit;
  const id = randomUUID();
  entry.status = reply.status;
  res.statusCode = reply.status;
  res.setHeader("X-Request-Id", id);
  visit.leave();
  if ("text" in reply) return void res.setHeader("content-type", reply.contentType).end(reply.text);
  const body = reply instanceof Problem ? reply.body(id) : reply.body;
  if (body === undefined) return void res.end();
  const kind = reply instanceof Problem ? "application/problem+json" : "application/json";
  res.setHeader("content-type", `${kind}; charset=utf-8`).end(JSON.stringify(body));
}
