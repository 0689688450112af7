/**
 * The server's half of a full sync: the page walks Saleor and hands in ids, this marks them for the run and waits a
 * while for their outcomes. Delivering is the drain's work alone.
 */
import type { Bell } from "@/ledger/bell";
import { countPending } from "@/ledger/look";
import { markForRun, retryRun } from "@/ledger/marks";
import {
  findRun,
  finishIfDone,
  lastFinishedAt,
  latestRun,
  markWalkDone,
  moveRun,
  type NewRun,
  noteHeartbeat,
  noteLeft,
  type Run,
  releaseRunRows,
  saveCursor,
  setDriver,
  startRun,
} from "@/ledger/runs";
import type { ConnectionId, CustomerId, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";

/** How long a page waits for the outcomes of its chunk before it is told "still due". */
const OUTCOME_WAIT_MS = 20_000;

export interface FullSyncDeps {
  db: Db;
  bell: Bell;
  wake(limitKey: string): void;
  /** A run waits for a worker: one in this process need not wait for its next look. */
  walkSoon(): void;
}

export interface Chunk {
  ids: readonly CustomerId[];
  cursor: unknown;
  /** The walk's last pass: customers that changed while it went on are sent again. */
  again: boolean;
  /** The connection is stopped until a person mends it: the marks are made, and nobody waits for what cannot come. */
  isStopped: boolean;
}

export type ChunkResult = { run: Run; settled: number; stillDue: number };

/** Every function answers null where the shop has no such run. */
export function createFullSync(deps: FullSyncDeps) {
  const { db } = deps;
  const find = (shopId: ShopId, runId: string) => findRun(db, shopId, runId);

  return {
    find,
    latest: (connectionId: ConnectionId) => latestRun(db, connectionId),
    lastFinishedAt: (connectionId: ConnectionId) => lastFinishedAt(db, connectionId),

    async start(shopId: ShopId, input: NewRun): Promise<Run | null> {
      const run = await find(shopId, await startRun(db, input));
      if (input.driver === "worker") deps.walkSoon();
      return run;
    },

    /** The worker goes on with it, from the same cursor. */
    toBackground: (shopId: ShopId, runId: string) =>
      move(shopId, runId, async () => {
        await moveRun(db, runId, ["paused", "stopped", "cancelled"], "running");
        await setDriver(db, runId, "worker");
        deps.walkSoon();
      }),

    /** The page goes away. Sent while it does, so nothing is answered to anybody. */
    left: (shopId: ShopId, runId: string) =>
      move(shopId, runId, async (run) => {
        if (run.onLeave === "continue") await noteLeft(db, runId);
        else if (run.driver === "page") await moveRun(db, runId, ["running"], "paused");
      }),

    async chunk(shopId: ShopId, runId: string, limitKey: string, chunk: Chunk): Promise<ChunkResult | null> {
      const run = await find(shopId, runId);
      if (!run) return null;
      if (run.state !== "running" || run.driver !== "page") return { run, settled: 0, stillDue: chunk.ids.length };
      const listener = deps.bell.listen(run.connectionId);
      let marked: readonly CustomerId[];
      try {
        marked = await markForRun(db, { runId, connectionId: run.connectionId, ids: chunk.ids, again: chunk.again });
        await saveCursor(db, runId, chunk.cursor);
      } catch (error) {
        listener.end();
        throw error;
      }
      if (marked.length > 0) deps.wake(limitKey);
      await listener.all(marked, chunk.isStopped ? 0 : OUTCOME_WAIT_MS);
      const stillDue = await countPending(db, run.connectionId, chunk.ids);
      const now = (await find(shopId, runId)) ?? run;
      return { run: now, settled: chunk.ids.length - stillDue, stillDue };
    },

    async walkDone(shopId: ShopId, runId: string, cursor: unknown): Promise<Run | null> {
      if (!(await find(shopId, runId))) return null;
      await markWalkDone(db, runId, cursor);
      return this.look(shopId, runId);
    },

    /** Where the run stands; a run whose last customer got an outcome meanwhile is finished by looking at it. */
    async look(shopId: ShopId, runId: string): Promise<Run | null> {
      if (!(await find(shopId, runId))) return null;
      await finishIfDone(db, runId);
      return find(shopId, runId);
    },

    pause: (shopId: ShopId, runId: string) => move(shopId, runId, () => moveRun(db, runId, ["running"], "paused")),
    resume: (shopId: ShopId, runId: string) =>
      move(shopId, runId, async () => {
        await setDriver(db, runId, "page");
        await moveRun(db, runId, ["paused", "stopped", "cancelled"], "running");
      }),

    cancel: (shopId: ShopId, runId: string) =>
      move(shopId, runId, async (run) => {
        if (await moveRun(db, runId, ["running", "paused", "stopped"], "cancelled")) await releaseRunRows(db, runId, run.connectionId);
      }),

    async heartbeat(shopId: ShopId, runId: string, problem: string | null): Promise<Run | null> {
      return move(shopId, runId, () => noteHeartbeat(db, runId, problem));
    },

    /** The walk cannot go on (Saleor has not answered for long): what is done stays done, Resume goes on from there. */
    stop: (shopId: ShopId, runId: string, problem: string) =>
      move(shopId, runId, () => moveRun(db, runId, ["running"], "stopped", problem)),

    retry: (shopId: ShopId, runId: string, limitKey: string) =>
      move(shopId, runId, async (run) => {
        await retryRun(db, runId, run.connectionId);
        deps.wake(limitKey);
      }),
  };

  async function move(shopId: ShopId, runId: string, act: (run: Run) => Promise<unknown>): Promise<Run | null> {
    const run = await find(shopId, runId);
    if (!run) return null;
    await act(run);
    return find(shopId, runId);
  }
}
