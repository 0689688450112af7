import { expect, it } from "vitest";
import { leaversFirst } from "./leavers-first";

const move = (from: string | null, to: string) => ({
  row: { emailHmac: from },
  contact: { emailChanged: from !== null && from !== to },
  sent: { emailHmac: to },
});
const told = (rounds: ReturnType<typeof move>[][]) =>
  rounds.map((round) => round.map(({ row, sent }) => `${row.emailHmac}>${sent.emailHmac}`));

it("lets an address be left before it is taken, along the whole chain", () => {
  const moves = [move("a", "b"), move("b", "c"), move(null, "a"), move("x", "y"), move("c", "d")];
  expect(told(leaversFirst(moves))).toEqual([["x>y", "c>d"], ["b>c"], ["a>b"], ["null>a"]]);
});

it("sends a ring together, and whoever waits for it afterwards", () => {
  const moves = [move("a", "b"), move("b", "a"), move("p", "q"), move(null, "p")];
  expect(told(leaversFirst(moves))).toEqual([["p>q"], ["null>p"], ["a>b", "b>a"]]);
});

it("has nothing to order where nobody stands in the way", () => {
  expect(leaversFirst([])).toEqual([]);
  expect(told(leaversFirst([move("a", "a"), move(null, "b")]))).toEqual([["a>a", "null>b"]]);
});
