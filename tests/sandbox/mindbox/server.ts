/** One call: URL, key, integration point, operation, limits, then the steps. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { answerControl } from "./control";
import { blocked, keyRefused, lose, nothingHere, type RawReply, spoiled, takeFault, tooMany } from "./faults";
import { perform, protocolError, type Reply } from "./operations";
import type { Operation } from "./project";
import { watch } from "./rules";
import type { Request, World } from "./world";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MINUTE = 60_000;
/** So many calls with a wrong URL in a minute, and the caller is shut out for the next. */
const WRONG_ADDRESSES = 20;

export async function serve(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://stand-in");
  if (!url.pathname.startsWith("/v3") && !url.pathname.startsWith("/v2")) return answerControl(world, request, response, url);
  const operation = url.searchParams.get("operation") ?? "";
  world.inFlight += 1;
  world.maxInFlight = Math.max(world.maxInFlight, world.inFlight);
  const entry: Request = {
    operation,
    mode: url.pathname.split("/").at(-1) ?? "",
    status: 0,
    at: Date.now(),
    changed: false,
    transactionId: url.searchParams.get("transactionId") ?? "",
    inFlight: world.inFlight,
  };
  world.requests.push(entry);
  try {
    const text = await read(request);
    if (world.latencyMs > 0) await wait(world.latencyMs);
    const fault = takeFault(world, operation);
    const spoil = fault && spoiled(fault);
    if (!spoil || fault?.afterwards) {
      const reply = attend(world, { request, url, text, entry });
      if (!spoil) return answer(response, entry, reply);
    }
    if (spoil === "lost") return lose(response);
    if (spoil) answer(response, entry, spoil);
  } finally {
    world.inFlight -= 1;
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

interface Attended {
  request: IncomingMessage;
  url: URL;
  text: string;
  entry: Request;
}

function attend(world: World, { request, url, text, entry }: Attended): Reply | RawReply {
  const now = Date.now();
  if (world.blockedUntil > now) return blocked();
  const mode = /^\/v3\/operations\/(sync|async)$/.exec(url.pathname)?.[1] as "sync" | "async" | undefined;
  if (!mode || request.method !== "POST") return wrongAddress(world, now);
  const refused = door(world, request, url, mode);
  if (refused) return refused;
  if (isOverLimit(world, entry.operation, now)) return tooMany();
  const body = parse(text);
  if (body === undefined) return protocolError(400, "The body is not JSON.");
  watch(world, request, { operation: entry.operation, transactionId: entry.transactionId, body });
  const operation = world.project.operations[entry.operation]!;
  const reply = mode === "sync" ? perform(world, entry.operation, operation, body) : queue(world, entry, operation, body);
  entry.changed = reply.changed ?? false;
  return reply;
}

function wrongAddress(world: World, now: number): RawReply {
  world.wrongAddresses = [...world.wrongAddresses.filter((at) => at > now - MINUTE), now];
  if (world.wrongAddresses.length > WRONG_ADDRESSES) world.blockedUntil = now + MINUTE;
  return nothingHere();
}

function door(world: World, { headers }: IncomingMessage, url: URL, mode: "sync" | "async"): Reply | RawReply | null {
  const { project, secretKey } = world;
  const given = /^(?:SecretKey (.+)|Mindbox secretKey="(.+)")$/.exec(headers.authorization ?? "");
  if (!given) return protocolError(401, "The request carries no secret key.");
  const endpoint = url.searchParams.get("endpointId") ?? "";
  if (endpoint !== project.endpointId) return protocolError(400, `Точка интеграции "${endpoint}" не найдена.`);
  if ((given[1] ?? given[2]) !== secretKey) return keyRefused();
  const name = url.searchParams.get("operation") ?? "";
  const operation = project.operations[name];
  if (!operation) return protocolError(400, `Операция "${name}" не найдена.`);
  if (!operation.modes.includes(mode)) return protocolError(400, `Операция "${name}" не может быть вызвана как ${mode}.`);
  if (operation.requiresDevice && !url.searchParams.get("deviceUUID")) return protocolError(400, "deviceUUID is required.");
  const transactionId = url.searchParams.get("transactionId");
  return transactionId !== null && !GUID.test(transactionId) ? protocolError(400, "transactionId is not a GUID.") : null;
}

const starts = new WeakMap<World, Map<string, number[]>>();

/** 8,000 in any minute, for each operation by itself. */
function isOverLimit(world: World, operation: string, now: number): boolean {
  const byOperation = starts.get(world) ?? new Map<string, number[]>();
  starts.set(world, byOperation);
  const times = byOperation.get(operation) ?? [];
  byOperation.set(operation, times);
  while (times[0] !== undefined && times[0] <= now - MINUTE) times.shift();
  if (times.length >= world.project.perMinute) return true;
  times.push(now);
  return false;
}

/** Accepted at once, done later and in any order; what goes wrong stands in a log that the caller does not see. */
function queue(world: World, { transactionId, operation: name }: Request, operation: Operation, body: unknown): Reply {
  const isRepeat = transactionId !== "" && world.transactions.has(`done ${transactionId}`);
  if (transactionId) world.transactions.set(`done ${transactionId}`, name);
  const { cards } = world;
  const work = () => {
    world.queued -= 1;
    if (cards !== world.cards) return;
    if (isRepeat) return void world.operationLog.push(`${name}: the transaction was processed before`);
    const { status, body: said } = perform(world, name, operation, body);
    if (status !== 200 || said.status !== "Success") world.operationLog.push(`${name}: ${String(said.errorMessage ?? said.status)}`);
  };
  world.queued += 1;
  setTimeout(work, Math.random() * 20);
  return { status: 200, body: { status: "Success" }, changed: !isRepeat };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, entry: Request, reply: Reply | RawReply): void {
  entry.status = reply.status;
  response.statusCode = reply.status;
  if ("text" in reply) return void response.setHeader("content-type", reply.contentType).end(reply.text);
  response.setHeader("content-type", "application/json; charset=utf-8").end(JSON.stringify(reply.body));
}
