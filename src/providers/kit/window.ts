/**
 * For vendors that count what arrived within a sliding while. When a request arrives is not known here: some time between
 * its start and its answer. On a busy machine, or a bad line, requests that started apart arrive together. So each
 * counts from its start until that while after its answer, and no while can hold more than was allowed, however they bunch.
 */
export interface WindowOptions {
  requests: number;
  ms: number;
}

/** Their clock may run a little otherwise than ours. */
const MARGIN_MS = 10;

export class Window {
  private onTheWire = 0;
  /** When they were answered, the oldest first. */
  private answered: number[] = [];

  constructor(
    private readonly options: WindowOptions,
    private readonly now: () => number,
  ) {}

  /** When one more may start; `Infinity` = as soon as one of those on the wire has been answered for long enough. */
  freeAt(): number {
    const lasts = this.options.ms + MARGIN_MS;
    const since = this.now() - lasts;
    this.answered = this.answered.filter((at) => at > since);
    const tooMany = this.onTheWire + this.answered.length - this.options.requests;
    if (tooMany < 0) return 0;
    return (this.answered[tooMany] ?? Number.POSITIVE_INFINITY) + lasts;
  }

  started(): void {
    this.onTheWire += 1;
  }

  ended(): void {
    this.onTheWire -= 1;
    this.answered.push(this.now());
  }
}
