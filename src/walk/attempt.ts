/**
 * Asks again when Saleor or this app did not answer: five tries with growing delays, each said on the page. Being told
 * to slow down is not a failure: from then on requests start at most 120 a minute, Saleor Cloud's sandbox limit.
 */
import { Trouble } from "./trouble";

/** Seconds before try 2, 3, 4, 5 and the last one. */
export const DELAYS_SECONDS = [4, 8, 16, 32, 64] as const;
export const SLOW_PER_MINUTE = 120;
const HOLD_SECONDS = 10;
/** Told to slow down this often in a row, at our slowest pace: somebody else uses up the whole allowance. */
const MOST_SLOWED = 30;

export interface Clock {
  now(): number;
  /** Resolves after the time, or at once when the signal says so. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Retrying {
  who: "saleor" | "app";
  inSeconds: number;
  attempt: number;
  of: number;
}

export class Pacer {
  #isSlow = false;
  #nextAt = 0;

  constructor(private readonly clock: Clock) {}

  get isSlow(): boolean {
    return this.#isSlow;
  }

  async turn(signal: AbortSignal): Promise<void> {
    if (!this.#isSlow) return;
    const at = Math.max(this.clock.now(), this.#nextAt);
    this.#nextAt = at + 60_000 / SLOW_PER_MINUTE;
    await this.clock.sleep(at - this.clock.now(), signal);
  }

  slowDown(afterSeconds = HOLD_SECONDS): void {
    this.#isSlow = true;
    this.#nextAt = Math.max(this.#nextAt, this.clock.now() + afterSeconds * 1000);
  }
}

export interface AttemptDeps {
  clock: Clock;
  signal: AbortSignal;
  pacer: Pacer | null;
  onRetry(retrying: Retrying | null): void;
}

/** Resolves with the answer, or rejects with the last trouble. Rejects with the signal's reason when stopped while waiting. */
export async function attempt<T>(deps: AttemptDeps, ask: () => Promise<T>): Promise<T> {
  let failures = 0;
  let slowed = 0;
  for (;;) {
    await deps.pacer?.turn(deps.signal);
    deps.signal.throwIfAborted();
    try {
      const answer = await ask();
      if (failures > 0) deps.onRetry(null);
      return answer;
    } catch (error) {
      const trouble = asTrouble(error);
      if (trouble.kind === "slow" && deps.pacer && slowed < MOST_SLOWED) {
        slowed += 1;
        deps.pacer.slowDown(trouble.afterSeconds);
        continue;
      }
      const delay = trouble.kind === "denied" ? undefined : DELAYS_SECONDS[failures];
      if (delay === undefined) throw trouble;
      failures += 1;
      deps.onRetry({ who: trouble.who, inSeconds: delay, attempt: failures, of: DELAYS_SECONDS.length });
      await deps.clock.sleep(delay * 1000, deps.signal);
    }
  }
}

/** Anything that is not known trouble is a fault on our side of the line, and as worth another try. */
export function asTrouble(error: unknown): Trouble {
  return error instanceof Trouble ? error : new Trouble("unreachable", "app");
}
