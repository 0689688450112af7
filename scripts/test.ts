/**
 * `npm test`: every check and every test, on Node and npm alone. A check counts as one test; the last line is the sum over
 * all of them.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { Count, Counts } from "./count-reporter";
import { root } from "./ensure-build";

interface Outcome extends Count {
  title: string;
  seconds: number;
}

const results = path.join(root, "test-results");
const outcomes: Outcome[] = [];
const bin = (relative: string) => path.join(root, "node_modules", relative);

interface Ended {
  /** 0 = fine; else the exit code or the signal. */
  code: number | string;
  output: string;
}

function runNode(args: readonly string[], options: { env?: Record<string, string>; isLive: boolean }): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...options.env },
    stdio: options.isLive ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  return new Promise((done) =>
    child.once("exit", (code, signal) => done({ code: code ?? signal ?? -1, output })).once("error", () => done({ code: -1, output })),
  );
}

function note(outcome: Outcome): void {
  outcomes.push(outcome);
  const { title, passed, failed, skipped, seconds } = outcome;
  console.log(`${failed > 0 ? "✗" : "✓"} ${title}: ${passed} passed, ${failed} failed, ${skipped.length} skipped (${seconds} s)`);
}

const clock = () => {
  const from = Date.now();
  return () => Math.round((Date.now() - from) / 1000);
};

/** A tool that only says yes or no. Its output is shown when it says no. */
async function check(title: string, args: readonly string[]): Promise<boolean> {
  const seconds = clock();
  const { code, output } = await runNode(args, { isLive: false });
  const isFine = code === 0;
  if (!isFine) console.log(output);
  note({ title, passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: [], failures: isFine ? [] : [title], seconds: seconds() });
  return isFine;
}

const startedTwice: string[] = [];

async function vitest(title: string, config: string): Promise<void> {
  const seconds = clock();
  const counts = await runVitest(title, config, []);
  const failed = Object.keys(counts).filter((file) => file !== "" && counts[file]!.failed > 0);
  // In CI the machine is shared: a file that fails begins once more, from nothing, before it counts. Said at the end.
  if (process.env.CI && failed.length > 0 && failed.length <= MOST_TO_REPEAT && !counts[""]) {
    startedTwice.push(...failed.flatMap((file) => counts[file]!.failures));
    Object.assign(counts, await runVitest(title, config, failed));
  }
  const all = Object.values(counts);
  note({
    title,
    passed: all.reduce((sum, count) => sum + count.passed, 0),
    failed: all.reduce((sum, count) => sum + count.failed, 0),
    skipped: all.flatMap((count) => count.skipped),
    failures: all.flatMap((count) => count.failures),
    seconds: seconds(),
  });
}

/** More than that is no accident of a busy machine. */
const MOST_TO_REPEAT = 6;

async function runVitest(title: string, config: string, files: readonly string[]): Promise<Counts> {
  const file = path.join(results, `${title.replace(/\W+/g, "-")}${files.length > 0 ? "-again" : ""}.json`);
  const args = ["run", ...files, "--config", config, "--reporter=default", "--reporter=./scripts/count-reporter.ts"];
  const { code } = await runNode([bin("vitest/vitest.mjs"), ...args], { isLive: true, env: { COUNT_FILE: file } });
  const counts = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Counts) : {};
  const hasFailed = Object.values(counts).some((count) => count.failed > 0);
  // Failed tests make it end with 1; anything else means that it died on its way.
  if (code !== 0 && (code !== 1 || !hasFailed))
    counts[""] = { passed: 0, failed: 1, skipped: [], failures: [`${title}: the runner itself ended with ${code}`] };
  return counts;
}

function skip(title: string, reason: string): void {
  note({ title, passed: 0, failed: 0, skipped: [{ name: title, reason }], failures: [], seconds: 0 });
}

async function main(): Promise<void> {
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  await check("generate", [bin("@graphql-codegen/cli/esm/bin.js"), "--config", "codegen.ts"]);
  await Promise.all([
    check("format and lint", [bin("@biomejs/biome/bin/biome"), "check", "--error-on-warnings"]),
    check("unused code", [bin("knip/bin/knip.js")]),
    check("types", [bin("typescript/bin/tsc"), "--noEmit"]),
  ]);
  await vitest("unit, contract, flows, architecture", "vitest.config.ts");
  const isBuilt = await check("build", [bin("next/dist/bin/next"), "build"]);
  if (isBuilt) await vitest("e2e in Chromium", "vitest.e2e.config.ts");
  else skip("e2e in Chromium", "the production build failed");
  report();
}

function report(): void {
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const skipped = outcomes.flatMap((outcome) => outcome.skipped);
  const sum = (pick: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  console.log("");
  for (const { name, reason } of skipped) console.log(`skipped: ${name}: ${reason ?? "its condition is not met on this machine"}`);
  for (const name of startedTwice) console.log(`failed at first, its file began once more: ${name}`);
  for (const name of failures) console.log(`failed: ${name}`);
  const failed = sum((outcome) => outcome.failed);
  process.exitCode = failed > 0 ? 1 : 0;
  console.log(`${sum((outcome) => outcome.passed)} passed, ${failed} failed, ${skipped.length} skipped`);
}

await main();
