import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLimiter } from "./limiter";

/** A task that ends when told to. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, task: () => opened };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("limiter", () => {
  it("never has more in flight than allowed, and runs everything", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(fc.nat({ max: 3 }), { maxLength: 40 }), async (places, turns) => {
        const limiter = createLimiter({ inFlight: places, maxInFlight: places });
        let running = 0;
        let most = 0;
        const task = (ticks: number) => async () => {
          running += 1;
          most = Math.max(most, running);
          for (let tick = 0; tick < ticks; tick++) await settled();
          running -= 1;
          return ticks;
        };
        expect(await Promise.all(turns.map((ticks) => limiter.run(task(ticks))))).toEqual(turns);
        expect(most).toBeLessThanOrEqual(places);
        expect(limiter.state()).toMatchObject({ inFlight: 0, waiting: 0 });
      }),
      { numRuns: 40 },
    );
  });

  it("gives the place back when a task fails", async () => {
    const limiter = createLimiter({ inFlight: 1, maxInFlight: 1 });
    await expect(limiter.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await limiter.run(async () => "yes")).toBe("yes");
  });

  it("starts first what came first", async () => {
    const limiter = createLimiter({ inFlight: 1, maxInFlight: 1 });
    const order: number[] = [];
    await Promise.all([1, 2, 3].map((n) => limiter.run(async () => void order.push(n))));
    expect(order).toEqual([1, 2, 3]);
  });

  it("halves once for a burst of throttle signs and recovers one by one up to the most", async () => {
    let clock = 0;
    const limiter = createLimiter({ inFlight: 4, maxInFlight: 6, recoverAfterMs: 1000, now: () => clock });
    limiter.throttled();
    limiter.throttled();
    limiter.throttled();
    expect(limiter.state()).toMatchObject({ allowed: 2, slowedUntil: 1000 });
    clock = 1000;
    expect(limiter.state()).toMatchObject({ allowed: 3, slowedUntil: null });
    clock = 60_000;
    expect(limiter.state().allowed).toBe(6);
  });

  it("never goes below one", () => {
    let clock = 0;
    const limiter = createLimiter({ inFlight: 4, maxInFlight: 6, now: () => clock });
    for (let sign = 0; sign < 5; sign++, clock += 2000) limiter.throttled();
    expect(limiter.state().allowed).toBe(1);
  });

  it("holds new starts for as long as the vendor said, then lets them go", async () => {
    const limiter = createLimiter({ inFlight: 2, maxInFlight: 2 });
    limiter.throttled(0.05);
    let started = false;
    const run = limiter.run(async () => {
      started = true;
    });
    await settled();
    expect(started).toBe(false);
    await run;
    expect(started).toBe(true);
  });

  it("rejects with the signal's reason while waiting and forgets the waiter", async () => {
    const limiter = createLimiter({ inFlight: 1, maxInFlight: 1 });
    const busy = gate();
    const first = limiter.run(busy.task);
    const stop = new AbortController();
    const second = limiter.run(async () => "never", stop.signal);
    stop.abort(new Error("lease lost"));
    await expect(second).rejects.toThrow("lease lost");
    expect(limiter.state().waiting).toBe(0);
    busy.open();
    await first;
    await expect(limiter.run(async () => "never", stop.signal)).rejects.toThrow("lease lost");
  });

  it("spreads starts over the second when the vendor counts requests", async () => {
    vi.useFakeTimers();
    try {
      const limiter = createLimiter({ inFlight: 10, maxInFlight: 10, perSecond: 50 });
      let started = 0;
      const all = Promise.all(Array.from({ length: 5 }, () => limiter.run(async () => void started++)));
      await vi.advanceTimersByTimeAsync(0);
      expect(started).toBe(1);
      await vi.advanceTimersByTimeAsync(40);
      expect(started).toBe(3);
      await vi.advanceTimersByTimeAsync(40);
      await all;
      expect(started).toBe(5);
    } finally {
      vi.useRealTimers();
    }
  });

  it("gives each lane the whole pace, and none waits behind another's", async () => {
    vi.useFakeTimers();
    try {
      const limiter = createLimiter({ inFlight: 10, maxInFlight: 10, perSecond: 50 });
      const lanes: string[] = [];
      const run = (lane: string) => limiter.run(async () => void lanes.push(lane), undefined, lane);
      const all = Promise.all([...Array.from({ length: 3 }, () => run("read")), ...Array.from({ length: 3 }, () => run("write"))]);
      await vi.advanceTimersByTimeAsync(0);
      expect(lanes).toEqual(["read", "write"]);
      await vi.advanceTimersByTimeAsync(20);
      expect(lanes).toEqual(["read", "write", "read", "write"]);
      await vi.advanceTimersByTimeAsync(20);
      await all;
    } finally {
      vi.useRealTimers();
    }
  });

  it("makes up for a timer that fires late, but gives no credit for having been idle", async () => {
    let clock = 0;
    const limiter = createLimiter({ inFlight: 10, maxInFlight: 10, perSecond: 50, now: () => clock });
    const starts: number[] = [];
    const run = () => limiter.run(async () => void starts.push(clock));
    await run();
    clock = 1_000;
    await run();
    const waiting = [run(), run()];
    clock = 1_025;
    await waiting[0];
    // Planned for 1,020 and started at 1,025: the next one is still due at 1,040.
    clock = 1_040;
    await waiting[1];
    expect(starts).toEqual([0, 1_000, 1_025, 1_040]);
  });
});

describe("a vendor that counts a sliding second", () => {
  afterEach(() => void vi.useRealTimers());

  /** How long a request takes, when in that time it arrives, and for how long the machine stands still before it. */
  const request = fc.record({
    // Mostly quick: slow answers alone keep two places from being asked too fast.
    takes: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 100 }) },
      { weight: 1, arbitrary: fc.integer({ min: 100, max: 700 }) },
    ),
    arrives: fc.double({ min: 0, max: 1, noNaN: true }),
    stall: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 2_500 }) }),
  });

  it("never sees the eleventh, however requests bunch on the way and however late a timer fires", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 12, maxLength: 60 }), async (requests) => {
        vi.useFakeTimers({ now: 0 });
        const limiter = createLimiter({
          inFlight: 2,
          maxInFlight: 2,
          perSecond: 9.5,
          window: { requests: 10, ms: 1_000 },
          now: () => Date.now(),
        });
        const arrived: number[] = [];
        let left = requests.length;
        for (const { takes, arrives, stall } of requests)
          void limiter.run(async () => {
            arrived.push(Date.now() + takes * arrives);
            await new Promise((resolve) => setTimeout(resolve, takes));
            if (stall > 0) vi.setSystemTime(Date.now() + stall);
            left -= 1;
          });
        while (left > 0) await vi.advanceTimersByTimeAsync(5);
        arrived.sort((a, b) => a - b);
        const eleventh = arrived.slice(10).map((at, n) => at - arrived[n]!);
        expect(Math.min(...eleventh)).toBeGreaterThanOrEqual(1_000);
      }),
      { numRuns: 30 },
    );
  });

  it("goes on at its pace while answers come quickly", async () => {
    vi.useFakeTimers({ now: 0 });
    const limiter = createLimiter({
      inFlight: 2,
      maxInFlight: 2,
      perSecond: 9.5,
      window: { requests: 10, ms: 1_000 },
      now: () => Date.now(),
    });
    let done = 0;
    for (let n = 0; n < 95; n++)
      void limiter.run(async () => {
        await new Promise((resolve) => setTimeout(resolve, 30));
        done += 1;
      });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(done).toBeGreaterThanOrEqual(90);
  });
});
