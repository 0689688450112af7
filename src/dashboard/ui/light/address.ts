/** What the Dashboard wrote into the address of a window that it opened on one of its own pages. */

const LONGEST = 100;

/** The id of the customer on whose page we are. `id` is the app's own, and the frame of a widget has it twice. */
export const customerIn = (search: string): string | null => new URLSearchParams(search).get("customerId") || null;

/**
 * The ticked customers of the list. One value with commas, repeated, or with indices: it depends on what is opened
 * (dashboard 3.23.27, read 2026-08).
 */
export function customersIn(search: string): string[] {
  const values = [...new URLSearchParams(search)].flatMap(([name, value]) =>
    /^customerIds(\[\d*\])?$/.test(name) ? value.split(",").map((id) => id.trim()) : [],
  );
  return [...new Set(values.filter(Boolean))].slice(0, LONGEST);
}

/** A page of ours in the Dashboard. From a page of the Dashboard's own it is only reached in another tab. */
export const ownPageIn = (appId: string, path: string) => `/extensions/app/${encodeURIComponent(appId)}${path}`;
