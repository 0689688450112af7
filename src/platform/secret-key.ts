/**
 * The keys that settings are encrypted with. Production brings its own; in development and in the sandbox one is made
 * once and kept beside the data, readable by nobody else.
 */
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Env, env } from "./env";

export interface SecretKeys {
  current: string;
  /** Still opens what was written before the last change of keys; nothing new is written with it. */
  previous: string | null;
}

export function loadSecretKeys(from: Pick<Env, "SECRET_KEY" | "SECRET_KEY_PREVIOUS" | "DATA_DIR"> = env()): SecretKeys {
  const current = from.SECRET_KEY ?? keptKey(from.DATA_DIR);
  return { current, previous: from.SECRET_KEY_PREVIOUS ?? null };
}

function keptKey(dataDir: string): string {
  const file = path.join(dataDir, "secret.key");
  return readKey(file) ?? makeKey(file);
}

function readKey(file: string): string | null {
  try {
    const key = readFileSync(file, "utf8").trim();
    if (key.length < 16)
      throw new Error(`${path.basename(file)} in DATA_DIR is not a key: restore it, or remove it and reconnect every provider.`);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Written whole beside its place and then linked: of two processes starting at once both end up with the same key. */
function makeKey(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  const key = readKey(file);
  if (key === null) throw new Error("secret.key could not be made in DATA_DIR.");
  return key;
}
