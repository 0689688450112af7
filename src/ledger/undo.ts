/** Taking back what a run created: asked for row by row in chunks, done by the drain, counted as it is settled. */
import { type RawBuilder, sql } from "kysely";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { UndoEnd, UndoWay } from "@/model/undo";
import type { Db } from "@/platform/db";
import { Lane } from "./row";

const EXAMPLES = 5;
const AT_ONCE = 2_000;

/** A contact that the run created and that is still there to be taken back. What passed on to somebody else has no key any more. */
const isUndoable = sql`l.remote_key is not null and l.state <> 'gone' and (l.undo is null or l.undo->>'state' <> 'asked')`;

/** Somebody asks for this customer, who was taken back: the next delivery may bring the contact back. */
export const wantedAgain: RawBuilder<unknown> = sql`case when l.undo->>'state' = 'done' then l.undo || '{"again": true}' else l.undo end`;

export async function countUndoable(db: Db, connectionId: ConnectionId, runId: string): Promise<{ count: number; examples: CustomerId[] }> {
  const created = sql`from ledger l where l.created_by_run = ${runId} and l.connection_id = ${connectionId} and ${isUndoable}`;
  const { rows } = await sql<{ n: string; examples: CustomerId[] | null }>`
    select (select count(*) ${created}) as n,
      (select json_agg(customer_id) from (select l.customer_id ${created} order by l.customer_id limit ${EXAMPLES}) few) as examples`.execute(
    db,
  );
  return { count: Number(rows[0]?.n ?? 0), examples: rows[0]?.examples ?? [] };
}

export interface NewUndo {
  runId: string;
  connectionId: ConnectionId;
  way: UndoWay;
  staffUserId: string;
}

/**
 * Again after an earlier one has ended: those that it left alone are looked at once more.
 * @returns false where one is under way, or a run of the connection is, or some of this run still waits to be sent: what is
 * created meanwhile would be in both.
 */
export async function startUndo(db: Db, input: NewUndo): Promise<boolean> {
  const { rows } = await sql`
    with started as (
      insert into run_undo as u (run_id, way, started_by)
      select r.id, ${input.way}, ${input.staffUserId} from sync_run r
      where r.id = ${input.runId} and r.connection_id = ${input.connectionId} and not exists (
        select 1 from sync_run o where o.connection_id = r.connection_id and o.state in ('running', 'paused'))
        and not exists (select 1 from ledger l where l.run_id = r.id)
      on conflict (run_id) do update set way = excluded.way, started_by = excluded.started_by, started_at = now(), finished_at = null,
        after = '', is_marked = false, marked = 0, problem = null
      where u.finished_at is not null
      returning run_id
    ), emptied as (delete from run_undo_count where run_id in (select run_id from started))
    select run_id from started`.execute(db);
  return rows.length > 0;
}

/**
 * Asks for the next contacts of every undo that has not reached its end. The place moves with the marks, so that a crash
 * asks for nobody twice.
 * @returns limit keys to wake; none = nothing is left to ask for.
 */
export async function markUndo(db: Db): Promise<string[]> {
  const { rows } = await sql<{ limit_key: string }>`
    with one as (
      select u.run_id, u.way, u.after, r.connection_id, c.live, c.limit_key
      from run_undo u join sync_run r on r.id = u.run_id join connection_state c on c.id = r.connection_id
      where not u.is_marked and u.finished_at is null order by u.started_at limit 1 for update of u skip locked
    ), page as (
      select l.customer_id, one.* from one cross join lateral (
        select customer_id from ledger l
        where l.created_by_run = one.run_id and l.connection_id = one.connection_id and l.customer_id > one.after and ${isUndoable}
        order by customer_id limit ${AT_ONCE}
      ) l
    ), marked as (
      update ledger l set version = version + 1, rereads = 0, attempts = 0, failing_since = null,
        state_before = case when l.due_at is null then l.state else l.state_before end, state = 'waiting', due_at = now(),
        -- Asked for by a person: it goes though live sync is off. Fresh changes have a worker of their own.
        lane = case when page.live then ${sql.lit(Lane.backfill)} else ${sql.lit(Lane.page)} end,
        historic = l.historic or l.due_at is null,
        undo = jsonb_build_object('state', 'asked', 'way', page.way, 'run', page.run_id, 'since', l.delivered_at, 'waited', l.due_at is not null), updated_at = now()
      from page where l.connection_id = page.connection_id and l.customer_id = page.customer_id
      returning l.customer_id
    ), moved as (
      update run_undo u set marked = u.marked + (select count(*) from marked), after = coalesce((select max(customer_id) from page), u.after),
        is_marked = (select count(*) from page) < ${AT_ONCE}
      from one where u.run_id = one.run_id
    )
    select limit_key from one`.execute(db);
  return rows.map((row) => row.limit_key);
}

/** Those of which every contact has come to its end. */
export async function finishUndos(db: Db): Promise<void> {
  await sql`
    update run_undo u set finished_at = now() from sync_run r
    where u.finished_at is null and u.is_marked and r.id = u.run_id
      and not exists (select 1 from ledger l where l.connection_id = r.connection_id and l.undo->>'state' = 'asked' and l.undo->>'run' = u.run_id)`.execute(
    db,
  );
}

/** Something that a run of the connection created is being taken back. */
export async function isUndoing(db: Db, connectionId: ConnectionId): Promise<boolean> {
  const { rows } = await sql`
    select 1 as open from run_undo u join sync_run r on r.id = u.run_id
    where u.finished_at is null and r.connection_id = ${connectionId} limit 1`.execute(db);
  return rows.length > 0;
}

export interface RunUndo {
  way: UndoWay;
  startedBy: string | null;
  startedAt: Date;
  finishedAt: Date | null;
  /** Everybody has been asked for; until then `marked` grows. */
  isMarked: boolean;
  marked: number;
  /** It was cut short: reason code. */
  problem: string | null;
  ends: { end: UndoEnd; reason: string; count: number }[];
}

export async function findUndo(db: Db, runId: string): Promise<RunUndo | null> {
  const { rows } = await sql<RawUndo>`
    select u.*, coalesce((select json_agg(json_build_object('end', c.ended, 'reason', c.reason, 'count', c.n) order by c.n desc, c.reason)
      from run_undo_count c where c.run_id = u.run_id), '[]') as ends
    from run_undo u where u.run_id = ${runId}`.execute(db);
  const row = rows[0];
  return row
    ? {
        way: row.way,
        startedBy: row.started_by,
        startedAt: row.started_at,
        finishedAt: row.finished_at,
        isMarked: row.is_marked,
        marked: row.marked,
        problem: row.problem,
        ends: row.ends,
      }
    : null;
}

interface RawUndo {
  way: UndoWay;
  started_by: string | null;
  started_at: Date;
  finished_at: Date | null;
  is_marked: boolean;
  marked: number;
  problem: string | null;
  ends: RunUndo["ends"];
}
