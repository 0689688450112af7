/**
 * Saleor keeps microseconds and prints them as Python does: `2026-08-02T09:10:11.123456+00:00`, without a fraction when
 * it is zero. A client that squeezes them through a JavaScript Date loses digits, so the stand-in keeps them too.
 */
export type Micros = number;

let latest = 0;

/** Now, and never the same instant twice. */
export function nowMicros(): Micros {
  latest = Math.max(Date.now() * 1000, latest + 1);
  return latest;
}

export function isoOf(at: Micros): string {
  const seconds = new Date(Math.floor(at / 1_000_000) * 1000).toISOString().slice(0, 19);
  const fraction = at % 1_000_000;
  return fraction === 0 ? `${seconds}+00:00` : `${seconds}.${String(fraction).padStart(6, "0")}+00:00`;
}

export function microsOf(iso: string): Micros {
  const millis = Date.parse(iso);
  if (Number.isNaN(millis)) throw new TypeError(`DateTime cannot represent value: "${iso}"`);
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? "";
  return Math.floor(millis / 1000) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}
