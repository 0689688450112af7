/**
 * Asks one shop's GraphQL API as the installed app. Every answer is sorted into four kinds, because what follows differs:
 * go on, stop for this shop, ask again later, or mend our own request. Nothing is thrown for what Saleor is known to say.
 */
import type { TypedDocumentNode } from "@urql/core";
import { type DocumentNode, Kind, print } from "graphql";
import { z } from "zod";
import { type FetchAnswer, FetchTrouble, type GuardedFetch } from "./guarded-fetch";
import { createReadLimiter, type ReadLimiter } from "./read-limiter";

/** Saleor's words without its message: messages may quote what was asked for. */
export interface SaleorError {
  /** `extensions.exception.code`, e.g. `PermissionDenied`. */
  code: string;
  /** `customers.edges.3.node.privateMetafields`; empty for the whole request. */
  path: string;
}

export type SaleorAnswer<R> =
  | { kind: "ok"; data: R; errors: readonly SaleorError[] }
  | { kind: "denied" }
  | { kind: "unavailable"; reason: string; afterSeconds?: number }
  | { kind: "refused"; codes: readonly string[] };

export interface SaleorClient {
  request<R, V>(document: TypedDocumentNode<R, V>, variables: V, options?: { signal?: AbortSignal }): Promise<SaleorAnswer<R>>;
}

export interface SaleorClientOptions {
  saleorApiUrl: string;
  token: string;
  fetch: GuardedFetch;
  /** Shared by all clients of a shop; see `read-limiter.ts`. */
  limiter?: ReadLimiter;
  timeoutMs?: number;
  maxBytes?: number;
}

/** A page of 100 customers with long metadata is far above what the handshake may read. */
const MAX_BYTES = 10_000_000;
const TIMEOUT_MS = 15_000;
/** Saleor's request window is a fixed minute; used where a 429 names no time. */
const THROTTLE_SECONDS = 60;

export function createSaleorClient(options: SaleorClientOptions): SaleorClient {
  const limiter = options.limiter ?? createReadLimiter();
  return {
    async request<R, V>(document: TypedDocumentNode<R, V>, variables: V, { signal }: { signal?: AbortSignal } = {}) {
      const ask = async () => left(limiter) ?? note(limiter, await post<R>(options, { document, variables, signal }));
      return left(limiter) ?? limiter.run(ask);
    },
  };
}

function left(limiter: ReadLimiter): Extract<SaleorAnswer<never>, { kind: "unavailable" }> | null {
  const paused = limiter.pausedSeconds();
  return paused > 0 ? { kind: "unavailable", reason: limiter.trouble(), afterSeconds: paused } : null;
}

/** These say something about the shop, not about what was asked. */
const SHOP_IS_AWAY = /^(http_5\d\d|network|timeout|not_graphql)$/;

function note<R>(limiter: ReadLimiter, answer: SaleorAnswer<R>): SaleorAnswer<R> {
  if (answer.kind !== "unavailable") limiter.answered();
  else if (answer.reason === "throttled") limiter.pause(answer.afterSeconds ?? THROTTLE_SECONDS);
  else if (SHOP_IS_AWAY.test(answer.reason)) limiter.failed(answer.reason);
  return answer;
}

async function post<R>(
  { saleorApiUrl, token, fetch, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES }: SaleorClientOptions,
  { document, variables, signal }: { document: DocumentNode; variables: unknown; signal?: AbortSignal },
): Promise<SaleorAnswer<R>> {
  const { query, operationName } = written(document);
  try {
    const answer = await fetch(saleorApiUrl, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables, operationName }),
      signal,
      timeoutMs,
      maxBytes,
    });
    return readAnswer<R>(answer);
  } catch (error) {
    if (error instanceof FetchTrouble) return { kind: "unavailable", reason: error.reason };
    throw error;
  }
}

const texts = new WeakMap<DocumentNode, { query: string; operationName: string | undefined }>();

function written(document: DocumentNode) {
  const known = texts.get(document);
  if (known) return known;
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const text = { query: print(document), operationName: operation?.name?.value };
  texts.set(document, text);
  return text;
}

const graphqlBody = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        path: z.array(z.union([z.string(), z.number()])).nullish(),
        extensions: z.object({ code: z.string().nullish(), exception: z.object({ code: z.string().nullish() }).nullish() }).nullish(),
      }),
    )
    .nullish(),
});

function readAnswer<R>(answer: FetchAnswer): SaleorAnswer<R> {
  if (answer.status === 401) return { kind: "denied" };
  if (answer.status === 429) return { kind: "unavailable", reason: "throttled", afterSeconds: retryAfter(answer) };
  if (answer.status === 413) return { kind: "refused", codes: ["body_too_large"] };
  if (answer.status !== 200 && answer.status !== 400) {
    return {
      kind: "unavailable",
      reason: `http_${answer.status}`,
      afterSeconds: answer.header("retry-after") ? retryAfter(answer) : undefined,
    };
  }
  const body = graphqlBody.safeParse(parseJson(answer.text));
  if (!body.success) return { kind: "unavailable", reason: "not_graphql" };
  const errors = (body.data.errors ?? []).map((error) => ({
    code: error.extensions?.exception?.code ?? error.extensions?.code ?? "unknown",
    path: (error.path ?? []).join("."),
  }));
  if (answer.status === 400 && !errors.some((error) => DENIALS.has(error.code))) return { kind: "refused", codes: codesOf(errors) };
  return sort<R>(body.data.data ?? null, errors);
}

/** A revoked token is no HTTP error: Saleor treats us as a stranger and denies field by field (core 3.23.28, read 2026-08). */
const DENIALS = new Set(["PermissionDenied", "InvalidTokenError", "ExpiredSignatureError", "DecodeError", "InvalidSignatureError"]);
const OWN_FAULTS = new Set(["GraphQLError", "QueryCostError"]);

function sort<R>(data: Record<string, unknown> | null, errors: readonly SaleorError[]): SaleorAnswer<R> {
  const nothing = data === null || Object.values(data).every((value) => value === null);
  if (nothing && errors.some((error) => DENIALS.has(error.code))) return { kind: "denied" };
  if (data === null || (nothing && errors.length > 0)) {
    const ours = errors.length > 0 && errors.every((error) => OWN_FAULTS.has(error.code));
    return ours ? { kind: "refused", codes: codesOf(errors) } : { kind: "unavailable", reason: "server_error" };
  }
  return { kind: "ok", data: data as R, errors };
}

const codesOf = (errors: readonly SaleorError[]) => (errors.length > 0 ? [...new Set(errors.map((error) => error.code))] : ["unknown"]);

function retryAfter(answer: FetchAnswer): number {
  const seconds = Number(answer.header("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.ceil(seconds), 3600) : THROTTLE_SECONDS;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
