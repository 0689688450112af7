import { expect, it } from "vitest";
import { alone } from "./alone";

it("runs once at a time, and again after a failure", async () => {
  const begun: (() => void)[] = [];
  const failures: unknown[] = [];
  const act = alone(
    () => new Promise<void>((_resolve, reject) => begun.push(() => reject(new Error("away")))),
    (error) => failures.push(error),
  );
  const first = act();
  await act();
  expect(begun).toHaveLength(1);
  begun[0]!();
  await first;
  expect(failures).toHaveLength(1);
  void act();
  expect(begun).toHaveLength(2);
});
