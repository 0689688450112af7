/**
 * Where a walk stands. Opaque to the server, which keeps the latest one it was sent, so it may name a page only when
 * every customer before it has reached the server. Parsed on the way back: an unknown shape means "start over".
 */
import { z } from "zod";

const laneSchema = z.object({
  /** `joined`: a stretch of `dateJoined` (3.22 and newer); `email`: everybody (3.21); `updated`: the last look at changes. */
  kind: z.enum(["joined", "email", "updated"]),
  gte: z.string().nullable(),
  lte: z.string().nullable(),
  after: z.string().nullable(),
  done: z.boolean(),
});

const placeSchema = z.object({ v: z.literal(1), lanes: z.array(laneSchema).min(1).max(20) });

export type LanePlace = z.output<typeof laneSchema>;
export type Place = z.output<typeof placeSchema>;

export function readPlace(saved: unknown): Place | null {
  const parsed = placeSchema.safeParse(saved);
  return parsed.success ? parsed.data : null;
}

export const freshLane = (kind: LanePlace["kind"], gte: string | null = null, lte: string | null = null): LanePlace => ({
  kind,
  gte,
  lte,
  after: null,
  done: false,
});
