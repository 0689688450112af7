/** Rows -> what a page is told. */
import type { StateRow } from "@/connections/state-rows";
import { nextTry } from "@/ledger/lease";
import { countStates } from "@/ledger/look";
import type { Run } from "@/ledger/runs";
import type { Rooms } from "@/wiring";
import type { Admitted } from "./trpc";
import type { ConnectionHealth, ConnectionView, Counts, RunView } from "./views";

/** Silence of the page's walk after which another window may take it over. */
const ABANDONED_MS = 30_000;

export async function presentConnection(ctx: Admitted, row: StateRow): Promise<ConnectionView> {
  const { db, connections, fullSync, providers } = ctx.rooms;
  const [details, states, retry, run, fullSyncedAt] = await Promise.all([
    connections.details(ctx.shop.id, row.id),
    countStates(db, [row.id]),
    nextTry(db, row.limitKey),
    fullSync.latest(row.id),
    fullSync.lastFinishedAt(row.id),
  ]);
  const counts = presentCounts(states.get(row.id) ?? {});
  const failing = retry.failures > 0 && counts.waiting + counts.retrying > 0;
  const health = healthOf(row, { readable: details.kind, failing, counts, run });
  return {
    id: row.id,
    provider: row.provider,
    title: providers[row.provider]?.title ?? row.provider,
    health,
    healthReason: row.healthReason,
    healthSince: row.healthSince?.toISOString() ?? null,
    live: row.live,
    isPaused: row.pausedAt !== null,
    account: details.kind === "found" ? details.account : null,
    target: row.target ? { id: row.target, name: row.targetName } : null,
    counts,
    lastDeliveredAt: row.lastDeliveredAt?.toISOString() ?? null,
    fullSyncedAt: fullSyncedAt?.toISOString() ?? null,
    nextTryAt: failing ? (retry.at?.toISOString() ?? null) : null,
    run: run ? presentRun(run, ctx.staff.userId) : null,
  };
}

function healthOf(row: StateRow, facts: { readable: string; failing: boolean; counts: Counts; run: Run | null }): ConnectionHealth {
  if (row.health === "unreadable" || facts.readable === "unreadable") return "unreadable";
  if (row.health === "reconnect") return "reconnect";
  if (row.target === "") return "setup";
  if (row.health === "target_gone") return "target_gone";
  if (facts.failing) return "provider_down";
  if (facts.run?.state === "running") return "catching_up";
  return row.live ? "live" : "paused";
}

function presentCounts(states: Partial<Record<string, number>>): Counts {
  return {
    inSync: states.in_sync ?? 0,
    waiting: states.waiting ?? 0,
    retrying: states.retrying ?? 0,
    skipped: states.skipped ?? 0,
    refused: states.refused ?? 0,
    gaveUp: states.gave_up ?? 0,
    gone: states.gone ?? 0,
  };
}

export function presentRun(run: Run, staffUserId: string): RunView {
  const done = run.created + run.updated + run.unchanged + run.skipped + run.refused + run.gaveUp;
  return {
    id: run.id,
    connectionId: run.connectionId,
    state: run.state,
    driver: run.driver,
    onLeave: run.onLeave,
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
    mine: run.startedBy === staffUserId,
    abandoned: run.state === "running" && run.driver === "page" && Date.now() - run.heartbeatAt.getTime() > ABANDONED_MS,
    walkDone: run.walkDone,
    cursor: run.cursor,
    total: run.total,
    marked: run.marked,
    done,
    created: run.created,
    updated: run.updated,
    unchanged: run.unchanged,
    skipped: run.skipped,
    refused: run.refused,
    gaveUp: run.gaveUp,
    due: Math.max(0, run.marked - done),
    retrying: run.retrying,
    retryingReason: run.retryingReason,
    problem: run.problem,
  };
}

export async function findConnection(ctx: { rooms: Rooms; shop: { id: string } }, id: string): Promise<StateRow | null> {
  return (await ctx.rooms.connections.list(ctx.shop.id)).find((row) => row.id === id) ?? null;
}

/** Only a person can mend it; until then nothing is delivered. */
export function isStopped({ health }: Pick<StateRow, "health">): boolean {
  return health === "reconnect" || health === "target_gone" || health === "unreadable";
}
