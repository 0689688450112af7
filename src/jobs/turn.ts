/**
 * What a worker does all day, for as long as one request may last: for places where no process lives longer. Leases and
 * claims decide who works, so turns may overlap each other and a worker.
 */
import { setTimeout as wait } from "node:timers/promises";

interface Walks {
  tick(): Promise<void>;
  busy(): boolean;
  stop(): Promise<void>;
}

export interface TurnDeps {
  /** Made for this turn: its end stops nobody else's. */
  drains: { serve(limitKey: string): Promise<void>; stop(withinMs: number): Promise<void> };
  walks: readonly Walks[];
  dueLimitKeys(): Promise<string[]>;
  tick(): Promise<void>;
  seconds: number;
}

export interface Turn {
  /** How many limit keys had something due. */
  served: number;
  /** Something is still due: the next turn goes on. */
  more: boolean;
}

const LOOK_EVERY_MS = 500;
/** Requests on the wire may come back for so long after the turn's time. */
const GRACE_MS = 8_000;

export async function takeTurn(deps: TurnDeps): Promise<Turn> {
  const endsAt = performance.now() + deps.seconds * 1_000;
  const served = new Set<string>();
  let atWork = 0;
  const serve = async (limitKey: string) => {
    served.add(limitKey);
    atWork += 1;
    await deps.drains.serve(limitKey).finally(() => {
      atWork -= 1;
    });
  };
  await deps.tick();
  for (;;) {
    for (const walk of deps.walks) await walk.tick();
    const due = await deps.dueLimitKeys();
    for (const limitKey of due) void serve(limitKey).catch(() => {});
    const isIdle = due.length === 0 && atWork === 0 && !deps.walks.some((walk) => walk.busy());
    if (isIdle || performance.now() >= endsAt) break;
    await wait(Math.min(LOOK_EVERY_MS, Math.max(0, endsAt - performance.now())));
  }
  await Promise.all([deps.drains.stop(GRACE_MS), ...deps.walks.map((walk) => walk.stop())]);
  return { served: served.size, more: (await deps.dueLimitKeys()).length > 0 };
}
