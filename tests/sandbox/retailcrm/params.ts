/** Parameters as PHP reads them: `filter[ids][]=1&filter[email]=a` becomes `{ filter: { ids: ["1"], email: "a" } }`. */
export type Params = { [name: string]: string | Params | string[] };

export function nested(pairs: Iterable<[string, string]>): Params {
  const root: Params = {};
  for (const [name, value] of pairs) put(root, path(name), value);
  return root;
}

const path = (name: string): string[] => [name.replace(/\[.*$/, ""), ...[...name.matchAll(/\[([^\]]*)\]/g)].map((part) => part[1] ?? "")];

function put(at: Params, [head = "", ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    at[head] = value;
    return;
  }
  if (rest.length === 1 && rest[0] === "") {
    const list = Array.isArray(at[head]) ? (at[head] as string[]) : [];
    at[head] = [...list, value];
    return;
  }
  const inner = typeof at[head] === "object" && !Array.isArray(at[head]) ? (at[head] as Params) : {};
  at[head] = inner;
  put(inner, rest, value);
}

export const textAt = (params: Params, name: string): string => (typeof params[name] === "string" ? (params[name] as string) : "");

export function listAt(params: Params, name: string): string[] | undefined {
  const found = params[name];
  if (found === undefined) return undefined;
  return Array.isArray(found) ? found : typeof found === "string" ? [found] : Object.values(found).map(String);
}
