import type { APL, AuthData } from "@saleor/app-sdk/APL";
import type { Log } from "@/platform/log";

type RefreshingApl = APL & { refreshJwks?: (fresh: AuthData) => Promise<void> };

/**
 * The store as the webhook road sees it: `set` only refreshes keys, never brings an old token back, and cannot fail the
 * request. A key set that could not be kept is fetched again; an event answered with an error may be lost.
 */
export function forWebhooks(apl: RefreshingApl, log: Pick<Log, "warn">): APL {
  const refresh = async (fresh: AuthData) => {
    if (apl.refreshJwks) return apl.refreshJwks(fresh);
    const held = await apl.get(fresh.saleorApiUrl);
    if (held?.token === fresh.token && held.jwks !== fresh.jwks) await apl.set({ ...held, jwks: fresh.jwks });
  };
  return {
    get: (saleorApiUrl) => apl.get(saleorApiUrl),
    getAll: () => apl.getAll(),
    delete: (saleorApiUrl) => apl.delete(saleorApiUrl),
    async set(fresh) {
      try {
        await refresh(fresh);
      } catch (error) {
        log.warn({ shop: fresh.saleorApiUrl, err: error }, "the shop's new keys could not be kept");
      }
    },
  };
}
