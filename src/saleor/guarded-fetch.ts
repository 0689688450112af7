/**
 * The only way out to a shop. A shop's address is a stranger's word, so: https, a public address at every connect, no
 * redirects, a time limit over the whole exchange, a size limit on what is read.
 */

import { isIP } from "node:net";
import { Agent, request } from "undici";
import { AddressRefused, isLoopbackHost, isPublicAddress, publicLookup } from "@/platform/public-address";

export interface FetchAnswer {
  status: number;
  header(name: string): string | null;
  text: string;
}

export interface FetchOptions {
  method?: "GET" | "POST";
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
  maxBytes?: number;
}

export type GuardedFetch = (url: string, options?: FetchOptions) => Promise<FetchAnswer>;
export type FetchTroubleReason = "address_refused" | "timeout" | "network" | "too_large" | "aborted";

/** No answer worth reading. The message names no address and no content. */
export class FetchTrouble extends Error {
  constructor(
    readonly reason: FetchTroubleReason,
    options?: ErrorOptions,
  ) {
    super(`request failed: ${reason}`, options);
    this.name = "FetchTrouble";
  }
}

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 1_000_000;

export interface GuardOptions {
  /** `host` or `host:port` that may be private and plain http (SALEOR_ALLOWED_HOSTS). */
  allowedHosts: readonly string[];
  /** CRM_SANDBOX: shops on this very machine. */
  allowLoopback: boolean;
}

export function createGuardedFetch(guard: GuardOptions): GuardedFetch {
  const keepAlive = { keepAliveTimeout: 10_000 };
  const guarded = new Agent({ ...keepAlive, connect: { lookup: publicLookup, timeout: TIMEOUT_MS } });
  const open = new Agent({ ...keepAlive, connect: { timeout: TIMEOUT_MS } });

  return async (address, options = {}) => {
    const url = new URL(address);
    const dispatcher = isTrustedHost(url, guard) ? open : guarded;
    if (dispatcher === guarded && !mayLeave(url)) throw new FetchTrouble("address_refused");
    const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    try {
      const answer = await request(url, {
        method: options.method ?? "GET",
        headers: options.headers,
        body: options.body,
        signal,
        dispatcher,
      });
      const text = await readLimited(answer.body, options.maxBytes ?? MAX_BYTES);
      return { status: answer.statusCode, header: (name) => one(answer.headers[name]), text };
    } catch (error) {
      throw asTrouble(error, timeout, options.signal);
    }
  };
}

/** Whether an address may be asked at all, for a clear answer before anything is sent. Names are looked up only at connect. */
export function isAcceptableAddress(address: string, guard: GuardOptions): boolean {
  const url = new URL(address);
  return isTrustedHost(url, guard) || mayLeave(url);
}

function isTrustedHost(url: URL, guard: GuardOptions): boolean {
  if (url.protocol !== "https:" && url.protocol !== "http:") return false;
  const listed = guard.allowedHosts.some((entry) => [url.host, url.hostname].includes(entry.toLowerCase()));
  return listed || (guard.allowLoopback && isLoopbackHost(url.hostname));
}

/** A socket skips the look-up for a literal address, so those are checked here. */
function mayLeave(url: URL): boolean {
  if (url.protocol !== "https:") return false;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? true : isPublicAddress(host);
}

async function readLimited(body: AsyncIterable<Buffer> & { destroy(): unknown }, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new FetchTrouble("too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const one = (value: string | string[] | undefined): string | null => (Array.isArray(value) ? (value[0] ?? null) : (value ?? null));

function asTrouble(error: unknown, timeout: AbortSignal, caller: AbortSignal | undefined): FetchTrouble {
  if (error instanceof FetchTrouble) return error;
  if (error instanceof AddressRefused) return new FetchTrouble("address_refused", { cause: error });
  if (caller?.aborted) return new FetchTrouble("aborted", { cause: error });
  const code = (error as { code?: unknown }).code;
  const late = timeout.aborted || (typeof code === "string" && code.endsWith("_TIMEOUT"));
  return new FetchTrouble(late ? "timeout" : "network", { cause: error });
}
