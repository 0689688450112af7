import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Estimate, estimateOf, inTwoDigits, newcomersOf, type Preview } from "@/dashboard/ui/full-sync/estimate";

const preview = (change: Partial<Preview>): Preview => ({
  kind: "preview",
  total: 12_480,
  sample: 200,
  created: 127,
  updated: 69,
  unchanged: 3,
  skipped: 1,
  unknown: 0,
  billable: 7_925,
  examples: [],
  ...change,
});

describe("what a sample says about everybody", () => {
  it("is given in two digits", () => {
    expect(estimateOf(preview({}))).toEqual({
      isExact: false,
      created: 7_900,
      updated: 4_300,
      unchanged: 190,
      skipped: 62,
      billable: 7_900,
    });
  });

  it("is exact where everybody was looked at", () => {
    const all = preview({ total: 60, sample: 60, created: 41, updated: 12, unchanged: 6, skipped: 1, billable: 41 });
    expect(estimateOf(all)).toEqual({ isExact: true, created: 41, updated: 12, unchanged: 6, skipped: 1, billable: 41 });
  });

  it("leaves out whom the provider did not answer for, and is none where that is everybody", () => {
    const half = preview({ total: 1_000, created: 100, updated: 0, unchanged: 0, skipped: 0, unknown: 100, billable: 1_000 });
    expect(estimateOf(half)).toMatchObject({ isExact: false, created: 1_000 });
    expect(estimateOf(preview({ created: 0, updated: 0, unchanged: 0, skipped: 0, unknown: 200 }))).toBeNull();
  });

  it("never rounds by more than one in twenty", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000 }), (count) => Math.abs(inTwoDigits(count) - count) <= Math.max(0.5, count / 20)),
    );
  });
});

describe("how many new contacts a start may bring", () => {
  const estimate = (change: Partial<Estimate>): Estimate => ({
    isExact: false,
    created: 7_900,
    updated: 0,
    unchanged: 0,
    skipped: 0,
    billable: null,
    ...change,
  });
  const of = (one: Estimate | null, total: number | null = 12_480) => newcomersOf({ total, inSync: 480, estimate: one });

  it("is the preview's number where there is one", () => {
    expect(of(estimate({}))).toEqual({ amount: "about", count: 7_900 });
    expect(of(estimate({ isExact: true, created: 3 }))).toEqual({ amount: "exact", count: 3 });
  });

  it("is everybody who is not in sync otherwise, also where the sample happened to hold nobody new", () => {
    expect(of(null)).toEqual({ amount: "most", count: 12_000 });
    expect(of(estimate({ created: 0 }))).toEqual({ amount: "most", count: 12_000 });
  });

  it("is not known where nobody could be counted", () => {
    expect(of(null, null)).toEqual({ amount: "unknown", count: 0 });
  });
});
