/** `npm run worker` as its own process, with nothing but the given settings. */
import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");

export interface WorkerProcess {
  pid: number;
  /** Everything it wrote so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with its exit code; `null` = ended by a signal. */
  ended: Promise<number | null>;
  /** Resolves when it works; rejects with what it wrote when it ended instead. */
  started: Promise<void>;
}

export function startWorkerProcess(settings: Readonly<Record<string, string>>): WorkerProcess {
  const child = spawn(process.execPath, ["--import", "tsx", "src/worker.ts"], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: "test", ...settings } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // A test that fails leaves nobody behind.
  process.once("exit", () => child.kill("SIGKILL"));
  let output = "";
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const started = new Promise<void>((resolve, reject) => {
    const keep = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      if (output.includes('"msg":"started"')) resolve();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    void ended.then((code) => reject(new Error(`the worker ended (${code}) before it had started:\n${output}`)));
  });
  started.catch(() => {});
  return { pid: child.pid ?? 0, output: () => output, kill: (signal) => void child.kill(signal), ended, started };
}
