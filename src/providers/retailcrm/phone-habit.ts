/**
 * Whether an edit replaces a customer's numbers or appends to them is not established (reference, 2026-11). The first
 * edit of a connection that touches numbers somebody else sees is read back, and tells.
 */
import type { PhoneChange } from "./phones";
import type { Visit } from "./visit";

const KEY = "phones on edit";

/** `null` = the edit needs no word on numbers. */
export function numbersToSend({ link }: Visit, { missing, gone, kept }: PhoneChange): readonly string[] | null {
  if (missing.length === 0 && gone.length === 0) return null;
  if (link.cache.get(KEY) !== "appends") return [...kept, ...missing];
  return missing.length > 0 ? missing : null;
}

/** @returns whether numbers that should be gone are still there. */
export async function noteNumbers(visit: Visit, id: number, { missing, gone, kept }: PhoneChange): Promise<boolean> {
  const { cache } = visit.link;
  const held = kept.length + gone.length;
  if (held === 0 || missing.length + gone.length === 0) return false;
  if (!cache.has(KEY)) {
    const said = await visit.api.byIds([String(id)]);
    const now = said.kind === "ok" ? said.value.customers.find((one) => one.id === id)?.phones.length : undefined;
    if (now !== undefined) cache.set(KEY, now > kept.length + missing.length ? "appends" : "replaces");
  }
  return gone.length > 0 && cache.get(KEY) === "appends";
}
