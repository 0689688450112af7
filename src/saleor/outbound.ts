/**
 * What all requests of this process to shops share: one guarded way out, one cache of keys, one limiter per shop. Kept on
 * `globalThis` because Next builds pages and instrumentation as separate module graphs.
 */
import type { AuthData } from "@saleor/app-sdk/APL";
import { env } from "@/platform/env";
import { log } from "@/platform/log";
import { forgetApl, sharedApl } from "./apl/create-apl";
import { forWebhooks } from "./apl/for-webhooks";
import { createSaleorClient, type SaleorClient } from "./client";
import { createGuardedFetch, type GuardedFetch, type GuardOptions } from "./guarded-fetch";
import { createJwksCache, type JwksCache } from "./jwks";
import { createReadLimiter, type ReadLimiter } from "./read-limiter";

interface Outbound {
  fetch?: GuardedFetch;
  jwks?: JwksCache;
  limiters?: Map<string, ReadLimiter>;
}
const holder = globalThis as { __crmOutbound?: Outbound };

function shared(): Outbound {
  holder.__crmOutbound ??= {};
  return holder.__crmOutbound;
}

export const guardOptions = (): GuardOptions => ({ allowedHosts: env().SALEOR_ALLOWED_HOSTS, allowLoopback: env().CRM_SANDBOX });

export function sharedFetch(): GuardedFetch {
  const own = shared();
  own.fetch ??= createGuardedFetch(guardOptions());
  return own.fetch;
}

export function sharedJwks(): JwksCache {
  const own = shared();
  own.jwks ??= createJwksCache({ fetch: sharedFetch(), onFresh: (saleorApiUrl, text) => void keepJwks(saleorApiUrl, text) });
  return own.jwks;
}

/** The app's own client for a shop, with the limiter that all its clients share. */
export function saleorClientFor(authData: AuthData): SaleorClient {
  const own = shared();
  own.limiters ??= new Map();
  const limiter = own.limiters.get(authData.saleorApiUrl) ?? createReadLimiter(pauses());
  own.limiters.set(authData.saleorApiUrl, limiter);
  return createSaleorClient({ saleorApiUrl: authData.saleorApiUrl, token: authData.token, fetch: sharedFetch(), limiter });
}

/** Shorter than the pauses of rows: whoever opens a page should not wait for long once the shop is back. */
const pauses = () => ({ minSeconds: env().RETRY_MIN_SECONDS / 10, maxSeconds: Math.min(30, env().RETRY_MAX_SECONDS) });

/** New keys are kept beside the token, so that a start without the shop at hand can still judge signatures. */
async function keepJwks(saleorApiUrl: string, jwks: string): Promise<void> {
  const apl = sharedApl();
  const held = await apl.get(saleorApiUrl).catch(() => undefined);
  if (held) await forWebhooks(apl, log()).set({ ...held, jwks });
}

/** For tests: the next request starts from the present environment. */
export function forgetOutbound(): void {
  holder.__crmOutbound = undefined;
  forgetApl();
}
