import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type DrainTown, limitKeyOf, openDrainTown } from "../../tests/drain-town";

let town: DrainTown;
/** What becomes of customers handed to the provider, by connection; the others are delivered at once. */
const slow = new Map<string, () => Promise<unknown>>();
const delivered: string[] = [];
beforeAll(async () => {
  town = await openDrainTown(async (connectionId, ids) => {
    await slow.get(connectionId)?.();
    delivered.push(...ids);
    return "delivered";
  });
});
afterAll(() => town.close());
beforeEach(() => {
  slow.clear();
  delivered.length = 0;
});

async function arrives(customerId: string): Promise<void> {
  while (!delivered.includes(customerId)) await pause(20);
}

it("a backfill gives up its place for somebody else's fresh change, and goes on afterwards", { timeout: 40_000 }, async () => {
  const history = Array.from({ length: 6_000 }, (_, n) => `old${n}`);
  await town.connection("backfill");
  await town.connection("other");
  await town.mark("backfill", history);
  slow.set("backfill", () => pause(300));
  const drains = town.drains({ atOnce: 1 });
  void drains.serve(limitKeyOf("backfill"));
  await arrives("old0");
  await town.mark("other", ["fresh"]);
  void drains.serve(limitKeyOf("other"));
  await arrives("fresh");
  expect(new Set(delivered).size).toBeLessThan(history.length);
  slow.clear();
  await arrives("old5999");
  await drains.stop(5_000);
});

it("accounts that never answer keep no place from those that do", { timeout: 40_000 }, async () => {
  const hanging = ["hangs1", "hangs2", "hangs3"];
  let release = () => {};
  const never = new Promise<void>((resolve) => {
    release = resolve;
  });
  const drains = town.drains({ atOnce: 2 });
  for (const id of hanging) {
    await town.connection(id);
    await town.mark(id, [`of-${id}`]);
    slow.set(id, () => never);
    void drains.serve(limitKeyOf(id));
  }
  await town.connection("answers");
  await town.mark("answers", ["in-line"]);
  void drains.serve(limitKeyOf("answers"));
  await arrives("in-line");
  expect(delivered).toEqual(["in-line"]);
  release();
  await Promise.all(hanging.map((id) => arrives(`of-${id}`)));
  await drains.stop(5_000);
});

it("gathers changes that trickle in, instead of asking Saleor and the database for each of them", { timeout: 40_000 }, async () => {
  const names = Array.from({ length: 40 }, (_, n) => `trickle${n}`);
  let batches = 0;
  await town.connection("trickle");
  slow.set("trickle", async () => void batches++);
  const drains = town.drains();
  const began = performance.now();
  for (const name of names) {
    await town.mark("trickle", [name]);
    void drains.serve(limitKeyOf("trickle"));
  }
  await arrives("trickle39");
  await drains.stop(5_000);
  expect(new Set(delivered)).toEqual(new Set(names));
  // The first goes at once; after a few, the next are taken a fifth of a second later.
  expect(batches).toBeLessThanOrEqual((performance.now() - began) / 200 + 2);
});
