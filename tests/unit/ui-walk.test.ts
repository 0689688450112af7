import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdSet } from "@/walk/id-set";
import type { LanePlace, Place } from "@/walk/place";
import { splitRanges } from "@/walk/split-ranges";
import { Trouble } from "@/walk/trouble";
import { type IdPage, type WalkEnd, type WalkJob, type WalkProgress, type WalkSource, walk } from "@/walk/walk";

const START = Date.parse("2026-05-12T12:00:00.000Z");
const idOf = (row: number) => btoa(`User:${row}`);

interface Person {
  id: string;
  joined: number;
  updated: number;
}

const people = (count: number, joined: (index: number) => number = (index) => START - (count - index) * 60_000): Person[] =>
  Array.from({ length: count }, (_, index) => ({ id: idOf(index + 1), joined: joined(index), updated: 0 }));

/** A clock that never waits, but remembers how long it was asked to. */
function instantClock() {
  let now = START;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    sleep: async (milliseconds: number) => {
      waits.push(milliseconds);
      now += Math.max(0, milliseconds);
    },
  };
}

function shopOf(everybody: Person[], pageSize = 100) {
  const calls = { count: 0, page: 0, atOnce: 0, most: 0 };
  const inside = (person: Person, lane: Pick<LanePlace, "gte" | "lte">) =>
    (lane.gte === null || person.joined >= Date.parse(lane.gte)) && (lane.lte === null || person.joined <= Date.parse(lane.lte));
  const listOf = (lane: LanePlace) =>
    lane.kind === "updated"
      ? everybody.filter((person) => person.updated >= Date.parse(lane.gte ?? ""))
      : everybody.filter((person) => inside(person, lane));
  const source: WalkSource = {
    canFilterByJoining: true,
    count: async (range) => {
      calls.count += 1;
      return everybody.filter((person) => inside(person, range)).length;
    },
    oldest: async () => everybody[0]?.joined ?? null,
    page: async (lane): Promise<IdPage> => {
      calls.page += 1;
      calls.atOnce += 1;
      calls.most = Math.max(calls.most, calls.atOnce);
      await Promise.resolve();
      const list = listOf(lane);
      const from = lane.after === null ? 0 : Number(lane.after);
      const to = from + pageSize;
      calls.atOnce -= 1;
      return { ids: list.slice(from, to).map(({ id }) => id), end: to < list.length ? String(to) : null };
    },
  };
  return { source, calls };
}

function serverOf() {
  const got = new Map<string, number>();
  const sizes: number[] = [];
  let saved: unknown = null;
  const take = (ids: string[], place: Place) => {
    for (const id of ids) got.set(id, (got.get(id) ?? 0) + 1);
    sizes.push(ids.length);
    saved = JSON.parse(JSON.stringify(place));
  };
  return { got, sizes, take, saved: () => saved };
}

const jobOf = (overrides: Partial<WalkJob> & Pick<WalkJob, "source" | "post">): WalkJob => ({
  total: 1_000_000,
  startedAt: new Date(START).toISOString(),
  saved: null,
  clock: instantClock(),
  signal: new AbortController().signal,
  onProgress: () => {},
  ...overrides,
});

describe("walking a shop", () => {
  it("reads large shops in several stretches, at most four pages at a time, and posts chunks of 500", async () => {
    const { source, calls } = shopOf(people(10_000));
    const server = serverOf();
    let out = 0;
    let mostOut = 0;
    const post = async (ids: string[], place: Place) => {
      out += 1;
      mostOut = Math.max(mostOut, out);
      await new Promise((resolve) => setImmediate(resolve));
      out -= 1;
      server.take(ids, place);
      return true;
    };
    const end = await walk(jobOf({ source, post, total: 10_000 }));
    expect(end.kind).toBe("done");
    expect(server.got.size).toBe(10_000);
    expect([...server.got.values()].every((times) => times === 1)).toBe(true);
    expect(calls.most).toBe(4);
    expect(calls.count).toBeLessThanOrEqual(24);
    expect(Math.max(...server.sizes)).toBe(500);
    expect(server.sizes.filter((size) => size < 500)).toHaveLength(0);
    expect(mostOut).toBeLessThanOrEqual(6);
  });

  it("reads by one cursor where Saleor cannot filter by an instant", async () => {
    const { source, calls } = shopOf(people(730));
    const server = serverOf();
    const end = await walk(
      jobOf({
        source: { ...source, canFilterByJoining: false },
        post: async (ids, place) => {
          server.take(ids, place);
          return true;
        },
      }),
    );
    expect(end.kind).toBe("done");
    expect(server.got.size).toBe(730);
    expect(calls.count).toBe(0);
    expect(calls.most).toBe(1);
  });

  it("sends customers again who changed since the start", async () => {
    const everybody = people(300).map((person, index) => ({ ...person, updated: index < 7 ? START + 1 : 0 }));
    const server = serverOf();
    const post = async (ids: string[], place: Place) => {
      server.take(ids, place);
      return true;
    };
    await walk(jobOf({ source: shopOf(everybody).source, post, total: 300 }));
    expect([...server.got.values()].filter((times) => times === 2)).toHaveLength(7);
  });

  it("ends the last look though customers go on changing", async () => {
    const { source } = shopOf(people(5));
    const endless: WalkSource = {
      ...source,
      page: async (lane) => (lane.kind === "updated" ? { ids: [idOf(1), idOf(2)], end: `${lane.after}x` } : source.page(lane)),
    };
    const end = await walk(jobOf({ source: endless, post: async () => true, total: 5 }));
    expect(end.kind).toBe("done");
  });

  it("does not end for a shop without customers", async () => {
    const server = serverOf();
    const end = await walk(jobOf({ source: shopOf([]).source, post: async () => true, total: 0 }));
    expect(end.kind).toBe("done");
    expect(server.got.size).toBe(0);
  });

  it("stops reading while the server is slow", async () => {
    const { source, calls } = shopOf(people(20_000));
    const control = new AbortController();
    const waiting: (() => void)[] = [];
    const ending = walk(
      jobOf({ source, post: () => new Promise((resolve) => waiting.push(() => resolve(true))), total: 20_000, signal: control.signal }),
    );
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    // Six chunks out, two waiting, and one page that each of four readers may have had in its hand.
    expect(calls.page * 100).toBeLessThanOrEqual(6 * 500 + 2 * 500 + 4 * 100 + 100);
    control.abort();
    for (const answer of waiting) answer();
    expect((await ending).kind).toBe("paused");
  });
});

describe("trouble on the way", () => {
  it("tries a page five times more with growing delays, says so, and then stops", async () => {
    const clock = instantClock();
    const said: WalkProgress[] = [];
    const { source } = shopOf(people(3));
    const end = await walk(
      jobOf({
        source: { ...source, page: () => Promise.reject(new Trouble("unreachable", "saleor")) },
        post: async () => true,
        total: 3,
        clock,
        onProgress: (progress) => said.push(progress),
      }),
    );
    expect(end).toMatchObject({ kind: "stopped", trouble: { kind: "unreachable", who: "saleor" } });
    expect(clock.waits).toEqual([4000, 8000, 16000, 32000, 64000]);
    expect(said.flatMap(({ retrying }) => (retrying ? [`${retrying.attempt} of ${retrying.of} in ${retrying.inSeconds}`] : []))).toContain(
      "2 of 5 in 8",
    );
  });

  it("does not try again where a permission is missing", async () => {
    const clock = instantClock();
    const { source } = shopOf(people(3));
    const end = await walk(
      jobOf({
        source: { ...source, page: () => Promise.reject(new Trouble("denied", "saleor")) },
        post: async () => true,
        total: 3,
        clock,
      }),
    );
    expect(end).toMatchObject({ kind: "stopped", trouble: { kind: "denied" } });
    expect(clock.waits).toEqual([]);
  });

  it("paces itself to 120 requests a minute once Saleor asked it to slow down, and goes on", async () => {
    const clock = instantClock();
    const { source } = shopOf(people(3000));
    let refusals = 3;
    const said: WalkProgress[] = [];
    const end = await walk(
      jobOf({
        source: {
          ...source,
          page: (lane) => {
            refusals -= 1;
            return refusals >= 0 ? Promise.reject(new Trouble("slow", "saleor", 2)) : source.page(lane);
          },
        },
        post: async () => true,
        total: 2000,
        clock,
        onProgress: (progress) => said.push(progress),
      }),
    );
    expect(end.kind).toBe("done");
    expect(said.at(-1)?.isSlowed).toBe(true);
    expect(clock.waits.filter((wait) => wait === 500).length).toBeGreaterThan(20);
  });

  it("ends quietly when the server says that the run goes on no longer", async () => {
    const end = await walk(jobOf({ source: shopOf(people(600)).source, post: async () => false, total: 600 }));
    expect(end.kind).toBe("paused");
  });

  it("starts over where the saved place makes no sense", async () => {
    const server = serverOf();
    const post = async (ids: string[], place: Place) => {
      server.take(ids, place);
      return true;
    };
    const end = await walk(jobOf({ source: shopOf(people(150)).source, post, total: 150, saved: { v: 7, lanes: "?" } }));
    expect(end.kind).toBe("done");
    expect(server.got.size).toBe(150);
  });
});

describe("every customer", () => {
  const scenario = fc.record({
    count: fc.integer({ min: 0, max: 900 }),
    pageSize: fc.integer({ min: 1, max: 100 }),
    chunkSize: fc.integer({ min: 1, max: 250 }),
    rangeSize: fc.integer({ min: 20, max: 400 }),
    postsInFlight: fc.integer({ min: 1, max: 6 }),
    readsInFlight: fc.integer({ min: 1, max: 4 }),
    byEmail: fc.boolean(),
    joinedTogether: fc.boolean(),
    /** Per request: 0 = fine, 1 = fails before, 2 = fails after it took effect, 3 = slow down. */
    luck: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 60 }),
    /** After how many posts each sitting is paused. */
    pauses: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 5 }),
    ticks: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 }),
  });

  it("is posted at least once, whatever the pages, chunks, failures and pauses", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (s) => {
        const everybody = people(s.count, s.joinedTogether ? () => START - 5_000 : undefined);
        const { source } = shopOf(everybody, s.pageSize);
        const server = serverOf();
        let turn = 0;
        const lag = async () => {
          turn += 1;
          for (let tick = s.ticks[turn % s.ticks.length] ?? 0; tick > 0; tick -= 1) await Promise.resolve();
        };
        let step = 0;
        const unlucky = async <T>(who: "saleor" | "app", run: () => T | Promise<T>): Promise<T> => {
          await lag();
          const luck = step < 400 ? s.luck[step++ % s.luck.length] : 0;
          if (luck === 1) throw new Trouble("unreachable", who);
          if (luck === 3) throw new Trouble(who === "saleor" ? "slow" : "unreachable", who);
          const answer = await run();
          await lag();
          if (luck === 2) throw new Trouble("unreachable", who);
          return answer;
        };
        const shaky: WalkSource = {
          canFilterByJoining: !s.byEmail,
          count: (range) => unlucky("saleor", () => source.count(range)),
          oldest: () => unlucky("saleor", () => source.oldest()),
          page: (lane) => unlucky("saleor", () => source.page(lane)),
        };
        let end: WalkEnd = { kind: "paused" };
        for (let sitting = 0; end.kind !== "done"; sitting += 1) {
          expect(sitting).toBeLessThan(500);
          const control = new AbortController();
          let left = s.pauses[sitting] ?? Number.POSITIVE_INFINITY;
          if (left === 0) control.abort();
          const post = (ids: string[], place: Place) =>
            unlucky("app", () => {
              server.take(ids, place);
              left -= 1;
              if (left <= 0) control.abort();
              return true;
            });
          end = await walk(
            jobOf({
              source: shaky,
              post,
              total: s.count,
              saved: server.saved(),
              signal: control.signal,
              limits: {
                chunkSize: s.chunkSize,
                postsInFlight: s.postsInFlight,
                readsInFlight: s.readsInFlight,
                rangeSize: s.rangeSize,
                mostRanges: 8,
              },
            }),
          );
        }
        expect([...server.got.keys()].sort()).toEqual(everybody.map(({ id }) => id).sort());
        if (end.kind === "done") expect(end.place.lanes.every((lane) => lane.done)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe("cutting customers into stretches", () => {
  it("leaves nobody out and keeps the last one open", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 400 }), async (offsets) => {
        const joined = offsets.map((offset) => START - offset).sort((a, b) => a - b);
        const inside = (at: number, range: { gte: string; lte: string | null }) =>
          at >= Date.parse(range.gte) && (range.lte === null || at <= Date.parse(range.lte));
        const ranges = await splitRanges({
          total: joined.length,
          oldest: joined[0] ?? START,
          newest: START,
          count: async (range) => joined.filter((at) => inside(at, range)).length,
          wantedSize: 20,
          mostRanges: 8,
          mostCounts: 24,
        });
        expect(ranges.length).toBeLessThanOrEqual(8);
        expect(ranges.at(-1)?.lte).toBeNull();
        expect(joined.every((at) => ranges.some((range) => inside(at, range)))).toBe(true);
        expect(ranges.slice(1).every((range, index) => range.gte === ranges[index]?.lte)).toBe(true);
      }),
    );
  });
});

describe("remembering ids", () => {
  it("knows each id once, whether it is a row number or not", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 100_000 }).map(idOf), fc.string()), { maxLength: 300 }), (ids) => {
        const seen = new IdSet();
        const added = ids.filter((id) => seen.add(id));
        expect(added).toEqual([...new Set(ids)]);
      }),
    );
  });
});
