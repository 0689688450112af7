/**
 * Keeps the app polite towards one shop: few requests in flight, none at all while the shop has asked us to stay away
 * (a Saleor Cloud sandbox allows 120 requests a minute and answers 429 beyond; core docs, read 2026-08) or has just
 * failed several times in a row. Who asks meanwhile is told at once, so a shop that hangs holds up nobody who waits.
 */
export interface ReadLimiter {
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Seconds the shop still wants to be left alone; 0 = may ask. */
  pausedSeconds(): number;
  pause(seconds: number): void;
  /** The shop did not answer, or with a fault of its own: from the second time in a row on it is left alone, longer each time. */
  failed(reason: string): void;
  answered(): void;
  /** Why it is left alone. */
  trouble(): string;
}

export interface ReadLimiterOptions {
  inFlight?: number;
  now?: () => number;
  /** The first pause after failures; each further one is twice as long. */
  minSeconds?: number;
  maxSeconds?: number;
}

export function createReadLimiter(options: ReadLimiterOptions = {}): ReadLimiter {
  const { inFlight = 4, now = () => performance.now(), minSeconds = 0.5, maxSeconds = 30 } = options;
  const waiting: (() => void)[] = [];
  let running = 0;
  let pausedUntil = 0;
  let failures = 0;
  let trouble = "throttled";

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
      trouble = "throttled";
      pausedUntil = Math.max(pausedUntil, now() + seconds * 1000);
    },
    failed(reason) {
      // Those that were on the wire together fail together.
      if (pausedUntil > now()) return;
      failures += 1;
      if (failures < 2) return;
      trouble = reason;
      pausedUntil = now() + Math.min(maxSeconds, minSeconds * 2 ** Math.min(failures - 2, 20)) * 1000;
    },
    answered() {
      failures = 0;
    },
    trouble: () => trouble,
  };
}
