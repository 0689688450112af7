import { setMaxListeners } from "node:events";
import { Window, type WindowOptions } from "./window";

/**
 * How many requests may be on the wire to one provider account, and how fast they may start. Local to the one drain
 * that holds the lease of the limit key, so no two processes need to agree. A throttle sign halves it; it recovers slowly.
 */
export interface Limiter {
  /**
   * Runs `task` when a place is free. Rejects with the signal's reason if it is aborted while waiting.
   * @param lane what the vendor counts by itself (an operation): each lane has the pace of `perSecond` for itself.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal, lane?: string): Promise<T>;
  /** The same places, but its tasks start before those that wait already: a fresh change overtakes a backfill. */
  urgent(): Limiter;
  /** The vendor asked us to slow down. `afterSeconds`: it also said for how long to stay away. */
  throttled(afterSeconds?: number): void;
  /** The present allowance, for the page ("12 per second now") and for tests. */
  state(): { inFlight: number; allowed: number; waiting: number; slowedUntil: number | null };
}

export interface LimiterOptions {
  inFlight: number;
  maxInFlight: number;
  perSecond?: number;
  /** So many at most may arrive within any such while, of all lanes: the pace alone does not promise that. */
  window?: WindowOptions;
  /** Milliseconds without a throttle sign before one more request is allowed. */
  recoverAfterMs?: number;
  now?: () => number;
}

interface Waiter {
  start: () => void;
  lane: string;
  since: number;
}

/** How long new starts are held back after a throttle sign that named no time. */
const HOLD_MS = 1000;

/** The allowance grows by waiting: one more request per quiet `recoverAfterMs`, never above `maxInFlight`. */
class Allowance {
  private allowed: number;
  private quietSince: number;

  constructor(
    private readonly options: LimiterOptions,
    private readonly now: () => number,
  ) {
    this.allowed = Math.max(1, Math.min(options.inFlight, options.maxInFlight));
    this.quietSince = now();
  }

  current(): number {
    const step = this.options.recoverAfterMs ?? 15_000;
    const steps = Math.min(Math.floor((this.now() - this.quietSince) / step), this.options.maxInFlight - this.allowed);
    if (steps > 0) {
      this.allowed += steps;
      this.quietSince += steps * step;
    }
    return this.allowed;
  }

  halve(): void {
    this.allowed = Math.max(1, Math.floor(this.current() / 2));
  }

  disturb(): void {
    this.quietSince = this.now();
  }

  /** Milliseconds between two starts; a halved allowance also halves the pace. */
  gapMs(): number {
    if (!this.options.perSecond) return 0;
    return 1000 / (this.options.perSecond * Math.min(1, this.current() / this.options.inFlight));
  }
}

export function createLimiter(options: LimiterOptions): Limiter {
  // By a clock that does not jump: a hold that was set while it was ahead would last for as long.
  const now = options.now ?? (() => performance.now());
  const allowance = new Allowance(options, now);
  const queue = new Set<Waiter>();
  const urgentQueue = new Set<Waiter>();
  let inFlight = 0;
  let heldUntil = 0;
  const nextStarts = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  const window = options.window && new Window(options.window, now);

  const nextStartIn = (lane: string) => Math.max(heldUntil, nextStarts.get(lane) ?? 0, window?.freeAt() ?? 0);

  function pump(): void {
    const waiting = new Set<string>();
    for (const waiter of inTurn()) {
      if (inFlight >= allowance.current()) return;
      if (waiting.has(waiter.lane)) continue;
      if (nextStartIn(waiter.lane) > now()) {
        waiting.add(waiter.lane);
        continue;
      }
      urgentQueue.delete(waiter);
      queue.delete(waiter);
      begin(waiter);
    }
    if (waiting.size > 0) pumpLater(Math.min(...[...waiting].map(nextStartIn)) - now());
  }

  function* inTurn(): Generator<Waiter> {
    yield* urgentQueue;
    yield* queue;
  }

  function pumpLater(waitMs: number): void {
    clearTimeout(timer);
    // Without a time: whoever comes back pumps.
    if (Number.isFinite(waitMs)) timer = setTimeout(pump, Math.ceil(waitMs));
  }

  function begin(waiter: Waiter): void {
    inFlight += 1;
    window?.started();
    const gap = allowance.gapMs();
    const planned = Math.max(heldUntil, nextStarts.get(waiter.lane) ?? 0);
    // A timer fires a little late: for those that waited the delay is made up, or a fast pace would lose a tenth.
    const startedAt = waiter.since <= planned ? Math.max(planned, now() - gap) : now();
    nextStarts.set(waiter.lane, startedAt + gap);
    waiter.start();
  }

  function place(line: Set<Waiter>, lane: string, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        line.delete(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        lane,
        since: now(),
        start: () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      if (signal?.aborted) return reject(signal.reason);
      // Hundreds may wait on one signal; each leaves with its turn, so Node's warning of a leak would be wrong.
      if (signal) setMaxListeners(0, signal);
      signal?.addEventListener("abort", abort, { once: true });
      line.add(waiter);
      pump();
    });
  }

  const runIn =
    (line: Set<Waiter>): Limiter["run"] =>
    async (task, signal, lane = "") => {
      await place(line, lane, signal);
      try {
        return await task();
      } finally {
        inFlight -= 1;
        window?.ended();
        pump();
      }
    };

  const limiter: Limiter = {
    run: runIn(queue),
    urgent: () => ({ ...limiter, run: runIn(urgentQueue) }),

    throttled(afterSeconds) {
      // Requests on the wire come back together: signs within one hold are one sign, or a burst would halve down to one.
      if (now() >= heldUntil) allowance.halve();
      allowance.disturb();
      heldUntil = Math.max(heldUntil, now() + (afterSeconds === undefined ? HOLD_MS : afterSeconds * 1000));
    },

    state: () => ({
      inFlight,
      allowed: allowance.current(),
      waiting: queue.size + urgentQueue.size,
      slowedUntil: heldUntil > now() ? heldUntil : null,
    }),
  };
  return limiter;
}
