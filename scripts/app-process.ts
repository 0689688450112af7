/** The app as an operator runs it: `next start` as its own process on the production build, with nothing but the given settings. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { root } from "./ensure-build";

const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 15_000;
const KEPT_LOG = 2_000_000;

export interface AppProcess {
  readonly url: string;
  readonly pid: number;
  /** Everything it wrote so far. */
  log(): string;
  /** Resolves when it is gone; killed when it does not go by itself. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Resolves with the exit code when it ends, by whomever. */
  readonly ended: Promise<number | null>;
}

export async function startApp(port: number, settings: Readonly<Record<string, string>>): Promise<AppProcess> {
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [path.join(root, "node_modules/next/dist/bin/next"), "start", "-H", "127.0.0.1", "-p", `${port}`], {
    cwd: root,
    env: { ...process.env, ...unset(), NODE_ENV: "production", NEXT_MANUAL_SIG_HANDLE: "true", PORT: `${port}`, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  const keep = (chunk: Buffer) => {
    log = (log + chunk.toString("utf8")).slice(-KEPT_LOG);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  const app: AppProcess = { url, pid: child.pid ?? 0, log: () => log, ended, stop: (signal) => stop(child, ended, signal) };
  await ready(app, child);
  return app;
}

/** A developer's own `.env` or shell must not change what is shown: every setting that the app knows is emptied first. */
function unset(): Record<string, string> {
  const names = readFileSync(path.join(root, ".env.example"), "utf8").matchAll(/^([A-Z_]+)=/gm);
  return Object.fromEntries([...names].map(([, name]) => [name, ""]));
}

async function ready(app: AppProcess, child: ChildProcess): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`The app ended while it started:\n${app.log()}`);
    const answer = await fetch(`${app.url}/api/manifest`).catch(() => null);
    if (answer?.ok) return;
    await wait(150);
  }
  await app.stop("SIGKILL");
  throw new Error(`The app did not start in ${READY_WITHIN_MS / 1000} s:\n${app.log()}`);
}

async function stop(child: ChildProcess, ended: Promise<number | null>, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await ended;
  clearTimeout(late);
}
