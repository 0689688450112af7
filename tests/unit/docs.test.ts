import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { loadEnv } from "@/platform/env";

const root = path.resolve(import.meta.dirname, "../..");
const read = (name: string) => readFileSync(path.join(root, name), "utf8");
const guides = readdirSync(path.join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));

describe("what the documents name", () => {
  it("is there: every test that a guarantee stands on", () => {
    const named = [...read("docs/guarantees.md").matchAll(/`((?:src|tests)\/[^`]+)`/g)].map(([, name]) => name!);
    expect(new Set(named).size).toBeGreaterThan(25);
    expect(named.filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });

  it("has a test or a command behind every guarantee", () => {
    const lines = read("docs/guarantees.md")
      .split("\n")
      .filter((line) => line.startsWith("| ") && !line.startsWith("| promise"));
    expect(lines.length).toBeGreaterThan(25);
    expect(lines.filter((line) => !/\| `(?:(?:src|tests)\/|npm run )/.test(line))).toEqual([]);
  });

  it("can be run: every command of ours", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const commands = ["README.md", ".env.example", ...guides.map((name) => `docs/${name}`)].flatMap((name) =>
      [...read(name).matchAll(/npm run ([\w-]+(?::[\w-]+)*)/g)].map(([, script]) => `${name}: ${script}`),
    );
    expect(commands.length).toBeGreaterThan(10);
    expect(commands.filter((one) => !(one.split(": ")[1]! in scripts))).toEqual([]);
  });

  it("leads somewhere: every link to a file", () => {
    const links = ["README.md", ...guides.map((name) => `docs/${name}`)].flatMap((name) =>
      [...read(name).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, to]) => ({
        name,
        to: path.join(root, path.dirname(name), to!),
      })),
    );
    expect(links.filter(({ to }) => !existsSync(to)).map(({ name, to }) => `${name}: ${path.relative(root, to)}`)).toEqual([]);
  });
});

describe(".env.example", () => {
  const example = read(".env.example");
  const lines = new Map([...example.matchAll(/^([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name, value]) => [name!, value!]));

  it("explains every setting that the app reads, and no other", () => {
    const known = [...read("src/platform/env.ts").matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name!);
    expect(known.length).toBeGreaterThan(40);
    expect(known.filter((name) => !lines.has(name) && name !== "NODE_ENV")).toEqual([]);
    const ours = read("src/platform/env.ts") + guidesOfProviders();
    expect([...lines.keys()].filter((name) => !ours.includes(name))).toEqual([]);
  });

  it("names the defaults that hold", () => {
    const defaults = loadEnv({}) as unknown as Record<string, unknown>;
    const wrong = [...lines].filter(([name, value]) => value !== "" && String(defaults[name]) !== value);
    expect(wrong).toEqual([]);
  });
});

/** Providers declare the names of their own variables. */
function guidesOfProviders(): string {
  const folder = path.join(root, "src/providers");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\/index\.ts$|\/oauth\.ts$/.test(name))
    .map((name) => readFileSync(path.join(folder, name), "utf8"))
    .join("\n");
}
