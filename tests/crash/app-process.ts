/** Starts the app as a process of its own, and knows when it may be spoken to. */
import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const SLOWEST_START_MS = 120_000;

export interface AppProcess {
  /** Everything it wrote so far. */
  output(): string;
  /** Resolves when the process is over. */
  kill(): Promise<void>;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
}

/** Resolves when its doors are open; rejects with what it wrote when it ended instead. */
export async function startAppProcess(settings: Readonly<Record<string, string>>): Promise<AppProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", "tests/crash/child.ts"], {
    cwd: root,
    env: { NODE_ENV: "test", PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test that fails leaves nobody behind.
  process.once("exit", () => child.kill("SIGKILL"));
  let output = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the app did not start:\n${output}`)), SLOWEST_START_MS);
    const keep = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (/^listening$/m.test(output)) resolve();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    void ended.then(() => reject(new Error(`the app ended before it had started:\n${output}`))).finally(() => clearTimeout(timer));
  });
  return {
    output: () => output,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    signal: (name) => void child.kill(name),
  };
}
