/** Rows -> what a page is told. */
import type { StateRow } from "@/connections/state-rows";
import { countEraseWaits } from "@/ledger/erase-waits";
import { nextTry } from "@/ledger/lease";
import { countStates } from "@/ledger/look";
import { type DeliveryHour, deliveriesOfDay, oldestDue } from "@/ledger/pulse";
import type { Run } from "@/ledger/runs";
import type { Rooms } from "@/wiring";
import type { Admitted } from "./trpc";
import type { ConnectionHealth, ConnectionView, Counts, HourView, RunView } from "./views";

/** Silence of the page's walk after which another window may take it over. */
const ABANDONED_MS = 30_000;
/** A change that has waited for longer than this is a backlog, not traffic. */
const BACKLOG_MS = 300_000;
const HOUR_MS = 3_600_000;

export async function presentConnection(ctx: Admitted, row: StateRow): Promise<ConnectionView> {
  const { db, connections, fullSync, providers } = ctx.rooms;
  const [details, states, retry, run, fullSyncedAt, hours, waitingSince, erasures] = await Promise.all([
    connections.details(ctx.shop.id, row.id),
    countStates(db, [row.id]),
    nextTry(db, row.limitKey),
    fullSync.latest(row.id),
    fullSync.lastFinishedAt(row.id),
    deliveriesOfDay(db, row.id),
    oldestDue(db, row.id),
    countEraseWaits(db, row.id),
  ]);
  const counts = presentCounts(states.get(row.id) ?? {});
  const failing = retry.failures > 0 && counts.waiting + counts.retrying > 0;
  const health = healthOf(row, { readable: details.kind, failing, waitingSince, run });
  return {
    id: row.id,
    provider: row.provider,
    title: providers[row.provider]?.title ?? row.provider,
    health,
    healthReason: row.healthReason,
    healthSince: (row.healthSince ?? (failing ? retry.since : null))?.toISOString() ?? null,
    live: row.live,
    isPaused: row.pausedAt !== null,
    account: details.kind === "found" ? details.account : null,
    target: row.target ? { id: row.target, name: row.targetName } : null,
    counts,
    lastDeliveredAt: row.lastDeliveredAt?.toISOString() ?? null,
    fullSyncedAt: fullSyncedAt?.toISOString() ?? null,
    nextTryAt: failing ? (retry.at?.toISOString() ?? null) : null,
    waitingSince: waitingSince?.toISOString() ?? null,
    hours: presentHours(hours, Date.now()),
    erasures,
    run: run ? presentRun(run, ctx.staff.userId) : null,
  };
}

interface HealthFacts {
  readable: string;
  failing: boolean;
  waitingSince: Date | null;
  run: Run | null;
}

function healthOf(row: StateRow, facts: HealthFacts): ConnectionHealth {
  if (row.health === "unreadable" || facts.readable === "unreadable") return "unreadable";
  if (row.health === "reconnect") return "reconnect";
  if (row.target === "") return "setup";
  if (row.health === "target_gone") return "target_gone";
  if (facts.failing) return "provider_down";
  if (facts.run?.state === "running") return "catching_up";
  if (!row.live) return "paused";
  return facts.waitingSince && Date.now() - facts.waitingSince.getTime() > BACKLOG_MS ? "catching_up" : "live";
}

/** Every hour has its place, also one in which nothing happened. */
function presentHours(kept: readonly DeliveryHour[], now: number): HourView[] {
  const byHour = new Map(kept.map((one) => [one.hour.getTime(), one]));
  const present = Math.floor(now / HOUR_MS) * HOUR_MS;
  return Array.from({ length: 24 }, (_, index) => {
    const at = present - (23 - index) * HOUR_MS;
    const found = byHour.get(at);
    return { at: new Date(at).toISOString(), sent: found?.sent ?? 0, failed: found?.failed ?? 0 };
  });
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
