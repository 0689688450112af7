/** How fast a run goes, from the last 30 seconds. */
const WINDOW_MS = 30_000;
/** Before that a number would only jump about. */
const QUIET_MS = 5_000;

export interface Rate {
  perSecond: number | null;
  secondsLeft: number | null;
}

export class RateMeter {
  #samples: { at: number; done: number }[] = [];

  add(at: number, done: number): void {
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW_MS) this.#samples.shift();
  }

  read(total: number | null): Rate {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < QUIET_MS) return { perSecond: null, secondsLeft: null };
    const perSecond = ((last.done - first.done) * 1000) / (last.at - first.at);
    const secondsLeft = total === null || perSecond <= 0 ? null : Math.max(0, total - last.done) / perSecond;
    return { perSecond, secondsLeft };
  }
}

/** "about 3 min": more exact would be a promise. */
export function roundedLeft(seconds: number): { unit: "seconds" | "minutes" | "hours"; value: number } {
  if (seconds < 55) return { unit: "seconds", value: Math.max(5, Math.ceil(seconds / 5) * 5) };
  if (seconds < 55 * 60) return { unit: "minutes", value: Math.max(1, Math.round(seconds / 60)) };
  return { unit: "hours", value: Math.max(1, Math.round(seconds / 3600)) };
}
