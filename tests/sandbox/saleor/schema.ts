/** The app's own schema.graphql as a core of the given version has it: lines marked as newer are left out. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isAtLeast } from "./versions";

const FILE = resolve(import.meta.dirname, "../../../graphql/schema.graphql");
const MARK = /\s# since (\d+\.\d+\.\d+)\s*$/;
const DESCRIPTION = /^\s*".*"\s*$/;

export function sdlFor(version: string): string {
  const kept: string[] = [];
  let skipping = false;
  for (const line of readFileSync(FILE, "utf8").split("\n")) {
    const since = MARK.exec(line)?.[1];
    if (skipping) skipping = !line.startsWith("}");
    else if (!since || isAtLeast(version, since)) kept.push(line);
    else {
      if (DESCRIPTION.test(kept.at(-1) ?? "")) kept.pop();
      skipping = line.includes("{");
    }
  }
  return kept.join("\n");
}
