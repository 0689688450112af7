/** Marks: "this customer of this connection is due". The only thing an event, a page or a sweep ever writes. */
import { sql } from "kysely";
import type { ConnectionId, CustomerId, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { Lane } from "./row";
import { wantedAgain } from "./undo";

export interface Mark {
  shopId: ShopId;
  customerId: CustomerId;
  /** The event's `issuedAt`: a read of Saleor that shows an older customer is read again. */
  wantedAt: Date | null;
  /** The event says that the customer was deleted. */
  gone: boolean;
}

export interface Marked {
  limitKeys: string[];
  unloadedShops: ShopId[];
  unknownShops: ShopId[];
}

/**
 * Marks customers for every live connection of their shops, in one statement whatever the number. A shop whose
 * connections are not mirrored yet (first start, lost database) keeps its marks in `pending_mark` until they are. A function
 * of the database (`platform/migrations-intake.ts`): read and planned at every webhook, the statement alone cost the embedded
 * database 3.3 ms of processor for eight marks, planned once 1.3 ms (2026-11).
 * @returns limit keys to wake; shops whose settings must be loaded; shops that are not there, whose marks were not made.
 */
export async function mark(db: Db, marks: readonly Mark[]): Promise<Marked> {
  const json = JSON.stringify(marks.map((m) => ({ shop_id: m.shopId, customer_id: m.customerId, wanted_at: m.wantedAt, gone: m.gone })));
  const { rows } = await sql<{ limit_key: string | null; shop_id: string | null; unknown: string | null }>`
    select limit_key, shop_id, unknown from mark_due(${json}::json)`.execute(db);
  return {
    limitKeys: rows.flatMap((row) => (row.limit_key ? [row.limit_key] : [])),
    unloadedShops: rows.flatMap((row) => (row.shop_id ? [row.shop_id] : [])),
    unknownShops: rows.flatMap((row) => (row.unknown ? [row.unknown] : [])),
  };
}

/**
 * Marks meet history: a row in backoff keeps its time and attempts, a settled one is due now, one that was given up has
 * all its time again. Every mark raises the
 * version, so that a delivery under way does not settle what came after it. `mark_due` says the same: who changes it here adds
 * a migration that makes the function anew.
 */
export const onMarkedAgain = sql`
  on conflict (connection_id, customer_id) do update set
    version = l.version + 1,
    wanted_at = greatest(l.wanted_at, excluded.wanted_at),
    gone_at = greatest(l.gone_at, excluded.gone_at),
    rereads = 0,
    attempts = case when l.state = 'gave_up' then 0 else l.attempts end,
    failing_since = case when l.state = 'gave_up' then null else l.failing_since end,
    lane = case when l.due_at is null then excluded.lane else least(l.lane, excluded.lane) end,
    historic = excluded.historic and (l.historic or l.due_at is null),
    state = case when l.state = 'retrying' then l.state else 'waiting' end,
    due_at = case when l.state = 'retrying' and l.due_at > now() then l.due_at else now() end,
    updated_at = now()`;

/** Marks kept for a shop go to its live connections, now that these are known. */
export async function expandPending(db: Db, shopId: ShopId): Promise<void> {
  await sql`
    with taken as (delete from pending_mark where shop_id = ${shopId} returning customer_id, wanted_at, gone)
    insert into ledger as l (connection_id, customer_id, lane, state, due_at, wanted_at, gone_at)
    select c.id, taken.customer_id, ${sql.lit(Lane.live)}, 'waiting', now(), taken.wanted_at,
           case when taken.gone then coalesce(taken.wanted_at, now()) end
    from taken join connection_state c on c.shop_id = ${shopId} and c.live
    ${onMarkedAgain}`.execute(db);
}

/** Shops whose connections are not known yet, or that have marks waiting for that. In another order each time, so that none is hidden by those that do not answer. */
export async function shopsToLoad(db: Db): Promise<ShopId[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (
      select id from shop where not settings_loaded and retired_at is null and paused_since is null union select shop_id from pending_mark
    ) waiting order by random() limit 100`.execute(db);
  return rows.map((row) => row.id);
}

/**
 * Marks customers for a full sync. A customer counts once per run however often it is handed in; one already in
 * backoff is tried at once, since somebody is waiting for it.
 * @param input.again also mark those that the run has seen: they changed while it went on.
 * @returns the customers that are due now because of it.
 */
export async function markForRun(
  db: Db,
  input: { runId: string; connectionId: ConnectionId; ids: readonly CustomerId[]; again?: boolean },
): Promise<CustomerId[]> {
  const { runId, connectionId, ids, again = false } = input;
  const { rows } = await sql<{ customer_id: string }>`
    with ids as (select distinct value as customer_id from json_array_elements_text(${JSON.stringify(ids)}::json)),
    -- One look-up by the primary key each: a join may start from everybody whom the run has seen, and do so at every chunk.
    seen as (
      select ids.customer_id from ids cross join lateral (
        select l.seen_run from ledger l where l.connection_id = ${connectionId} and l.customer_id = ids.customer_id offset 0
      ) l where l.seen_run = ${runId}
    ), marked as (
      insert into ledger as l (connection_id, customer_id, lane, state, due_at, historic, run_id, seen_run)
      select ${connectionId}, customer_id, ${sql.lit(Lane.page)}, 'waiting', now(), true, ${runId}, ${runId}
      from ids order by 2
      on conflict (connection_id, customer_id) do update set
        version = l.version + 1, lane = ${sql.lit(Lane.page)}, state = 'waiting', due_at = now(), rereads = 0,
        state_before = case when l.due_at is null then l.state else l.state_before end,
        historic = l.historic or l.due_at is null, attempts = 0, failing_since = null,
        run_id = case when l.seen_run is distinct from excluded.seen_run then excluded.run_id else l.run_id end,
        seen_run = excluded.seen_run, undo = ${wantedAgain}, updated_at = now()
      where ${again} or l.seen_run is distinct from excluded.seen_run
      returning l.customer_id
    ), fresh as (select count(*) as n from marked where customer_id not in (select customer_id from seen)),
    counted as (update sync_run set marked = marked + fresh.n, heartbeat_at = now() from fresh where id = ${runId})
    select customer_id from marked`.execute(db);
  return rows.map((row) => row.customer_id);
}

/** "Sync now": looks at the provider whatever the fingerprint says. @returns the version whose outcome to wait for. */
export async function markNow(db: Db, connectionId: ConnectionId, customerId: CustomerId): Promise<number> {
  return (await markAllNow(db, connectionId, [customerId]))[0] ?? 0;
}

/** The same for several customers, in one statement. @returns their new versions, in no order. */
export async function markAllNow(db: Db, connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<number[]> {
  const { rows } = await sql<{ version: string }>`
    insert into ledger as l (connection_id, customer_id, lane, state, due_at, force)
    select ${connectionId}, customer_id, ${sql.lit(Lane.page)}, 'waiting', now(), true
    from (select distinct value as customer_id from json_array_elements_text(${JSON.stringify(ids)}::json)) ids order by customer_id
    on conflict (connection_id, customer_id) do update set
      version = l.version + 1, lane = ${sql.lit(Lane.page)}, state = 'waiting', due_at = now(), force = true, rereads = 0,
      attempts = 0, failing_since = null, refused_fingerprint = null, undo = ${wantedAgain}, updated_at = now()
    returning version`.execute(db);
  return rows.map(({ version }) => Number(version));
}

const KNOWN_AT_ONCE = 5_000;

/**
 * The rules changed: whoever was sent, or refused, is due for another look, behind everything fresh. In steps, so that no
 * statement holds a million rows. @returns how many.
 */
export async function markKnown(db: Db, connectionId: ConnectionId): Promise<number> {
  let marked = 0;
  for (let after = ""; ; ) {
    const { rows } = await sql<{ customer_id: string; n: string }>`
      with page as (
        select customer_id from ledger where connection_id = ${connectionId} and customer_id > ${after} and state in ('in_sync', 'refused')
        order by customer_id limit ${KNOWN_AT_ONCE}
      ), marked as (
        update ledger l set version = version + 1, state = 'waiting', rereads = 0, lane = ${sql.lit(Lane.backfill)},
          historic = l.historic or l.due_at is null, due_at = coalesce(l.due_at, now()), updated_at = now()
        from page where l.connection_id = ${connectionId} and l.customer_id = page.customer_id and l.state in ('in_sync', 'refused')
        returning l.customer_id
      )
      select max(customer_id) as customer_id, (select count(*) from marked) as n from page having count(*) > 0`.execute(db);
    const [page] = rows;
    if (!page) return marked;
    marked += Number(page.n);
    after = page.customer_id;
  }
}

/** Refused and given-up customers of a run are due again, whatever they were refused for. */
export async function retryRun(db: Db, runId: string, connectionId: ConnectionId): Promise<void> {
  await sql`
    with again as (
      update ledger set version = version + 1, lane = ${sql.lit(Lane.page)}, due_at = now(), attempts = 0, failing_since = null,
        refused_fingerprint = null, force = true, run_id = ${runId}, updated_at = now()
      where connection_id = ${connectionId} and seen_run = ${runId} and state in ('refused', 'gave_up')
      returning state
    )
    update sync_run set state = 'running', finished_at = null,
      refused = greatest(0, refused - (select count(*) from again where state = 'refused')),
      gave_up = greatest(0, gave_up - (select count(*) from again where state = 'gave_up'))
    where id = ${runId} and exists (select 1 from again)`.execute(db);
}

/**
 * Another account or another target: what we knew about contacts there says nothing here. Nobody has been sent, so nobody
 * is in sync; a full sync under way ends, since half of it went elsewhere. Fresh changes still go, to the new place.
 */
export async function forgetDeliveries(db: Db, connectionId: ConnectionId): Promise<void> {
  await sql`
    with ended as (
      update sync_run set state = 'cancelled', finished_at = now()
      where connection_id = ${connectionId} and state in ('running', 'paused')
    ), undos as (
      update run_undo set finished_at = now(), is_marked = true, problem = 'target_changed'
      where finished_at is null and run_id in (select id from sync_run where connection_id = ${connectionId})
    ), settled as (
      delete from ledger where connection_id = ${connectionId} and in_flight is null and (due_at is null or historic)
    )
    update ledger set fingerprint = null, refused_fingerprint = null, remote_key = null, owned_tags = '[]', owned_fields = '[]', left_behind = '[]', email_hmac = null, sent_hmac = null, lost_fingerprint = null,
      consents = '{}', owned_opt_outs = '[]', rule_state = null, archived_from = null, erase_at = null, erase_confirmed_at = null, created_by_run = null, undo = null, run_id = null, seen_run = null, state_before = null, version = version + 1
    where connection_id = ${connectionId} and (in_flight is not null or (due_at is not null and not historic))`.execute(db);
}
