/**
 * Rows as CSV for a spreadsheet. A cell that a spreadsheet would take for a formula gets an apostrophe: ids and the
 * vendor's words come from outside.
 */
const FORMULA = /^[=+\-@\t\r]/;

export function csvOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(cell).join(","));
  // The mark makes spreadsheets read UTF-8; CRLF is what RFC 4180 asks for.
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

function cell(value: string): string {
  const safe = FORMULA.test(value.trimStart()) || FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
