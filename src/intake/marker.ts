/**
 * A verified event becomes a mark. In: who changed, in which shop. Out: a committed mark, and a wake. Never reads
 * settings, never calls a provider. Requests that arrive while a statement is under way share the next one.
 */
import type { Mark } from "@/ledger/marks";

export interface MarkerDeps {
  mark(marks: readonly Mark[]): Promise<{ limitKeys: string[]; unloadedShops: string[] }>;
  wake(limitKey: string): void;
  load(shopId: string): void;
}

export interface Marker {
  /** Resolves after commit; rejects where the database refused, and then nothing may be acknowledged. */
  mark(mark: Mark): Promise<void>;
}

/** More in one statement gains nothing and makes the first wait for the last. */
const MOST_PER_STATEMENT = 500;

interface Waiting {
  mark: Mark;
  resolve(): void;
  reject(error: unknown): void;
}

export function createMarker(deps: MarkerDeps): Marker {
  let waiting: Waiting[] = [];
  let flushing = false;

  async function flush(): Promise<void> {
    if (flushing) return;
    flushing = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_PER_STATEMENT);
      waiting = waiting.slice(MOST_PER_STATEMENT);
      await commit(batch);
    }
    flushing = false;
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const { limitKeys, unloadedShops } = await deps.mark(batch.map((item) => item.mark));
      for (const item of batch) item.resolve();
      for (const limitKey of limitKeys) deps.wake(limitKey);
      for (const shopId of unloadedShops) deps.load(shopId);
    } catch (error) {
      for (const item of batch) item.reject(error);
    }
  }

  return {
    mark: (mark) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ mark, resolve, reject });
        void flush();
      }),
  };
}
