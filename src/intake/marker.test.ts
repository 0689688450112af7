import { describe, expect, it } from "vitest";
import { createMarker } from "./marker";

const ofCustomer = (customerId: string) => ({ shopId: "s1", customerId, wantedAt: null, gone: false });

describe("the marker", () => {
  it("lets requests that come at once share a statement, also where the database works on this very thread", async () => {
    const statements: number[] = [];
    const marker = createMarker({
      mark: async (marks) => {
        statements.push(marks.length);
        return { limitKeys: [], unloadedShops: [], unknownShops: [] };
      },
      wake() {},
      load() {},
      forget() {},
    });
    const eight = Array.from({ length: 8 }, async (_, n) => {
      const isHere = marker.expect();
      // Each in a turn of the event loop of its own, as requests are.
      for (let turn = 0; turn < n; turn++) await new Promise(setImmediate);
      const kept = marker.mark(ofCustomer(`u${n}`));
      isHere();
      await kept;
    });
    // Refused at the door.
    marker.expect()();
    await Promise.all(eight);
    expect(statements.reduce((sum, size) => sum + size, 0)).toBe(8);
    expect(statements.length).toBeLessThan(4);
  });

  it("does not wait for ever for a request that brings nothing and does not leave", async () => {
    const marker = createMarker({
      mark: async () => ({ limitKeys: [], unloadedShops: [], unknownShops: [] }),
      wake() {},
      load() {},
      forget() {},
    });
    marker.expect();
    await marker.mark(ofCustomer("u1"));
  });
});
