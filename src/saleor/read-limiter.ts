/**
 * Keeps the app polite towards one shop: few requests in flight, none at all while the shop has asked us to stay away
 * (a Saleor Cloud sandbox allows 120 requests a minute and answers 429 beyond; core docs, read 2026-08).
 */
export interface ReadLimiter {
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Seconds the shop still wants to be left alone; 0 = may ask. */
  pausedSeconds(): number;
  pause(seconds: number): void;
}

export function createReadLimiter({ inFlight = 4, now = Date.now }: { inFlight?: number; now?: () => number } = {}): ReadLimiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  let pausedUntil = 0;

  /** A place is handed over directly, so that a newcomer cannot slip in between. */
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };
  const enter = async () => {
    if (running >= inFlight) return new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
  };

  return {
    async run(task) {
      await enter();
      try {
        return await task();
      } finally {
        leave();
      }
    },
    pausedSeconds: () => Math.max(0, Math.ceil((pausedUntil - now()) / 1000)),
    pause(seconds) {
      pausedUntil = Math.max(pausedUntil, now() + seconds * 1000);
    },
  };
}
