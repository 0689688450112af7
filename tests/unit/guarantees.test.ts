import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

it("the guarantees name tests that exist", () => {
  const text = readFileSync(path.join(root, "docs/guarantees.md"), "utf8");
  const named = [...text.matchAll(/`((?:src|tests)\/[^`]+\.test\.ts)`/g)].map(([, file]) => file!);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});
