/**
 * A look-up kept on a link's cache as a promise: several batches that run at once share one. A look-up that fails, or
 * that `keep` says no to, is forgotten at once.
 */
interface Kept<T> {
  until: number;
  value: Promise<T>;
}

export function remember<T>(
  cache: Map<string, unknown>,
  key: string,
  options: { ttlMs: number; keep?: (value: T) => boolean },
  look: () => Promise<T>,
): Promise<T> {
  const kept = remembered<T>(cache, key);
  if (kept) return kept;
  const entry: Kept<T> = { until: Date.now() + options.ttlMs, value: look() };
  const forget = () => {
    if (cache.get(key) === entry) cache.delete(key);
  };
  cache.set(key, entry);
  entry.value.then((value) => {
    if (options.keep && !options.keep(value)) forget();
  }, forget);
  return entry.value;
}

/** What is kept and still good, without looking anew. */
export function remembered<T>(cache: Map<string, unknown>, key: string): Promise<T> | undefined {
  const kept = cache.get(key) as Kept<T> | undefined;
  return kept && kept.until > Date.now() ? kept.value : undefined;
}
