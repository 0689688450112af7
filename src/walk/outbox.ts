/**
 * Hands ids to the server in chunks, a few in flight, and remembers which pages have arrived whole. A chunk carries the
 * place that will be true once it arrived, so chunks that overtake each other can only move a saved place back.
 */
import type { LanePlace, Place } from "./place";

/** A page of a lane that was read; `left` of its ids have not reached the server yet. */
export interface ReadPage {
  /** Where the next page begins; `null` after the last one. */
  end: string | null;
  left: number;
}

export interface Lane {
  /** Everything before it has arrived. */
  place: LanePlace;
  pages: ReadPage[];
}

interface Item {
  id: string;
  page: ReadPage;
}

export interface OutboxDeps {
  lanes: readonly Lane[];
  chunkSize: number;
  inFlight: number;
  signal: AbortSignal;
  /** Resolves once the chunk has arrived. */
  post(ids: string[], place: Place): Promise<void>;
  onFailure(error: unknown): void;
  onChange(): void;
}

export class Outbox {
  #waiting: Item[] = [];
  #out = 0;
  #flushing = false;
  #listeners: (() => void)[] = [];
  posted = 0;

  constructor(private readonly deps: OutboxDeps) {
    deps.signal.addEventListener("abort", () => this.#changed(), { once: true });
  }

  get requestsOut(): number {
    return this.#out;
  }

  add(lane: Lane, ids: string[], end: string | null): void {
    const page: ReadPage = { end, left: ids.length };
    lane.pages.push(page);
    this.#waiting.push(...ids.map((id) => ({ id, page })));
    settle(lane);
    this.#pump();
  }

  /** Resolves when another page may be read: what waits here stays within two chunks. */
  async room(): Promise<void> {
    while (!this.deps.signal.aborted && this.#waiting.length >= this.deps.chunkSize * 2) await this.#change();
  }

  /** Sends the rest and resolves when all of it arrived, or when stopped and nothing is out any more. */
  async drained(): Promise<void> {
    this.#flushing = true;
    this.#pump();
    while (this.#out > 0 || (this.#waiting.length > 0 && !this.deps.signal.aborted)) await this.#change();
    this.#flushing = false;
  }

  place(assumed: ReadonlyMap<ReadPage, number> = new Map()): Place {
    return { v: 1, lanes: this.deps.lanes.map((lane) => reached(lane, assumed)) };
  }

  #pump(): void {
    const { chunkSize, inFlight, signal } = this.deps;
    while (!signal.aborted && this.#out < inFlight && this.#waiting.length >= (this.#flushing ? 1 : chunkSize)) {
      void this.#send(this.#waiting.splice(0, chunkSize));
    }
  }

  async #send(items: Item[]): Promise<void> {
    this.#out += 1;
    const perPage = new Map<ReadPage, number>();
    for (const { page } of items) perPage.set(page, (perPage.get(page) ?? 0) + 1);
    try {
      await this.deps.post(
        items.map(({ id }) => id),
        this.place(perPage),
      );
      this.posted += items.length;
      for (const [page, count] of perPage) page.left -= count;
      this.deps.lanes.forEach(settle);
    } catch (error) {
      this.deps.onFailure(error);
    }
    this.#out -= 1;
    this.#pump();
    this.#changed();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  #changed(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const wake of listeners) wake();
    this.deps.onChange();
  }
}

function settle(lane: Lane): void {
  lane.place = reached(lane, new Map());
  while (lane.pages[0]?.left === 0) lane.pages.shift();
}

function reached(lane: Lane, assumed: ReadonlyMap<ReadPage, number>): LanePlace {
  let { after, done } = lane.place;
  for (const page of lane.pages) {
    if (page.left > (assumed.get(page) ?? 0)) break;
    if (page.end === null) done = true;
    else after = page.end;
  }
  return { ...lane.place, after, done };
}
