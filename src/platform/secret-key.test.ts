import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadSecretKeys } from "./secret-key";

const folder = () => path.join(mkdtempSync(path.join(tmpdir(), "crm-key-")), "data");

describe("the secret keys", () => {
  it("are the operator's where given, and then no file is made", () => {
    const keys = loadSecretKeys({ SECRET_KEY: "k".repeat(16), SECRET_KEY_PREVIOUS: "p".repeat(16), DATA_DIR: "/nowhere/at/all" });
    expect(keys).toEqual({ current: "k".repeat(16), previous: "p".repeat(16) });
  });

  it("are made once, for nobody else's eyes", () => {
    const DATA_DIR = folder();
    const from = { SECRET_KEY: undefined, SECRET_KEY_PREVIOUS: undefined, DATA_DIR };
    const first = loadSecretKeys(from);
    expect(loadSecretKeys(from)).toEqual(first);
    expect(first.current).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(path.join(DATA_DIR, "secret.key")).mode & 0o777).toBe(0o600);
    expect(statSync(DATA_DIR).mode & 0o777).toBe(0o700);
  });

  it("refuse a damaged file rather than make another key", () => {
    const DATA_DIR = path.dirname(folder());
    writeFileSync(path.join(DATA_DIR, "secret.key"), "");
    expect(() => loadSecretKeys({ SECRET_KEY: undefined, SECRET_KEY_PREVIOUS: undefined, DATA_DIR })).toThrow(/not a key/);
    expect(readFileSync(path.join(DATA_DIR, "secret.key"), "utf8")).toBe("");
  });
});
