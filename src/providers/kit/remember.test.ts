import { describe, expect, it } from "vitest";
import { inParallel } from "./in-parallel";
import { remember, remembered } from "./remember";

describe("remember", () => {
  it("looks once for all who ask at the same time", async () => {
    const cache = new Map<string, unknown>();
    let looks = 0;
    const ask = () => remember(cache, "k", { ttlMs: 1000 }, async () => ++looks);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    expect(await remembered(cache, "k")).toBe(1);
  });

  it("forgets what is old, what failed and what is not worth keeping", async () => {
    const cache = new Map<string, unknown>();
    await remember(cache, "old", { ttlMs: -1 }, async () => 1);
    expect(remembered(cache, "old")).toBeUndefined();
    await expect(remember(cache, "bad", { ttlMs: 1000 }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await remember(cache, "odd", { ttlMs: 1000, keep: (n) => n % 2 === 0 }, async () => 3);
    expect([remembered(cache, "bad"), remembered(cache, "odd")]).toEqual([undefined, undefined]);
  });
});

describe("inParallel", () => {
  it("answers in the order of the list and begins no more than the width", async () => {
    let running = 0;
    let most = 0;
    const doubled = await inParallel([5, 1, 3, 2, 4], 2, async (n) => {
      most = Math.max(most, ++running);
      for (let tick = 0; tick < n; tick++) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return n * 2;
    });
    expect(doubled).toEqual([10, 2, 6, 4, 8]);
    expect(most).toBe(2);
  });
});
