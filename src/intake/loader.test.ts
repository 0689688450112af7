import { describe, expect, it } from "vitest";
import { createLoader } from "./loader";

/** Shops that answer when the test says so. */
function aTown(atOnce = 2) {
  const asked: string[] = [];
  const open = new Map<string, (answered: boolean) => void>();
  const answer = (id: string, answered: boolean) => {
    open.get(id)?.(answered);
    return new Promise(setImmediate);
  };
  const town = { time: 0, asked, answer };
  const load = (id: string) => {
    asked.push(id);
    return new Promise<boolean>((resolve) => open.set(id, resolve));
  };
  const loader = createLoader({ load, atOnce, pauseMs: 1_000, longestPauseMs: 5_000, now: () => town.time });
  return Object.assign(town, loader);
}

describe("loading the settings of shops", () => {
  it("asks a shop that hangs once, however many marks come in for it", () => {
    const town = aTown();
    for (let i = 0; i < 50; i++) town.soon("hangs");
    expect(town.asked).toEqual(["hangs"]);
  });

  it("leaves a shop that does not answer alone for longer and longer, so that its place is free for others", async () => {
    const town = aTown(1);
    for (const wait of [2_000, 4_000, 5_000, 5_000]) {
      town.soon("silent");
      await town.answer("silent", false);
      town.time += wait - 1;
      town.soon("silent");
      town.soon("other");
      await town.answer("other", true);
      town.time += 1;
    }
    expect(town.asked).toEqual(Array.from({ length: 4 }, () => ["silent", "other"]).flat());
  });

  it("asks only a few shops at once", async () => {
    const town = aTown(2);
    for (const id of ["a", "b", "c"]) town.soon(id);
    expect(town.asked).toEqual(["a", "b"]);
    await town.answer("a", true);
    town.soon("c");
    expect(town.asked).toEqual(["a", "b", "c"]);
  });
});
