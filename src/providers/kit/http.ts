/**
 * One HTTP request to a vendor. In: a request whose host the adapter has already checked. Out: what happened, as a
 * value. Never throws, never follows a redirect (it would carry the credential elsewhere), never logs.
 */
import { Agent, fetch as fetchThrough } from "undici";
import { AddressRefused, publicLookup } from "@/platform/public-address";

export interface HttpRequest {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a `URLSearchParams` goes form-encoded. */
  body?: unknown;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** The host is a merchant's word (`vendor-host.ts`): only a public address is connected to, looked at anew each time. */
  publicOnly?: boolean;
}

export type HttpResult =
  | { kind: "response"; status: number; json: unknown; contentType: string; retryAfterSeconds?: number }
  | { kind: "network" }
  | { kind: "timeout" }
  | { kind: "aborted" }
  /** The name led to an address that is not public. */
  | { kind: "address_refused" };

export const TIMEOUT_MS = 30_000;
/** For calls that carry hundreds of records: vendors cut them after 120 s (Mailchimp fundamentals, 2026-08). */
export const BATCH_TIMEOUT_MS = 120_000;
/** 1,000 members with tags are about 2 MB; anything near this size is not an answer we asked for. */
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

const USER_AGENT = "saleor-crm/0.1";

/** Node's fetch keeps connections alive by itself. */
export async function send(request: HttpRequest): Promise<HttpResult> {
  const stop = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    stop.abort();
  }, request.timeoutMs ?? TIMEOUT_MS);
  // Not AbortSignal.any: on Node 20 it keeps every request alive for as long as the long-lived signal lives.
  const abort = () => stop.abort();
  request.signal?.addEventListener("abort", abort, { once: true });
  try {
    if (request.signal?.aborted) return { kind: "aborted" };
    return await read(await exchange(request, stop.signal));
  } catch (error) {
    if (timedOut) return { kind: "timeout" };
    if (isAddressRefused(error)) return { kind: "address_refused" };
    return request.signal?.aborted ? { kind: "aborted" } : { kind: "network" };
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", abort);
  }
}

let publicAgent: Agent | undefined;

function exchange(request: HttpRequest, signal: AbortSignal): Promise<Response> {
  if (!request.publicOnly) return fetch(request.url, init(request, signal));
  // Node's own fetch takes no look-up of ours.
  publicAgent ??= new Agent({ connect: { lookup: publicLookup } });
  const { headers, body, method } = init(request, signal);
  const plain = { headers: headers as Record<string, string>, body: body as string | URLSearchParams | undefined, method };
  return fetchThrough(request.url, { ...plain, signal, redirect: "manual", dispatcher: publicAgent }) as unknown as Promise<Response>;
}

const isAddressRefused = (error: unknown): boolean =>
  error instanceof AddressRefused || (error instanceof Error && error.cause !== undefined && isAddressRefused(error.cause));

function init(request: HttpRequest, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = { accept: "application/json", "user-agent": USER_AGENT, ...request.headers };
  const { body } = request;
  if (body === undefined || body === null) return { method: request.method, headers, signal, redirect: "manual" };
  if (body instanceof URLSearchParams) return { method: request.method, headers, body, signal, redirect: "manual" };
  headers["content-type"] = "application/json";
  return { method: request.method, headers, body: JSON.stringify(body), signal, redirect: "manual" };
}

async function read(response: Response): Promise<HttpResult> {
  const contentType = response.headers.get("content-type")?.toLowerCase() ?? "";
  const text = await readCapped(response);
  return {
    kind: "response",
    status: response.status,
    json: /[/+]json\b/.test(contentType) ? parse(text) : null,
    contentType,
    ...retryAfter(response.headers.get("retry-after")),
  };
}

async function readCapped(response: Response): Promise<string> {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_RESPONSE_BYTES) throw new Error("response too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); capped at a day so that a wrong clock cannot park a contact for ever. */
function retryAfter(header: string | null): { retryAfterSeconds?: number } {
  if (!header) return {};
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? { retryAfterSeconds: Math.min(86_400, Math.max(0, Math.ceil(seconds))) } : {};
}
