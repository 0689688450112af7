/** What a well-behaved caller never does. Each is a line in `violations`. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { World } from "./world";

export function watch(world: World, request: IncomingMessage, input: { operation: string; transactionId: string; body: unknown }): void {
  const { accept = "", "content-type": contentType = "", authorization = "" } = request.headers;
  const complain = (what: string) => void world.violations.push(`${input.operation}: ${what}`);
  if (!accept.includes("application/json")) complain("no Accept: application/json, so the answer might be XML");
  if (!contentType.startsWith("application/json")) complain("the body is not declared as JSON");
  if (!authorization.startsWith("SecretKey ")) complain("the old form of Authorization");
  for (const [path, value] of leaves(input.body)) {
    if (value === "" || value === null) complain(`an empty value at ${path}`);
    if (typeof value === "string" && /^\d{4}-\d{2}-\d{2}T/.test(value)) complain(`a date with T at ${path}`);
    if (/mobilePhone$/.test(path) && /\D/.test(String(value))) complain("a phone that is not digits alone");
  }
  if (input.transactionId) watchTransaction(world, input, complain);
}

/** One GUID, one payload; the space is shared by all operations. */
function watchTransaction(
  world: World,
  { operation, transactionId, body }: { operation: string; transactionId: string; body: unknown },
  complain: (what: string) => void,
): void {
  const use = createHash("sha1")
    .update(`${operation} ${JSON.stringify(body)}`)
    .digest("hex");
  const before = world.transactions.get(`payload ${transactionId}`);
  if (before !== undefined && before !== use) complain("one transactionId for two payloads");
  world.transactions.set(`payload ${transactionId}`, use);
}

function* leaves(value: unknown, path = ""): Generator<[string, unknown]> {
  if (typeof value !== "object" || value === null) return yield [path, value];
  for (const [key, inner] of Object.entries(value)) yield* leaves(inner, `${path}/${key}`);
}
