/** A production build, made only when something it is made of is newer than the last one. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");
const SOURCES = ["src", "graphql", "package.json", "package-lock.json", "next.config.js", "tsconfig.json", "saleor-app.ts"];
const MADE = new Set(["graphql/generated"]);

export async function ensureBuild(): Promise<void> {
  if (isBuilt()) return;
  await run("npm", ["run", "build"]);
}

/** Tests and guides are no part of what is built. */
function isBuilt(): boolean {
  const mark = path.join(root, ".next/BUILD_ID");
  if (!existsSync(mark) || !existsSync(path.join(root, "graphql/generated/graphql.ts"))) return false;
  return Math.max(...SOURCES.map((source) => newest(source))) < statSync(mark).mtimeMs;
}

function newest(relative: string): number {
  const stat = statSync(path.join(root, relative), { throwIfNoEntry: false });
  if (!stat || MADE.has(relative) || /\.test\.tsx?$/.test(relative)) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  const inside = readdirSync(path.join(root, relative)).map((name) => newest(`${relative}/${name}`));
  return Math.max(stat.mtimeMs, ...inside);
}

export async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  const code = await new Promise<number | null>((done, fail) => child.once("exit", done).once("error", fail));
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code ?? "a signal"}`);
}
