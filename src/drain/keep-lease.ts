/** Holds a lease for as long as a slice works under it, and lets nothing leave once it ran out. */
import { type Lease, renewLease } from "@/ledger/lease";
import type { Limiter } from "@/providers/kit/limiter";
import type { DrainDeps } from "./deps";

export interface Keeper {
  /** By our own clock, never later than by the database's: whoever was frozen must not send before it has asked again. */
  isHeld(): boolean;
  end(): void;
}

export function keepLease(deps: DrainDeps, lease: Lease, lost: AbortController, asked: number): Keeper {
  const ms = deps.leaseSeconds * 1000;
  let until = asked + ms;
  const timer = setInterval(async () => {
    const asking = performance.now();
    const held = await renewLease(deps.db, lease, deps.leaseSeconds).catch(() => false);
    if (held) until = asking + ms;
    else lost.abort(new Error("lease lost"));
  }, ms / 3);
  return { isHeld: () => performance.now() < until, end: () => clearInterval(timer) };
}

/** Nothing leaves after the lease ran out, even where nobody could tell us yet. */
export function onlyWhileHeld(limiter: Limiter, keeper: Keeper, lost: AbortController): Limiter {
  return {
    ...limiter,
    run: (task, signal, lane) => {
      const ifHeld = () => {
        if (!keeper.isHeld()) lost.abort(new Error("lease ran out"));
        lost.signal.throwIfAborted();
        return task();
      };
      return limiter.run(ifHeld, signal, lane);
    },
    urgent: () => onlyWhileHeld(limiter.urgent(), keeper, lost),
  };
}
