/**
 * A verified event becomes a mark. In: who changed, in which shop. Out: a committed mark, and a wake. Never reads
 * settings, never calls a provider. Requests that arrive while a statement is under way share the next one.
 */
import type { Mark, Marked } from "@/ledger/marks";
import type { ShopId } from "@/model/shop";

export interface MarkerDeps {
  mark(marks: readonly Mark[]): Promise<Marked>;
  wake(limitKey: string): void;
  load(shopId: ShopId): void;
  /** What was known of it is stale: another process removed it, or the database is another one by now. */
  forget(shopId: ShopId): void;
}

export interface Marker {
  /**
   * A request is at the door that may bring a mark: whoever has brought one already waits for it a moment, so that they share
   * a statement. @returns to be called when it has brought it, or brings none; once is enough.
   */
  expect(): () => void;
  /** Resolves after commit; rejects where the database refused, and then nothing may be acknowledged. */
  mark(mark: Mark): Promise<void>;
}

/** More in one statement gains nothing and makes the first wait for the last. */
const MOST_PER_STATEMENT = 500;
/** A request whose signature takes longer to check than that is not waited for. */
const LONGEST_GATHER_MS = 10;

class UnknownShop extends Error {
  override readonly name = "UnknownShop";
}

interface Waiting {
  mark: Mark;
  resolve(): void;
  reject(error: unknown): void;
}

export function createMarker(deps: MarkerDeps): Marker {
  let waiting: Waiting[] = [];
  let flushing = false;
  let expected = 0;
  let allAreIn = () => {};

  async function flush(): Promise<void> {
    if (flushing) return;
    flushing = true;
    while (waiting.length > 0) {
      await gather();
      const batch = waiting.slice(0, MOST_PER_STATEMENT);
      waiting = waiting.slice(MOST_PER_STATEMENT);
      await commit(batch);
    }
    flushing = false;
  }

  /**
   * The embedded database works on this very thread: a statement begun for the first would hold up those who stand behind
   * it, and each would get one of its own.
   */
  async function gather(): Promise<void> {
    await new Promise(setImmediate);
    if (expected === 0 || waiting.length >= MOST_PER_STATEMENT) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LONGEST_GATHER_MS);
      allAreIn = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    allAreIn = () => {};
  }

  function expect(): () => void {
    expected++;
    let isHere = false;
    return () => {
      if (isHere) return;
      isHere = true;
      if (--expected === 0) allAreIn();
    };
  }

  async function commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const { limitKeys, unloadedShops, unknownShops } = await deps.mark(batch.map((item) => item.mark));
      for (const shopId of unknownShops) deps.forget(shopId);
      for (const item of batch) {
        if (unknownShops.includes(item.mark.shopId)) item.reject(new UnknownShop());
        else item.resolve();
      }
      for (const limitKey of limitKeys) deps.wake(limitKey);
      for (const shopId of unloadedShops) deps.load(shopId);
    } catch (error) {
      for (const item of batch) item.reject(error);
    }
  }

  return {
    expect,
    mark: (mark) =>
      new Promise<void>((resolve, reject) => {
        waiting.push({ mark, resolve, reject });
        void flush();
      }),
  };
}
