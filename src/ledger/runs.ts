/** Full syncs: one active run per connection, with counters that settle moves. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { ConnectionId, Shop, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";

export type RunState = "running" | "paused" | "cancelled" | "finished" | "stopped";

export type RunDriver = "page" | "worker";
export type OnLeave = "pause" | "continue";

export interface Run {
  id: string;
  connectionId: ConnectionId;
  state: RunState;
  /** Who walks Saleor for it. */
  driver: RunDriver;
  /** What happens when the page that drives it is left. */
  onLeave: OnLeave;
  startedBy: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  heartbeatAt: Date;
  walkDone: boolean;
  cursor: unknown;
  total: number | null;
  marked: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  refused: number;
  gaveUp: number;
  /** Marked rows in backoff, and what most of them wait for. */
  retrying: number;
  retryingReason: string | null;
  problem: string | null;
}

/** Starts a run, or hands back the one that is under way: two starts make one run. */
export interface NewRun {
  connectionId: ConnectionId;
  staffUserId: string;
  total: number | null;
  driver: RunDriver;
  onLeave: OnLeave;
}

export async function startRun(db: Db, input: NewRun): Promise<string> {
  const id = `run_${randomBytes(9).toString("base64url")}`;
  const { rows } = await sql<{ id: string }>`
    insert into sync_run (id, connection_id, kind, state, driver, on_leave, started_by, total, target)
    select ${id}, c.id, 'full_sync', 'running', ${input.driver}, ${input.onLeave}, ${input.staffUserId}, ${input.total}::integer, c.target
    from connection_state c where c.id = ${input.connectionId}
    on conflict (connection_id) where state in ('running', 'paused') do update set heartbeat_at = now()
    returning id`.execute(db);
  return rows[0]?.id ?? id;
}

export async function findRun(db: Db, shopId: ShopId, runId: string): Promise<Run | null> {
  return (await selectRuns(db, sql`r.id = ${runId} and c.shop_id = ${shopId}`))[0] ?? null;
}

/** The run that is under way, else the newest one. What went to another target before says nothing about this one. */
export async function latestRun(db: Db, connectionId: ConnectionId): Promise<Run | null> {
  return (await selectRuns(db, sql`r.connection_id = ${connectionId} and ${wentHere}`))[0] ?? null;
}

/** `null` = nobody knows of whom we have not heard: no full sync of this target was ever finished. */
export async function lastFinishedAt(db: Db, connectionId: ConnectionId): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select max(r.finished_at) as at from sync_run r join connection_state c on c.id = r.connection_id
    where c.id = ${connectionId} and r.state = 'finished' and ${wentHere}`.execute(db);
  return rows[0]?.at ?? null;
}

/** Runs of an older release did not note it. */
const wentHere = sql`(r.target is null or r.target = c.target)`;

/** Newest first, whatever target they went to. @param before exclusive: the start of the last one shown, as it was told. */
export async function listRuns(db: Db, connectionId: ConnectionId, before: Date | null, limit: number): Promise<Run[]> {
  // Told with milliseconds, kept with microseconds.
  const older = before ? sql`and date_trunc('milliseconds', r.started_at) < ${before}` : sql``;
  return selectRuns(db, sql`r.connection_id = ${connectionId} ${older}`, limit);
}

async function selectRuns(db: Db, where: ReturnType<typeof sql>, limit = 1): Promise<Run[]> {
  const { rows } = await sql<RawRun>`
    select r.*, retry.n as retrying, retry.reason as retrying_reason
    from sync_run r join connection_state c on c.id = r.connection_id
    cross join lateral (
      select count(*) as n, mode() within group (order by l.reason) as reason
      from ledger l where l.run_id = r.id and l.state = 'retrying'
    ) retry
    where ${where} order by r.started_at desc limit ${limit}`.execute(db);
  return rows.map(toRun);
}

/** Notes where the walk stands. Only forward: called after its chunk was marked. */
export async function saveCursor(db: Db, runId: string, cursor: unknown): Promise<void> {
  await sql`update sync_run set cursor = ${JSON.stringify(cursor)}::jsonb, heartbeat_at = now(), problem = null
    where id = ${runId} and state in ('running', 'paused')`.execute(db);
}

export async function noteHeartbeat(db: Db, runId: string, problem: string | null): Promise<void> {
  await sql`update sync_run set heartbeat_at = now(), problem = ${problem} where id = ${runId} and state = 'running' and driver = 'page'`.execute(
    db,
  );
}

/** @returns false where the run is not in one of the states it may leave. */
export async function moveRun(
  db: Db,
  runId: string,
  from: readonly RunState[],
  to: RunState,
  problem: string | null = null,
): Promise<boolean> {
  const ended = to === "cancelled" || to === "finished" || to === "stopped";
  const { rows } = await sql`
    update sync_run set state = ${to}, problem = ${problem}, heartbeat_at = now(), finished_at = case when ${ended} then now() end
    where id = ${runId} and state in (select json_array_elements_text(${JSON.stringify(from)}::json))
      and (${ended || to === "paused"} or not exists (
        select 1 from sync_run o where o.connection_id = sync_run.connection_id and o.id <> sync_run.id and o.state in ('running', 'paused')))
    returning 1 as moved`.execute(db);
  return rows.length > 0;
}

export async function markWalkDone(db: Db, runId: string, cursor: unknown): Promise<void> {
  await sql`update sync_run set walk_done = true, cursor = ${JSON.stringify(cursor)}::jsonb, heartbeat_at = now() where id = ${runId}`.execute(
    db,
  );
}

/** A run is finished when its walk is and every marked customer has an outcome. @returns whether it is finished now. */
export async function finishIfDone(db: Db, runId: string): Promise<boolean> {
  const { rows } = await sql`
    update sync_run r set state = 'finished', finished_at = now(), problem = null
    where id = ${runId} and state = 'running' and walk_done
      and not exists (select 1 from ledger l where l.run_id = r.id)
    returning 1 as done`.execute(db);
  return rows.length > 0;
}

/**
 * Cancelled: what was marked and not sent yet is not due for this run's sake any more. A fresh change that came in
 * meanwhile (no longer historic) stays due; the others are as they were. The walk has passed them, so a resumed run
 * begins its walk anew; whom it reached before it does not count twice.
 */
export async function releaseRunRows(db: Db, runId: string, connectionId: ConnectionId): Promise<void> {
  await sql`
    with released as (
      update ledger set run_id = null, seen_run = null, version = version + 1,
        due_at = case when historic then null else due_at end,
        state = case when historic then coalesce(state_before, 'skipped') else state end,
        reason = case when historic and state_before is null then 'run_cancelled' else reason end,
        state_before = null
      where connection_id = ${connectionId} and seen_run = ${runId} and run_id = ${runId} and in_flight is null
        and (undo is null or undo->>'state' <> 'asked')
      returning 1
    )
    update sync_run r set marked = greatest(0, marked - let_go.n), walk_done = false, cursor = null
    from (select count(*) as n from released) let_go where r.id = ${runId} and let_go.n > 0`.execute(db);
}

/** The same run, another driver. Its cursor says where to go on. */
export async function setDriver(db: Db, runId: string, driver: RunDriver): Promise<void> {
  await sql`update sync_run set driver = ${driver}, worker_until = null, heartbeat_at = now() where id = ${runId}`.execute(db);
}

/** The page says good-bye: its heartbeat counts as long gone. */
export async function noteLeft(db: Db, runId: string): Promise<void> {
  await sql`update sync_run set heartbeat_at = now() - interval '1 hour' where id = ${runId} and driver = 'page' and state = 'running'`.execute(
    db,
  );
}

export interface ClaimedRun {
  id: string;
  connectionId: ConnectionId;
  limitKey: string;
  shop: Shop;
  total: number | null;
  startedAt: Date;
  cursor: unknown;
}

/** Silence of a page after which the worker takes over a run that is to go on. */
const LEFT_SECONDS = 25;
const CLAIM_SECONDS = 30;

/** Runs that a worker should walk: asked for, or left by their page. Each is claimed by one process. */
export async function claimRuns(db: Db, limit: number): Promise<ClaimedRun[]> {
  if (limit <= 0) return [];
  const { rows } = await sql<{
    id: string;
    connection_id: string;
    limit_key: string;
    shop_id: string;
    saleor_api_url: string;
    app_id: string;
    total: number | null;
    started_at: Date;
    cursor: unknown;
  }>`
    with claimed as (
      update sync_run set driver = 'worker', worker_until = now() + ${CLAIM_SECONDS} * interval '1 second', heartbeat_at = now()
      where id in (
        select id from sync_run where state = 'running' and not walk_done and (worker_until is null or worker_until < now())
          and (driver = 'worker' or (on_leave = 'continue' and heartbeat_at < now() - ${LEFT_SECONDS} * interval '1 second'))
        order by started_at limit ${limit} for update skip locked
      )
      returning id, connection_id, total, started_at, cursor
    )
    select claimed.*, c.limit_key, s.id as shop_id, s.saleor_api_url, s.app_id
    from claimed join connection_state c on c.id = claimed.connection_id join shop s on s.id = c.shop_id`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    connectionId: row.connection_id,
    limitKey: row.limit_key,
    shop: { id: row.shop_id, saleorApiUrl: row.saleor_api_url, appId: row.app_id },
    total: row.total,
    startedAt: row.started_at,
    cursor: row.cursor,
  }));
}

/** The walk is alive. @returns false where the run is not this worker's any more: paused, cancelled, or taken by a page. */
export async function keepRun(db: Db, runId: string): Promise<boolean> {
  const { rows } = await sql`
    update sync_run set worker_until = now() + ${CLAIM_SECONDS} * interval '1 second', heartbeat_at = now()
    where id = ${runId} and state = 'running' and driver = 'worker' returning 1 as kept`.execute(db);
  return rows.length > 0;
}

/** Something was in the way: the run waits, and a worker tries again from where it stands. */
export async function postponeRun(db: Db, runId: string, seconds: number, problem: string): Promise<void> {
  await sql`
    update sync_run set worker_until = now() + ${seconds} * interval '1 second', problem = ${problem}
    where id = ${runId} and state = 'running' and driver = 'worker'`.execute(db);
}

export async function noteTotal(db: Db, runId: string, total: number): Promise<void> {
  await sql`update sync_run set total = coalesce(total, ${total}) where id = ${runId}`.execute(db);
}

/** Runs whose walk is over and that nobody looks at: finished when their last customer has an outcome. */
export async function runsToFinish(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from sync_run where state = 'running' and walk_done limit 100`.execute(db);
  return rows.map((row) => row.id);
}

interface RawRun {
  id: string;
  connection_id: string;
  state: RunState;
  driver: RunDriver;
  on_leave: OnLeave;
  started_by: string | null;
  started_at: Date;
  finished_at: Date | null;
  heartbeat_at: Date;
  walk_done: boolean;
  cursor: unknown;
  total: number | null;
  marked: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  refused: number;
  gave_up: number;
  retrying: string;
  retrying_reason: string | null;
  problem: string | null;
}

function toRun(row: RawRun): Run {
  return {
    id: row.id,
    connectionId: row.connection_id,
    state: row.state,
    driver: row.driver,
    onLeave: row.on_leave,
    startedBy: row.started_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    heartbeatAt: row.heartbeat_at,
    walkDone: row.walk_done,
    cursor: row.cursor,
    total: row.total,
    marked: row.marked,
    created: row.created,
    updated: row.updated,
    unchanged: row.unchanged,
    skipped: row.skipped,
    refused: row.refused,
    gaveUp: row.gave_up,
    retrying: Number(row.retrying),
    retryingReason: row.retrying_reason,
    problem: row.problem,
  };
}
