import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { createTranslator } from "use-intl/core";
import { describe, expect, it } from "vitest";
import en from "@/dashboard/ui/messages/en.json";
import ru from "@/dashboard/ui/messages/ru.json";
import { englishMessages, nest, providerMessages } from "@/providers/messages";

const russianMessages = await providerMessages("ru");

const UI = path.resolve(import.meta.dirname, "../../src/dashboard/ui");
const sources = readdirSync(UI, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => ({
    name,
    file: ts.createSourceFile(name, readFileSync(path.join(UI, name), "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX),
  }));

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

/** Every literal an expression may turn into; a template gives its fixed beginning. */
function keysOf(node: ts.Node): { exact: string[]; beginnings: string[] } {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return { exact: [node.text], beginnings: [] };
  if (ts.isTemplateExpression(node)) return { exact: [], beginnings: [node.head.text] };
  if (ts.isConditionalExpression(node)) {
    const [yes, no] = [keysOf(node.whenTrue), keysOf(node.whenFalse)];
    return { exact: [...yes.exact, ...no.exact], beginnings: [...yes.beginnings, ...no.beginnings] };
  }
  return { exact: [], beginnings: [] };
}

function usedKeys() {
  const exact = new Map<string, string>();
  const beginnings = new Map<string, string>();
  for (const { name, file } of sources) {
    visit(file, (node) => {
      if (!ts.isCallExpression(node) || node.expression.getText() !== "t" || !node.arguments[0]) return;
      const keys = keysOf(node.arguments[0]);
      for (const key of keys.exact) exact.set(key, name);
      for (const key of keys.beginnings) beginnings.set(key, name);
    });
  }
  return { exact, beginnings };
}

function find(key: string): unknown {
  return key.split(".").reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], en);
}

const flatten = (node: object, at = ""): [string, string][] =>
  Object.entries(node).flatMap(([key, value]) =>
    typeof value === "string" ? [[at + key, value] as [string, string]] : flatten(value, `${at}${key}.`),
  );

describe("the words of the pages", () => {
  it("has a message for every key that a page asks for", () => {
    const missing = [...usedKeys().exact].filter(([key]) => typeof find(key) !== "string");
    expect(missing).toEqual([]);
  });

  it("has messages under every beginning of a composed key", () => {
    const { beginnings } = usedKeys();
    const own = [...beginnings].filter(([beginning]) => beginning !== "" && !beginning.startsWith("provider."));
    expect(own.filter(([beginning]) => typeof find(beginning.replace(/\.$/, "")) !== "object")).toEqual([]);
  });

  it("carries no message that nothing asks for", () => {
    const { exact, beginnings } = usedKeys();
    // Asked for by code: states, reasons and errors come from the server, agreements from what a run sets off.
    const byCode = ["reason.", "errors.", "fullSync.agree.", "fullSync.stopped.", "permission.MANAGE"];
    const isUsed = (key: string) =>
      exact.has(key) || [...beginnings.keys(), ...byCode].some((beginning) => beginning !== "" && key.startsWith(beginning));
    expect(
      flatten(en)
        .filter(([key]) => !isUsed(key))
        .map(([key]) => key),
    ).toEqual([]);
  });

  it("names every state the server can answer with", () => {
    expect(Object.keys(en.health)).toEqual(
      expect.arrayContaining(["setup", "paused", "live", "catching_up", "provider_down", "reconnect", "target_gone", "unreadable"]),
    );
    expect(Object.keys(en.state)).toEqual(expect.arrayContaining(["in_sync", "skipped", "refused", "retrying", "gave_up", "gone"]));
  });

  it("can be rendered", () => {
    const t = createTranslator({
      locale: "en",
      messages: en,
      onError: (error) => {
        throw error;
      },
    });
    /** Every name that the message takes; a number may stand for each. */
    const valuesOf = (text: string) => Object.fromEntries([...text.matchAll(/\{\s*(\w+)/g)].map(([, name]) => [name, 2]));
    for (const [key, text] of flatten(en)) expect(t(key as never, valuesOf(text) as never)).toBeTruthy();
  });

  it("has no exclamation mark, no please and no oops", () => {
    const everybody = [en, ...Object.values(englishMessages)];
    const loud = everybody
      .flatMap((messages) => flatten(messages))
      .filter(([, text]) => /!|\bplease\b|\boops\b|successful|\berror\b/i.test(text));
    expect(loud.map(([key]) => key)).toEqual(["connect.tabTroubleTitle"]);
  });

  it("stands in the catalogues only: no component says something of its own", () => {
    const spoken = ["title", "label", "aria-label", "alt", "placeholder", "help", "hint", "verb", "back", "text"];
    const bare: string[] = [];
    for (const { name, file } of sources) {
      visit(file, (node) => {
        if (ts.isJsxText(node) && /\p{L}/u.test(node.text)) bare.push(`${name}: ${node.text.trim()}`);
        if (ts.isJsxAttribute(node) && spoken.includes(node.name.getText()) && node.initializer && ts.isStringLiteral(node.initializer)) {
          if (/\p{L}/u.test(node.initializer.text)) bare.push(`${name}: ${node.initializer.text}`);
        }
      });
    }
    expect(bare).toEqual([]);
  });
});

/** English beside Russian: ours, and each provider's that has both. */
const pairs: [string, object, object][] = [
  ["the pages", en, ru],
  ...readdirSync(path.resolve(UI, "../../providers"))
    .map((name) => path.resolve(UI, "../../providers", name))
    .filter((folder) => existsSync(path.join(folder, "messages.en.json")))
    .map((folder): [string, object, object] => [path.basename(folder), read(folder, "en"), read(folder, "ru")]),
];
function read(folder: string, language: string): object {
  return JSON.parse(readFileSync(path.join(folder, `messages.${language}.json`), "utf8"));
}

function sayInRussian(text: string, values: Record<string, number>): string {
  const t = createTranslator({
    locale: "ru",
    messages: { text },
    onError: (error) => {
      throw error;
    },
  });
  return t("text", values as never);
}

describe.each(pairs)("the Russian words of %s", (_, english, russian) => {
  const theirs = new Map(flatten(russian));
  const both = flatten(english).flatMap(([key, text]) => (theirs.has(key) ? [[key, text, theirs.get(key)!] as const] : []));
  const namesIn = (text: string) => [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name))].sort();

  it("are there for every English one, and no others", () => {
    expect([...theirs.keys()].sort()).toEqual(
      flatten(english)
        .map(([key]) => key)
        .sort(),
    );
  });

  it("take the same values", () => {
    const differing = both.filter(([, ours, russianText]) => String(namesIn(ours)) !== String(namesIn(russianText)));
    // The English arms of its choice are called as its values are.
    expect(differing.map(([key]) => key).filter((key) => key !== "mapping.wish")).toEqual([]);
  });

  it("know one, few and many", () => {
    const counted = both.filter(([, , text]) => /, plural,/.test(text) && /\{#|# [а-яё]/i.test(text) && !/\{# (ч|мин) \}/.test(text));
    expect(counted.filter(([, , text]) => !["one {", "few {", "other {"].every((form) => text.includes(form))).map(([key]) => key)).toEqual(
      [],
    );
  });

  it("can be rendered, whatever the number", () => {
    for (const [key, , text] of both)
      for (const count of [1, 2, 5, 21, 0]) {
        const values = Object.fromEntries([...text.matchAll(/\{\s*(\w+)/g)].map(([, name]) => [name, count]));
        expect(sayInRussian(text, values), key).toBeTruthy();
      }
  });

  it("are Russian", () => {
    const kept = /^[\s–·{}\w(),:%?@./-]*$/;
    const untranslated = both.filter(([key, ours, text]) => ours === text && !kept.test(text) && !key.startsWith("language."));
    expect(untranslated.map(([key]) => key)).toEqual([]);
    expect(both.filter(([, , text]) => /!|пожалуйста/i.test(text)).map(([key]) => key)).toEqual([]);
  });
});

describe("catalogues of providers", () => {
  it.each(Object.keys(englishMessages))("%s: says better only what the pages say", (id) => {
    const own = flatten((englishMessages[id]?.ui ?? {}) as object);
    expect(own.filter(([key]) => typeof find(key) !== "string").map(([key]) => key)).toEqual([]);
  });

  it.each(Object.keys(russianMessages).filter((id) => russianMessages[id] !== englishMessages[id]))(
    "%s: has every message in Russian, with the same values, and each can be rendered",
    (id) => {
      const [own, english] = [russianMessages[id]!, englishMessages[id]!];
      const valuesIn = (text: string) => [...new Set(text.match(/\{\w+(?=[,}])/g) ?? [])].sort();
      expect(flatten(own).map(([key]) => key)).toEqual(flatten(english).map(([key]) => key));
      const texts = new Map(flatten(english));
      for (const [key, text] of flatten(own)) expect([key, valuesIn(text)]).toEqual([key, valuesIn(texts.get(key) ?? "")]);
      const onError = (error: unknown) => {
        throw error;
      };
      const t = createTranslator({ locale: "ru", messages: own as never, onError }) as unknown as (key: string, values: object) => string;
      const values = { title: "T", detail: "D", target: "M", account: "A", name: "N", targets: 2, contacts: 5, count: 3, amount: "about" };
      for (const [key] of flatten(own)) expect(t(key, values)).toBeTruthy();
    },
  );

  it("mean the same with dotted keys and with nested ones", () => {
    expect(nest({ "reason.archived": "a", reason: { staff: "b" } })).toEqual({ reason: { archived: "a", staff: "b" } });
    expect(nest({ settings: { "newStatus.pending.label": "x" } })).toEqual({ settings: { newStatus: { pending: { label: "x" } } } });
  });
});
