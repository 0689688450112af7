/** One call to the API, after the door checked who is asking, and the table the doors are looked up in. */
import { notFound } from "./problems";
import type { Audience } from "./state";
import type { Account, World } from "./world";

export interface Call {
  world: World;
  account: Account;
  method: string;
  /** Path parameters, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
}

export interface Reply {
  status: number;
  body?: unknown;
}

type Handler = (call: Call) => Reply | Promise<Reply>;
export type Route = [method: string, pattern: string, handler: Handler];

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const noContent: Reply = { status: 204 };

/** A deleted audience answers like one that never was. */
export function audienceOf(call: Call): Audience {
  const audience = call.account.audiences.get(call.params.list ?? "");
  if (!audience) throw notFound();
  return audience;
}

export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decode(given[index] ?? "");
    if (part.startsWith(":")) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw notFound();
  }
}
