/** Writes down how many tests passed, failed and were skipped, and why, for the sum that `npm test` prints. */
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

export interface Count {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string | null }[];
  failures: string[];
}

/** The default export, because that is how a reporter is named by its path. */
export default class CountReporter implements Reporter {
  private readonly count: Count = { passed: 0, failed: 0, skipped: [], failures: [] };

  /** File by file, so that a runner which dies on its way has at least said how far it came. */
  onTestModuleEnd(module: TestModule): void {
    countModule(module, this.count);
    this.write();
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    for (const _error of unhandledErrors) fail(this.count, "an error outside every test");
    this.write();
  }

  private write(): void {
    writeFileSync(process.env.COUNT_FILE ?? "count.json", JSON.stringify(this.count));
  }
}

function countModule(module: TestModule, count: Count): void {
  const tests = [...module.children.allTests()];
  for (const test of tests) countTest(test, count);
  // A file that could not be loaded, or a broken beforeAll, has failed without a failed test.
  const hasFailedTest = tests.some((test) => test.result().state === "failed");
  if (module.state() === "failed" && !hasFailedTest) fail(count, module.relativeModuleId);
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
