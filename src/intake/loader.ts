/**
 * Loads the settings of shops whose marks wait. Nobody waits for it: a shop that hangs must not hold up the others. One
 * look at a shop at a time; one that does not answer is left alone for longer and longer.
 */
import type { ShopId } from "@/model/shop";

export interface LoaderOptions {
  /** @returns whether the shop answered. */
  load(shopId: ShopId): Promise<boolean>;
  atOnce?: number;
  pauseMs?: number;
  longestPauseMs?: number;
  now?: () => number;
}

export interface Loader {
  /** What cannot begin now is asked for again by the next mark or tick. */
  soon(shopId: ShopId): void;
}

export function createLoader({
  load,
  atOnce = 8,
  pauseMs = 2_000,
  longestPauseMs = 600_000,
  now = () => performance.now(),
}: LoaderOptions): Loader {
  const underWay = new Set<ShopId>();
  const silent = new Map<ShopId, { failures: number; until: number }>();

  async function look(shopId: ShopId): Promise<void> {
    underWay.add(shopId);
    const answered = await load(shopId).catch(() => false);
    underWay.delete(shopId);
    if (answered) return void silent.delete(shopId);
    const failures = (silent.get(shopId)?.failures ?? 0) + 1;
    silent.set(shopId, { failures, until: now() + Math.min(longestPauseMs, pauseMs * 2 ** Math.min(failures, 20)) });
  }

  return {
    soon(shopId) {
      const isPaused = (silent.get(shopId)?.until ?? 0) > now();
      if (!isPaused && !underWay.has(shopId) && underWay.size < atOnce) void look(shopId);
    },
  };
}
