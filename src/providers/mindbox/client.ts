/**
 * Mindbox's API in Mindbox's words, nothing of ours. In: a link and an operation's name. Out: the parsed envelope or the
 * problem. Every request passes the link's limiter, in a lane of its operation. Never logs bodies, keys, addresses.
 */
import { type HttpResult, send } from "../kit/http";
import { originOf, wayTo } from "../kit/vendor-host";
import { type Envelope, readEnvelope } from "./answers";
import { type Problem, readProblem } from "./failures";
import { HOSTS, type MindboxLink } from "./settings";

export type Said = { kind: "ok"; value: Envelope } | { kind: "problem"; problem: Problem };

export interface Call {
  operation: string;
  mode: "sync" | "async";
  body: object;
  /** One for each payload, the same for its repeats. */
  transactionId?: string;
}

/** Real modules wait 5 s for a shopper; nobody waits here. */
const TIMEOUT_MS = 15_000;

/** @param mayGo asked when its turn has come: what waited in line while something stopped the batch is not sent. */
export async function call(link: MindboxLink, request: Call, mayGo: () => boolean = () => true): Promise<Said> {
  const way = wayOf(link);
  if (!way) return { kind: "problem", problem: readProblem({ kind: "address_refused" }, request.operation, link.credentials.endpointId) };
  const result = await limited(link, request, async () => {
    if (!mayGo()) return { kind: "aborted" };
    return send({
      method: "POST",
      url: `${way.origin}/v3/operations/${request.mode}?${query(link, request)}`,
      headers: {
        authorization: `SecretKey ${link.credentials.secretKey}`,
        "mindbox-integration": "SaleorCRM",
        "mindbox-integration-version": "0.1",
      },
      body: request.body,
      timeoutMs: TIMEOUT_MS,
      signal: link.signal,
      publicOnly: way.publicOnly,
    });
  });
  return understand(link, request, result);
}

/** `null` = a host that neither Mindbox nor the operator knows. Asked before every request: what was allowed once may not be now. */
export function wayOf({ endpoints, credentials, hosts }: MindboxLink): { origin: string; publicOnly: boolean } | null {
  if (endpoints.api) return { origin: endpoints.api, publicOnly: false };
  const origin = originOf(credentials.host);
  const way = origin && wayTo(origin, HOSTS, hosts);
  return origin && way ? { origin, publicOnly: way === "public" } : null;
}

function query({ credentials }: MindboxLink, { operation, transactionId }: Call): URLSearchParams {
  return new URLSearchParams({
    endpointId: credentials.endpointId,
    operation,
    ...(credentials.deviceUuid && { deviceUUID: credentials.deviceUuid }),
    ...(transactionId && { transactionId }),
  });
}

/** Mindbox counts 8,000 a minute for each operation by itself. */
async function limited(link: MindboxLink, { operation }: Call, task: () => Promise<HttpResult>): Promise<HttpResult> {
  try {
    return await link.limiter.run(task, link.signal, operation);
  } catch (error) {
    if (link.signal.aborted) return { kind: "aborted" };
    throw error;
  }
}

/** HTTP 200 is not success: the status in the answer decides. */
function understand(link: MindboxLink, { operation }: Call, result: HttpResult): Said {
  const envelope = result.kind === "response" && result.status < 300 ? readEnvelope(result.json) : null;
  if (envelope && (envelope.status === "Success" || envelope.status === "TransactionAlreadyProcessed"))
    return { kind: "ok", value: envelope };
  if (result.kind === "response" && result.status === 429) link.limiter.throttled(result.retryAfterSeconds);
  const problem = readProblem(result, operation, link.credentials.endpointId);
  if (result.kind !== "aborted") {
    const { status, state, errorId } = problem;
    link.log.warn({ operation, answer: result.kind, status, state, errorId }, "mindbox request failed");
  }
  return { kind: "problem", problem };
}
