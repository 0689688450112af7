import type { HeldView } from "@/dashboard/api/views";

export interface SentRow {
  field: string;
  value: string;
}

const STEP = " › ";

/** What was sent, as rows: nested fields get their path, lists their items. */
export function sentRows(sent: Record<string, unknown> | null, path = ""): SentRow[] {
  return Object.entries(sent ?? {}).flatMap(([key, value]) => {
    const field = path ? `${path}${STEP}${key}` : key;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return sentRows(value as Record<string, unknown>, field);
    return [{ field, value: plain(value) }];
  });
}

/** What the provider holds where this was sent to; `null` = it tells of no such field. */
export function heldBeside(field: string, held: HeldView): string | null {
  const name = field.split(STEP).at(-1) ?? field;
  if (name === "tags") return plain(held.tags);
  if (/^email/i.test(name)) return held.email;
  return Object.hasOwn(held.fields, name) ? plain(held.fields[name]) : null;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
