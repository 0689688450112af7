/** Writes down, file by file, how many tests passed, failed and were skipped, and why, for the sum that `npm test` prints. */
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

export interface Count {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string | null }[];
  failures: string[];
}

/** By the file's path from the root; `""` holds errors that belong to no test. */
export type Counts = Record<string, Count>;

/** The default export, because that is how a reporter is named by its path. */
export default class CountReporter implements Reporter {
  private readonly counts: Counts = {};

  /** File by file, so that a runner which dies on its way has at least said how far it came. */
  onTestModuleEnd(module: TestModule): void {
    this.counts[module.relativeModuleId] = countModule(module);
    this.write();
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    if (unhandledErrors.length > 0) {
      this.counts[""] = nothing();
      for (const _error of unhandledErrors) fail(this.counts[""], "an error outside every test");
    }
    this.write();
  }

  private write(): void {
    writeFileSync(process.env.COUNT_FILE ?? "count.json", JSON.stringify(this.counts));
  }
}

const nothing = (): Count => ({ passed: 0, failed: 0, skipped: [], failures: [] });

function countModule(module: TestModule): Count {
  const count = nothing();
  const tests = [...module.children.allTests()];
  for (const test of tests) countTest(test, count);
  // A file that could not be loaded, or a broken beforeAll, has failed without a failed test.
  const hasFailedTest = tests.some((test) => test.result().state === "failed");
  if (module.state() === "failed" && !hasFailedTest) fail(count, module.relativeModuleId);
  return count;
}

function countTest(test: TestCase, count: Count): void {
  const result = test.result();
  const name = `${test.module.relativeModuleId} > ${test.fullName}`;
  if (result.state === "passed") count.passed += 1;
  else if (result.state === "failed") fail(count, name);
  else count.skipped.push({ name, reason: (result.state === "skipped" && result.note) || null });
}

function fail(count: Count, name: string): void {
  count.failed += 1;
  count.failures.push(name);
}
