/** Reads customer ids from Saleor in the browser, as the signed-in person. Every answer is a value or `Trouble`. */

import { Client, type CombinedError, fetchExchange } from "urql";
import { type Ask, countAll, missing, sourceOf } from "@/walk/source";
import { Trouble } from "@/walk/trouble";
import type { WalkSource } from "@/walk/walk";

const TIMEOUT_MS = 30_000;
/** saleor core 3.23.28 answers 200 and says so in the error (read 2026-08). */
const SESSION_CODES = ["ExpiredSignatureError", "InvalidTokenError", "InvalidSignatureError", "DecodeError"];

export interface SaleorAccess {
  saleorApiUrl: string;
  coreVersion: string | null;
  /** Read for every request, so a refreshed token counts at once. */
  token(): string | undefined;
}

export function saleorSource(access: SaleorAccess): WalkSource {
  return sourceOf(asker(access), isAtLeast322(access.coreVersion));
}

/** How many customers there are; also the proof that this browser and this person may ask. */
export function countCustomers(access: SaleorAccess): Promise<number> {
  return countAll(asker(access));
}

export function asker(access: SaleorAccess): Ask {
  let retryAfter: number | undefined;
  const client = new Client({
    url: access.saleorApiUrl,
    exchanges: [fetchExchange],
    requestPolicy: "network-only",
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { "authorization-bearer": access.token() ?? "" } }),
    fetch: async (input, init) => {
      const answer = await fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
      retryAfter = Number(answer.headers.get("retry-after")) || undefined;
      return answer;
    },
  });
  return async (document, variables) => {
    const { data, error } = await client.query(document, variables).toPromise();
    if (error) throw troubleOf(error, retryAfter);
    return data ?? missing();
  };
}

function troubleOf(error: CombinedError, retryAfter: number | undefined): Trouble {
  const status = (error.response as Response | undefined)?.status;
  if (status === 429) return new Trouble("slow", "saleor", retryAfter);
  const codes = error.graphQLErrors.map((one) => (one.extensions as { exception?: { code?: string } })?.exception?.code ?? "");
  if (codes.includes("PermissionDenied")) return new Trouble("denied", "saleor");
  if (codes.some((code) => SESSION_CODES.includes(code))) return new Trouble("session", "saleor");
  return new Trouble("unreachable", "saleor");
}

export function isAtLeast322(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 22);
}
