/**
 * Works through a list with at most `width` at once, in order of start. A wide enough pool keeps the limiter busy
 * while only a few are begun, so that a lost credential or a stop is noticed before the rest is tried.
 */
export async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
