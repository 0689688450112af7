/** The fences between the rooms: who may import whom, and which library is known where. A failure names the room to go to. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..");

/** `type:` in front = its types only; `room/file` = nothing else of that room. Within a room everybody may import everybody. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  pages: [
    "wiring",
    "health",
    "intake",
    "connections",
    "dashboard/api",
    "dashboard/ui",
    "saleor",
    "platform",
    "model",
    "styles",
    "saleor-app",
  ],
  instrumentation: ["instrumentation-node"],
  "instrumentation-node": ["wiring"],
  worker: ["instrumentation-node", "health", "platform"],
  health: ["wiring", "platform"],
  proxy: ["platform"],
  wiring: [
    "intake",
    "sweep",
    "drain",
    "mapping",
    "providers",
    "contract",
    "kit",
    "ledger",
    "jobs",
    "connections",
    "saleor",
    "platform",
    "model",
  ],
  intake: ["ledger", "saleor", "type:contract", "platform", "model"],
  sweep: ["walk", "ledger", "saleor", "type:contract", "platform", "model"],
  // The walk over a shop is the same whoever drives it, page or worker: pure, knows neither.
  walk: ["model"],
  drain: ["ledger", "mapping", "saleor", "contract", "kit", "platform", "model"],
  mapping: ["model"],
  contract: ["type:kit", "model"],
  kit: ["platform/public-address", "model"],
  providers: ["contract", "vendor"],
  messages: ["vendor"],
  vendor: ["contract", "kit", "model"],
  ledger: ["platform", "model"],
  jobs: ["type:contract", "platform", "model"],
  connections: ["ledger", "saleor", "contract", "kit", "platform", "model"],
  saleor: ["platform", "model"],
  "dashboard/api": [
    "type:wiring",
    "intake",
    "sweep",
    "mapping",
    "type:connections",
    "ledger",
    "saleor",
    "contract",
    "kit",
    "platform",
    "model",
  ],
  "dashboard/ui": ["type:dashboard/api", "walk", "messages", "model"],
  model: [],
  platform: [],
};

/** What one room alone knows, and whom to ask instead. */
const KNOWN_IN: readonly { library: RegExp; rooms: readonly string[]; instead: string }[] = [
  { library: /^pg-boss$/, rooms: ["jobs", "platform"], instead: "ask jobs/" },
  {
    library: /^(kysely|pg|@electric-sql\/pglite)(\/|$)/,
    rooms: ["ledger", "connections", "platform", "saleor"],
    instead: "rows of customers: ledger/, of connections: connections/, of installations: saleor/apl/",
  },
  { library: /^@mailchimp\//, rooms: ["vendor"], instead: "speak the words of providers/contract.ts" },
  { library: /^pino/, rooms: ["platform"], instead: "take a Log from whoever builds you" },
  {
    library: /^(react|react-dom|@saleor\/macaw-ui|urql|@tanstack|lucide-react)(\/|$)/,
    rooms: ["dashboard/ui", "pages"],
    instead: "screens live in dashboard/ui/",
  },
  {
    library: /^next(\/|$)/,
    rooms: ["pages", "dashboard/ui", "proxy", "connections"],
    instead: "requests and answers belong to a door in pages/",
  },
  { library: /^undici$/, rooms: ["saleor", "kit"], instead: "saleor/outbound.ts for shops, providers/kit/http.ts for vendors" },
  { library: /^@trpc\/server/, rooms: ["dashboard/api", "pages"], instead: "procedures live in dashboard/api/" },
];

const VENDOR_WORDS = /mailchimp|retailcrm|mindbox/i;
/** The lists of providers, their settings, and texts for people. */
const MAY_NAME_VENDORS =
  /^src\/(providers\/(mailchimp|retailcrm|mindbox)\/|providers\/(index|messages)\.ts|platform\/env\.ts|saleor\/manifest\.ts|dashboard\/ui\/messages\/)/;

interface Import {
  of: string;
  isTypeOnly: boolean;
}

interface SourceFile {
  path: string;
  room: string;
  imports: Import[];
  words: string[];
}

function roomOf(file: string): string {
  const parts = file.replace(/\.[jt]sx?$/, "").split("/");
  const [, first = "", second = "", third] = parts;
  if (parts[0] !== "src") return parts[0] ?? "";
  if (first === "dashboard") return `dashboard/${second}`;
  if (first !== "providers") return first;
  if (second === "kit" || second === "contract" || second === "messages") return second;
  return third === undefined && (second === "" || second === "index") ? "providers" : "vendor";
}

/** For a provider "another room" is any other vendor's folder as well. */
const vendorOf = (file: string) => file.split("/")[2];

function load(file: string): SourceFile {
  const text = readFileSync(path.join(root, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const found: SourceFile = { path: file, room: roomOf(file), imports: [], words: [] };
  const visit = (node: ts.Node): void => {
    const taken = importIn(node);
    if (taken) found.imports.push(taken);
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isJsxText(node)) found.words.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function importIn(node: ts.Node): Import | null {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { of: node.moduleSpecifier.text, isTypeOnly: ts.isExportDeclaration(node) ? node.isTypeOnly : isTypeImport(node.importClause) };
  }
  const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const [argument] = isDynamic ? node.arguments : [];
  return argument && ts.isStringLiteral(argument) ? { of: argument.text, isTypeOnly: false } : null;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  const named = clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : null;
  return clause.isTypeOnly || (!clause.name && named !== null && named.length > 0 && named.every((one) => one.isTypeOnly));
}

/** The file of ours behind an import, or null for a library. */
function ownFile(from: string, specifier: string): string | null {
  if (specifier.startsWith("@/")) return `src/${specifier.slice(2)}`;
  if (specifier.startsWith("@graphql/")) return null;
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(from), specifier) : null;
}

const files = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((file) => `src/${file.split(path.sep).join("/")}`)
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\.d\.ts$/.test(file))
  .map(load);

function crossings(file: SourceFile): string[] {
  const allowed = MAY_IMPORT[file.room];
  if (!allowed) return [`${file.path} is in no known room: add it to DESIGN's tree and to this table`];
  return file.imports.flatMap(({ of, isTypeOnly }) => {
    const target = ownFile(file.path, of);
    if (target === null || /\.(css|json)$/.test(target)) return [];
    const room = roomOf(target);
    const isOwn = room === file.room && (room !== "vendor" || vendorOf(target) === vendorOf(file.path));
    if (
      isOwn ||
      allowed.includes(room) ||
      allowed.includes(target.replace(/^src\//, "")) ||
      (isTypeOnly && allowed.includes(`type:${room}`))
    )
      return [];
    const hint = allowed.includes(`type:${room}`)
      ? "only its types may be imported"
      : `${file.room} may import ${allowed.join(", ") || "nothing"}`;
    return [`${file.path} imports ${of}: ${hint}`];
  });
}

const strayLibraries = (file: SourceFile): string[] =>
  file.imports.flatMap(({ of, isTypeOnly }) =>
    KNOWN_IN.filter(({ library, rooms }) => !isTypeOnly && library.test(of) && !rooms.includes(file.room)).map(
      ({ rooms, instead }) => `${file.path} imports ${of}, known in ${rooms.join(", ")} only: ${instead}`,
    ),
  );

describe("The rooms of the house", () => {
  it("are looked at", () => expect(files.length).toBeGreaterThan(100));

  it("import downward only", () => expect(files.flatMap(crossings)).toEqual([]));

  it.each([
    ["src/mapping/tags.ts", "@/ledger/due", false],
    ["src/providers/mailchimp/upsert.ts", "../retailcrm/client", true],
    ["src/providers/kit/http.ts", "@/platform/env", false],
    ["src/dashboard/ui/shell/api.ts", "@/dashboard/api/router", false],
    ["src/ledger/due.ts", "../connections/open", true],
  ])("would notice %s importing %s", (from, of, isTypeOnly) => {
    expect(crossings({ path: from, room: roomOf(from), imports: [{ of, isTypeOnly }], words: [] })).toHaveLength(1);
  });

  it("keep their libraries to themselves", () => expect(files.flatMap(strayLibraries)).toEqual([]));

  it("read settings from platform/env.ts alone", () => {
    const readers = files.filter((file) => file.words.includes("process") && /process\.env/.test(code(file.path)));
    expect(readers.map((file) => file.path)).toEqual(["src/instrumentation.ts", "src/platform/env.ts"]);
  });

  it("name no vendor outside its folder", () => {
    const naming = files.filter((file) => !MAY_NAME_VENDORS.test(file.path) && file.words.some((word) => VENDOR_WORDS.test(word)));
    expect(naming.map((file) => `${file.path}: a vendor's word belongs into src/providers/<id>/`)).toEqual([]);
  });

  it("say nothing on the console: the log is handed to them", () => {
    const loud = files.filter((file) => file.words.includes("console"));
    expect(loud.map((file) => file.path)).toEqual([]);
  });
});

function code(file: string): string {
  return readFileSync(path.join(root, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
