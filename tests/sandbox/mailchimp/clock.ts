/** Times as text. Batches make thousands a second, so the last one is kept. */
let lastMs = 0;
let lastIso = "";

export function nowIso(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastIso = new Date(now).toISOString();
  }
  return lastIso;
}

let lastSecond = -1;
let lastStamp = "";

/** Mailchimp's own form: whole seconds, `+00:00`. */
export function stamp(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastStamp = `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
  }
  return lastStamp;
}
