/**
 * One after the other for whoever shares an address: two changes that arrive together must not both find nobody and both
 * create. Everybody takes all their places in one go, so nobody can wait in a circle.
 */
type Turns = Map<string, Promise<unknown>>;

const KEY = "turns";

export async function inTurn<T>(cache: Map<string, unknown>, hashes: readonly string[], work: () => Promise<T>): Promise<T> {
  const turns = (cache.get(KEY) ?? new Map()) as Turns;
  cache.set(KEY, turns);
  const before = hashes.map((hash) => turns.get(hash));
  const done = Promise.allSettled(before).then(work);
  const settled = done.catch(() => {});
  for (const hash of hashes) turns.set(hash, settled);
  try {
    return await done;
  } finally {
    for (const hash of hashes) if (turns.get(hash) === settled) turns.delete(hash);
  }
}
