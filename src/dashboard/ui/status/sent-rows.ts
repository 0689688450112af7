/** What was sent, as rows: nested fields get their path, lists their items. */
export function sentRows(sent: Record<string, unknown> | null, path = ""): { field: string; value: string }[] {
  return Object.entries(sent ?? {}).flatMap(([key, value]) => {
    const field = path ? `${path} › ${key}` : key;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return sentRows(value as Record<string, unknown>, field);
    return [{ field, value: plain(value) }];
  });
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
