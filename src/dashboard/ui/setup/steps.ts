/** How far a shop is with its setup: read off its connections, never off a page that somebody was on. */
import type { ConnectionView } from "@/dashboard/api/views";

export const STEPS = ["provider", "connect", "target", "look", "live", "full_sync"] as const;
export type Step = (typeof STEPS)[number];

export interface Setup {
  /** The connection that is furthest; `null` while there is none. */
  connection: ConnectionView | null;
  done: ReadonlySet<Step>;
  /** The first that is not done; `null` where everything is. */
  next: Step | null;
}

export function setupOf(connections: readonly ConnectionView[]): Setup {
  let furthest: Setup = { connection: null, done: new Set(), next: "provider" };
  for (const connection of connections) {
    const done = doneBy(connection);
    if (furthest.connection === null || done.size > furthest.done.size) {
      furthest = { connection, done, next: STEPS.find((step) => !done.has(step)) ?? null };
    }
  }
  return furthest;
}

function doneBy(connection: ConnectionView): Set<Step> {
  const hasTarget = connection.target !== null;
  const wasLive = hasTarget && (connection.live || connection.isPaused);
  const done: Record<Step, boolean> = {
    provider: true,
    connect: true,
    target: hasTarget,
    // Whoever sends has nothing to look at beforehand any more.
    look: wasLive || wasSent(connection),
    live: wasLive,
    full_sync: connection.fullSyncedAt !== null,
  };
  return new Set(STEPS.filter((step) => done[step]));
}

const wasSent = ({ target, fullSyncedAt, run }: ConnectionView) => target !== null && (fullSyncedAt !== null || run !== null);

/** No connection of the shop sends, or has ever sent, anything: then the first run opens by itself. */
export const isFirstRun = (connections: readonly ConnectionView[]) =>
  connections.every((connection) => !wasSent(connection) && !doneBy(connection).has("live"));

export const setupPath = (step?: Step) => (step ? `/setup?step=${step}` : "/setup");

/** The step that an address names, where it can be looked at already: a done one, or the first that is not. */
export function stepIn(named: unknown, { done, next }: Setup): Step | null {
  const wanted = STEPS.find((step) => step === named);
  if (wanted && (done.has(wanted) || wanted === next)) return wanted;
  // Looking is left by going on: nothing on the server says that somebody has looked.
  if (wanted === "live" && next === "look") return wanted;
  return next;
}
