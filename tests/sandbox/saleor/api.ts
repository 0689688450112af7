/**
 * POST /graphql/ and the JWKS, with Saleor's manners: 200 for whatever was executed, 400 for what never was,
 * CORS for every origin. The requests are kept in a journal without their bodies.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { type GraphQLSchema, Kind, OperationTypeNode, parse } from "graphql";
import { createYoga } from "graphql-yoga";
import type { Fault, Faults } from "./faults";
import { identify } from "./permissions";
import type { Context } from "./resolvers";
import type { Caller, JournalledRequest } from "./types";
import type { World } from "./world";

const MAX_MUTATIONS = 4;
const MINUTE = 60_000;
type YogaContext = Context & Record<string, unknown>;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

export interface Api {
  graphql(request: IncomingMessage, response: ServerResponse): Promise<void>;
  jwks(response: ServerResponse): Promise<void>;
  readonly requests: JournalledRequest[];
}

export function makeApi(world: World, schema: GraphQLSchema, faults: Faults): Api {
  const yoga = createYoga<YogaContext>({ schema, graphiql: false, landingPage: false, maskedErrors: false, cors: false, logging: false });
  const requests: JournalledRequest[] = [];
  const withinLimit = makeMinuteLimit(world);

  async function answer(body: string, caller: Caller): Promise<{ status: number; json: string }> {
    const tooMany = countMutations(body) > MAX_MUTATIONS;
    if (tooMany) return { status: 400, json: refusal(`Too many mutations in one request (at most ${MAX_MUTATIONS}).`) };
    const headers = { "content-type": "application/json", accept: "application/json" };
    const result = await yoga.fetch(world.apiUrl, { method: "POST", headers, body }, { caller } as YogaContext);
    const json = await result.text();
    return { status: hasData(json) ? 200 : 400, json };
  }

  async function serve(request: IncomingMessage, response: ServerResponse, entry: JournalledRequest): Promise<void> {
    const body = await readBody(request);
    const caller = await identify(authorizationOf(request), world.store, world.keys);
    entry.auth = caller.kind;
    entry.operationName = operationNameOf(body);
    if (!withinLimit()) return send(response, entry, 429, refusal("Too many requests"));
    const fault = faults.take({ where: "graphql", operation: entry.operationName, auth: caller.kind });
    if (fault && (await isWholeAnswer(fault, request, response, entry))) return;
    const { status, json } = await answer(body, caller);
    if (fault?.kind === "hangAfterwards") {
      entry.status = "hang";
      return;
    }
    send(response, entry, status, fault?.kind === "nulls" ? withNulls(json) : json);
  }

  return {
    requests,
    async graphql(request, response) {
      allowOrigin(world, request, response);
      if (request.method === "OPTIONS") return void response.writeHead(200).end();
      if (request.method !== "POST") return sendJson(response, 405, { errors: [{ message: "Method not allowed" }] });
      const entry: JournalledRequest = { at: Date.now(), operationName: null, auth: "nobody", status: 0, ms: 0 };
      requests.push(entry);
      await serve(request, response, entry);
      entry.ms = Date.now() - entry.at;
    },
    async jwks(response) {
      const fault = faults.take({ where: "jwks", operation: null, auth: "nobody" });
      const entry: JournalledRequest = { at: Date.now(), operationName: null, auth: "nobody", status: 0, ms: 0 };
      if (fault && (await isWholeAnswer(fault, response.req, response, entry))) return;
      sendJson(response, 200, world.keys.jwks());
    },
  };
}

function authorizationOf({ headers }: IncomingMessage): string | undefined {
  const own = headers["authorization-bearer"];
  return (Array.isArray(own) ? own[0] : own) ?? headers.authorization;
}

/** Answers for faults that replace the whole response; `latency` and `nulls` only change it. */
async function isWholeAnswer(fault: Fault, request: IncomingMessage, response: ServerResponse, entry: JournalledRequest): Promise<boolean> {
  if (fault.kind === "latency") await pause(fault.ms ?? 1000);
  if (fault.kind === "latency" || fault.kind === "nulls" || fault.kind === "hangAfterwards") return false;
  if (fault.kind === "hang") entry.status = "hang";
  else if (fault.kind === "cut") {
    entry.status = "cut";
    request.socket.destroy();
  } else if (fault.kind === "html") {
    entry.status = 200;
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Bad gateway</title><h1>Something is wrong</h1>");
  } else if (fault.kind === "rateLimit") send(response, entry, 429, refusal("Too many requests"));
  else if (fault.kind === "error500") send(response, entry, 500, refusal("Internal Server Error"));
  else send(response, entry, 200, JSON.stringify({ data: null, errors: [internalError] }));
  return true;
}

const internalError = { message: "Internal Server Error", extensions: { exception: { code: "DatabaseError" } } };

function send(response: ServerResponse, entry: JournalledRequest, status: number, json: string): void {
  entry.status = status;
  response.writeHead(status, { "content-type": "application/json" }).end(json);
}

const refusal = (message: string) => JSON.stringify({ errors: [{ message, extensions: { exception: { code: "GraphQLError" } } }] });

function withNulls(json: string): string {
  const { data } = JSON.parse(json) as { data?: Record<string, unknown> };
  return JSON.stringify({ data: Object.fromEntries(Object.keys(data ?? {}).map((key) => [key, null])) });
}

const hasData = (json: string) => "data" in (JSON.parse(json) as object);

function operationNameOf(body: string): string | null {
  try {
    const { operationName, query } = JSON.parse(body) as { operationName?: string; query?: string };
    return operationName ?? /(?:query|mutation|subscription)\s+(\w+)/.exec(query ?? "")?.[1] ?? null;
  } catch {
    return null;
  }
}

function countMutations(body: string): number {
  if (!body.includes("mutation")) return 0;
  try {
    const { query } = JSON.parse(body) as { query: string };
    return parse(query).definitions.reduce((sum, one) => {
      const isMutation = one.kind === Kind.OPERATION_DEFINITION && one.operation === OperationTypeNode.MUTATION;
      return isMutation ? sum + one.selectionSet.selections.length : sum;
    }, 0);
  } catch {
    return 0;
  }
}

/** Saleor's own header list (core 3.23.28); note that `saleor-api-url` is not on it. */
function allowOrigin({ dials }: World, request: IncomingMessage, response: ServerResponse): void {
  const origin = request.headers.origin;
  if (!origin || dials.cors === "refuse") return;
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-allow-methods", "POST, OPTIONS");
  response.setHeader("access-control-allow-headers", "Origin, Content-Type, Accept, Authorization, Authorization-Bearer");
  response.setHeader("access-control-allow-credentials", "true");
  response.setHeader("vary", "Origin");
}

/** A fixed window, as on Saleor Cloud's sandboxes. */
function makeMinuteLimit({ dials }: World): () => boolean {
  let opened = 0;
  let used = 0;
  return () => {
    if (Date.now() - opened >= MINUTE) [opened, used] = [Date.now(), 0];
    used += 1;
    return dials.requestLimitPerMinute === null || used <= dials.requestLimitPerMinute;
  };
}
