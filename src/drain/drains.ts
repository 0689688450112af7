/**
 * The drains of this process: at most one per limit key, at most so many at once. Whoever finds no place waits in line,
 * and those who have one give it up the sooner: a hundred accounts in the middle of a backfill hold up no fresh change.
 */
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
  /** By `performance.now()`. */
  pokedAt: number;
  wakeUps: Set<() => void>;
}

/** How long a place may be kept while others wait for one. */
const SHORT_TURN_MS = 2_000;
/** Who has to wait for a provider's answers after that goes on waiting without a place; so many such for each place. */
const WITHOUT_PLACE = 10;
const LOOK_EVERY_MS = 500;

export function createDrains(deps: DrainDeps, atOnce = 20): Drains {
  const running = new Map<string, Running>();
  /** Those that count against the limit, and since when. */
  const places = new Map<string, number>();
  const line = new Set<string>();
  let looking: NodeJS.Timeout | undefined;
  const stop = new AbortController();
  const cut = new AbortController();
  let finished: Promise<unknown> = Promise.resolve();

  async function turns(limitKey: string, state: Running): Promise<void> {
    for (;;) {
      state.again = false;
      const isOver = turnOver();
      const { more } = await drain(deps, limitKey, {
        stop: stop.signal,
        cut: cut.signal,
        isOver,
        poked: () => poked(state),
        pokedAt: () => state.pokedAt,
      }).catch((error: unknown) => {
        // The database is away: the rows stay due, and the tick comes back.
        deps.log.error({ limitKey, error: error instanceof Error ? error.name : "unknown" }, "drain could not begin");
        return { more: false };
      });
      const goesOn = more || state.again;
      if (stop.signal.aborted || !goesOn) return;
      if (line.size > 0) return wait(limitKey);
    }
  }

  /** The slice ends sooner where others wait for a place. */
  function turnOver(): () => boolean {
    const began = performance.now();
    return () => performance.now() - began > (line.size > 0 ? SHORT_TURN_MS : deps.sliceMs);
  }

  async function begin(limitKey: string): Promise<void> {
    const state: Running = { again: false, pokedAt: performance.now(), wakeUps: new Set() };
    running.set(limitKey, state);
    places.set(limitKey, performance.now());
    const work = turns(limitKey, state).finally(() => {
      running.delete(limitKey);
      places.delete(limitKey);
      callNext();
    });
    finished = Promise.allSettled([finished, work]);
    await work;
  }

  const isFull = () => places.size >= atOnce || running.size >= atOnce * WITHOUT_PLACE;

  function wait(limitKey: string): void {
    line.add(limitKey);
    looking ??= setInterval(takeFromThoseWhoWait, LOOK_EVERY_MS).unref();
  }

  /** A provider that hangs must not hold up the others. */
  function takeFromThoseWhoWait(): void {
    const longest = performance.now() - 2 * SHORT_TURN_MS;
    for (const [limitKey, since] of places) if (since < longest) places.delete(limitKey);
    callNext();
  }

  function callNext(): void {
    for (const limitKey of line) {
      if (stop.signal.aborted || isFull()) return;
      line.delete(limitKey);
      void begin(limitKey);
    }
    clearInterval(looking);
    looking = undefined;
  }

  return {
    async serve(limitKey) {
      if (stop.signal.aborted) return;
      const present = running.get(limitKey);
      if (present) return poke(present);
      if (isFull()) return wait(limitKey);
      await begin(limitKey);
    },
    poke(limitKey) {
      const state = running.get(limitKey);
      if (state) poke(state);
    },
    async stop(withinMs) {
      stop.abort(new Error("stopping"));
      clearInterval(looking);
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
  state.pokedAt = performance.now();
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
