/** The drains of this process: at most one per limit key, at most so many at once; the rest waits for the next wake. */
import type { DrainDeps } from "./deps";
import { drain } from "./drain";

/** Milliseconds a worker with nothing to take waits before it looks again. */
const IDLE_MS = 500;

/** The part of the time to stop that answers may take; the rest is for writing down what they said. */
const ANSWERS_SHARE = 0.7;

export interface Drains {
  /** Serves the key until nothing is due; a call during a slice is remembered. */
  serve(limitKey: string): Promise<void>;
  /** Tells a drain under way that something new is due. */
  poke(limitKey: string): void;
  /** Takes no further customers and lets what is on the wire come back, for most of this time. */
  stop(withinMs: number): Promise<void>;
}

interface Running {
  again: boolean;
  wakeUps: Set<() => void>;
}

export function createDrains(deps: DrainDeps, atOnce = 20): Drains {
  const running = new Map<string, Running>();
  const stop = new AbortController();
  const cut = new AbortController();
  let finished: Promise<unknown> = Promise.resolve();

  async function loop(limitKey: string, state: Running): Promise<void> {
    for (;;) {
      state.again = false;
      const { more } = await drain(deps, limitKey, { stop: stop.signal, cut: cut.signal, poked: () => poked(state) }).catch(
        (error: unknown) => {
          // The database is away: the rows stay due, and the tick comes back.
          deps.log.error({ limitKey, error: error instanceof Error ? error.name : "unknown" }, "drain could not begin");
          return { more: false };
        },
      );
      if (stop.signal.aborted || (!more && !state.again)) return;
    }
  }

  return {
    async serve(limitKey) {
      if (stop.signal.aborted) return;
      const present = running.get(limitKey);
      if (present) return poke(present);
      // Over the cap nothing is lost: the rows stay due and the tick comes back.
      if (running.size >= atOnce) return;
      const state: Running = { again: false, wakeUps: new Set() };
      running.set(limitKey, state);
      const work = loop(limitKey, state).finally(() => running.delete(limitKey));
      finished = Promise.allSettled([finished, work]);
      await work;
    },
    poke(limitKey) {
      const state = running.get(limitKey);
      if (state) poke(state);
    },
    async stop(withinMs) {
      stop.abort(new Error("stopping"));
      for (const state of running.values()) poke(state);
      const cutting = setTimeout(() => cut.abort(new Error("stopping")), withinMs * ANSWERS_SHARE);
      await within(withinMs, finished);
      clearTimeout(cutting);
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function poke(state: Running): void {
  state.again = true;
  for (const wakeUp of [...state.wakeUps]) wakeUp();
}

function poked(state: Running): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      state.wakeUps.delete(done);
      resolve();
    };
    const timer = setTimeout(done, IDLE_MS);
    state.wakeUps.add(done);
  });
}
