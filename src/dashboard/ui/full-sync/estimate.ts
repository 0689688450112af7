/** A sample's counts, spread over everybody. Two digits: more would be a promise. */
import type { PreviewView } from "@/dashboard/api/views";

export type Preview = Extract<PreviewView, { kind: "preview" }>;

export interface Estimate {
  /** Everybody was looked at: these are counts, not guesses. */
  isExact: boolean;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  billable: number | null;
}

/** `null` where the provider answered for nobody of the sample. */
export function estimateOf(preview: Preview): Estimate | null {
  const known = preview.sample - preview.unknown;
  if (known === 0 && preview.sample > 0) return null;
  const isExact = known >= preview.total;
  const spread = (count: number) => (isExact ? count : inTwoDigits((count / known) * preview.total));
  const billable = preview.billable === null || isExact ? preview.billable : inTwoDigits(preview.billable);
  return {
    isExact,
    created: spread(preview.created),
    updated: spread(preview.updated),
    unchanged: spread(preview.unchanged),
    skipped: spread(preview.skipped),
    billable,
  };
}

export function inTwoDigits(count: number): number {
  if (count < 100) return Math.round(count);
  const step = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.round(count / step) * step;
}

/** How sure a number of new contacts is. */
export interface Newcomers {
  amount: "exact" | "about" | "most" | "unknown";
  count: number;
}

/** `inSync`: whoever is in sync is a contact already; everybody else may turn out to be a new one. */
export function newcomersOf(known: { total: number | null; inSync: number; estimate: Estimate | null }): Newcomers {
  const { total, inSync, estimate } = known;
  if (estimate?.isExact) return { amount: "exact", count: estimate.created };
  // None in the sample is not none at all.
  if (estimate && estimate.created > 0) return { amount: "about", count: estimate.created };
  if (total === null) return { amount: "unknown", count: 0 };
  return { amount: "most", count: Math.max(0, total - inSync) };
}
