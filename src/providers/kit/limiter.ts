/**
 * How many requests may be on the wire to one provider account, and how fast they may start. Local to the one drain
 * that holds the lease of the limit key, so no two processes need to agree. A throttle sign halves it; it recovers slowly.
 */
export interface Limiter {
  /** Runs `task` when a place is free. Rejects with the signal's reason if it is aborted while waiting. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** The vendor asked us to slow down. `afterSeconds`: it also said for how long to stay away. */
  throttled(afterSeconds?: number): void;
  /** The present allowance, for the page ("12 per second now") and for tests. */
  state(): { inFlight: number; allowed: number; waiting: number; slowedUntil: number | null };
}

export interface LimiterOptions {
  inFlight: number;
  maxInFlight: number;
  perSecond?: number;
  /** Milliseconds without a throttle sign before one more request is allowed. */
  recoverAfterMs?: number;
  now?: () => number;
}
