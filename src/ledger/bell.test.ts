import { describe, expect, it } from "vitest";
import { createBell } from "./bell";

/** A bell over outcomes that the test writes down. */
function aBell(askEveryMs?: number) {
  const settled = new Set<string>();
  const asked: string[][] = [];
  const bell = createBell({
    settledAmong: async (_connection, ids) => {
      asked.push([...ids]);
      return ids.filter((id) => settled.has(id));
    },
    ...(askEveryMs !== undefined && { askEveryMs }),
  });
  return { bell, settled, asked };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

async function isOver(waiting: Promise<void>): Promise<boolean> {
  let over = false;
  void waiting.then(() => {
    over = true;
  });
  await turn();
  return over;
}

describe("waiting for outcomes", () => {
  it("ends when all were rung for, and asks once", async () => {
    const { bell, settled, asked } = aBell();
    const waiting = bell.listen("c").all(["a", "b"], 60_000);
    settled.add("a").add("b");
    bell.ring("c", ["a"]);
    bell.ring("other", ["b"]);
    expect(await isOver(waiting)).toBe(false);
    bell.ring("c", ["b"]);
    expect(await isOver(waiting)).toBe(true);
    expect(asked).toEqual([["a", "b"]]);
  });

  it("goes on when the ring was for the mark before ours", async () => {
    const { bell, settled } = aBell();
    const waiting = bell.listen("c").all(["a"], 60_000);
    bell.ring("c", ["a"]);
    expect(await isOver(waiting)).toBe(false);
    settled.add("a");
    bell.ring("c", ["a"]);
    expect(await isOver(waiting)).toBe(true);
  });

  it("misses no ring between listening and waiting", async () => {
    const { bell, settled } = aBell();
    const listener = bell.listen("c");
    settled.add("a");
    bell.ring("c", ["a"]);
    await listener.all(["a"], 60_000);
  });

  it("ends for all when only a person can mend the connection", async () => {
    const { bell } = aBell();
    const waiting = bell.listen("c").all(["a"], 60_000);
    bell.ring("c", []);
    await waiting;
  });

  it("hears of another process's outcomes by asking", async () => {
    const { bell, settled } = aBell(1);
    const waiting = bell.listen("c").all(["a"], 60_000);
    expect(await isOver(waiting)).toBe(false);
    settled.add("a");
    await waiting;
  });

  it("ends in time when nothing happens", () => aBell().bell.listen("c").all(["a"], 10));
});
