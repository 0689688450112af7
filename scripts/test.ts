/**
 * `npm test`: every check and every test, on Node and npm alone. A check counts as one test; the last line is the sum over
 * all of them.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { Count } from "./count-reporter";
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

async function vitest(title: string, config: string): Promise<void> {
  const seconds = clock();
  const file = path.join(results, `${title.replace(/\W+/g, "-")}.json`);
  const args = ["run", "--config", config, "--reporter=default", "--reporter=./scripts/count-reporter.ts"];
  const { code } = await runNode([bin("vitest/vitest.mjs"), ...args], { isLive: true, env: { COUNT_FILE: file } });
  const nothing: Count = { passed: 0, failed: 0, skipped: [], failures: [] };
  const count = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Count) : nothing;
  // Failed tests make it end with 1; anything else means that it died on its way.
  if (code !== 0 && (code !== 1 || count.failed === 0)) {
    count.failed += 1;
    count.failures.push(`${title}: the runner itself ended with ${code}`);
  }
  note({ title, ...count, seconds: seconds() });
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
  for (const name of failures) console.log(`failed: ${name}`);
  const failed = sum((outcome) => outcome.failed);
  process.exitCode = failed > 0 ? 1 : 0;
  console.log(`${sum((outcome) => outcome.passed)} passed, ${failed} failed, ${skipped.length} skipped`);
}

await main();
