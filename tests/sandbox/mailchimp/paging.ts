/** `fields`, `exclude_fields`, `count` (10 unless asked, 1000 at most) and `offset`, as every collection takes them. */
import { notValidated } from "./problems";

type Json = Record<string, unknown>;
type Tree = { [key: string]: Tree };

function tree(paths: string): Tree {
  const root: Tree = {};
  for (const path of paths.split(",").filter(Boolean)) {
    let node = root;
    for (const part of path.trim().split(".")) node = node[part] ??= {};
  }
  return root;
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

function keep(value: unknown, wanted: Tree): unknown {
  if (Object.keys(wanted).length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => keep(item, wanted));
  if (!isObject(value)) return value;
  const kept = Object.keys(wanted).filter((key) => key in value);
  return Object.fromEntries(kept.map((key) => [key, keep(value[key], wanted[key] ?? {})]));
}

function without(value: unknown, unwanted: Tree): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, unwanted));
  if (!isObject(value)) return value;
  const left = Object.entries(value).filter(([key]) => !unwanted[key] || Object.keys(unwanted[key]).length > 0);
  return Object.fromEntries(left.map(([key, item]) => [key, unwanted[key] ? without(item, unwanted[key]) : item]));
}

export function project(body: unknown, query: URLSearchParams): unknown {
  const fields = query.get("fields");
  if (fields) return keep(body, tree(fields));
  const excluded = query.get("exclude_fields");
  return excluded ? without(body, tree(excluded)) : body;
}

function whole(query: URLSearchParams, name: string, otherwise: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  if (!/^\d+$/.test(text)) throw notValidated([{ field: name, message: "This value should be of type integer." }]);
  return Number(text);
}

export function page<T>(items: readonly T[], query: URLSearchParams): T[] {
  const offset = whole(query, "offset", 0);
  return items.slice(offset, offset + Math.min(1000, whole(query, "count", 10)));
}
