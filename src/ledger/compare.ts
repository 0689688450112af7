/** What a complete walk over a shop's customers says about the rows: who is listed, who is missing, and since when. */
import { sql } from "kysely";
import type { ConnectionId, CustomerId, Shop, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { Lane } from "./row";

const CLAIM_SECONDS = 300;

export interface ComparedShop extends Shop {
  /** The database's clock at the start of the walk: rows not listed since then are missing. */
  startedAt: string;
}

export async function claimComparison(db: Db): Promise<ComparedShop | null> {
  const { rows } = await sql<{ id: string; saleor_api_url: string; app_id: string; started_at: string }>`
    update shop set compare_until = now() + ${CLAIM_SECONDS} * interval '1 second'
    where id = (
      select s.id from shop s where retired_at is null and paused_since is null and settings_loaded and compare_at <= now() and (compare_until is null or compare_until < now())
        and exists (select 1 from connection_state c where c.shop_id = s.id and c.live)
      order by compare_at limit 1 for update skip locked
    )
    returning id, saleor_api_url, app_id, now()::text as started_at`.execute(db);
  const row = rows[0];
  return row ? { id: row.id, saleorApiUrl: row.saleor_api_url, appId: row.app_id, startedAt: row.started_at } : null;
}

export async function keepComparison(db: Db, shopId: ShopId): Promise<void> {
  await sql`update shop set compare_until = now() + ${CLAIM_SECONDS} * interval '1 second' where id = ${shopId}`.execute(db);
}

export async function endComparison(db: Db, shopId: ShopId, nextInSeconds: number): Promise<void> {
  await sql`
    update shop set compare_until = null, compare_at = now() + ${nextInSeconds} * interval '1 second' where id = ${shopId}`.execute(db);
}

/**
 * These customers exist. Rows of live connections note it, and are looked at afresh at the provider (drift); customers
 * without a row become due where a full sync was finished once: before that the merchant has not asked for everybody.
 * @returns limit keys to wake.
 */
export async function noteListed(db: Db, shopId: ShopId, ids: readonly CustomerId[]): Promise<string[]> {
  const { rows } = await sql<{ limit_key: string }>`
    with ids as (select distinct value as customer_id from json_array_elements_text(${JSON.stringify(ids)}::json)),
    wanted as (
      select c.id as connection_id, ids.customer_id
      from ids join connection_state c on c.shop_id = ${shopId} and c.live
      left join ledger l on l.connection_id = c.id and l.customer_id = ids.customer_id
      where l.customer_id is not null
         or exists (select 1 from sync_run r where r.connection_id = c.id and r.kind = 'full_sync' and r.state = 'finished'
                      and (r.target is null or r.target = c.target))
    ), marked as (
      insert into ledger as l (connection_id, customer_id, lane, state, due_at, historic, force, listed_at)
      select connection_id, customer_id, ${sql.lit(Lane.backfill)}, 'waiting', now(), true, true, now() from wanted order by 1, 2
      on conflict (connection_id, customer_id) do update set
        listed_at = now(), absent_since = null, absent_reads = 0,
        force = l.force or l.due_at is null,
        failing_since = case when l.state = 'gave_up' then null else l.failing_since end,
        historic = l.historic or l.due_at is null,
        version = l.version + case when l.due_at is null then 1 else 0 end,
        lane = case when l.due_at is null then excluded.lane else l.lane end,
        due_at = case when l.erase_at is not null then now() else coalesce(l.due_at, now()) end
      returning l.connection_id
    )
    select distinct c.limit_key from marked join connection_state c on c.id = marked.connection_id`.execute(db);
  return rows.map((row) => row.limit_key);
}

export interface Absences {
  connectionId: ConnectionId;
  limitKey: string;
  /** Rows that the walk did not list. */
  absent: number;
  /** Rows that could have been listed. */
  known: number;
}

/** After a complete walk: counts one more read in which these were missing. */
export async function noteAbsent(db: Db, shopId: ShopId, startedAt: string): Promise<Absences[]> {
  const { rows } = await sql<{ connection_id: string; limit_key: string; absent: string; known: string }>`
    with missing as (
      update ledger l set absent_since = coalesce(absent_since, now()), absent_reads = absent_reads + 1
      from connection_state c
      where c.id = l.connection_id and c.shop_id = ${shopId} and c.live and l.state <> 'gone'
        and (l.listed_at is null or l.listed_at < ${startedAt}::timestamptz) and l.updated_at < ${startedAt}::timestamptz
      returning l.connection_id
    )
    select c.id as connection_id, c.limit_key, (select count(*) from missing m where m.connection_id = c.id) as absent,
      coalesce((select sum(n) from ledger_count k where k.connection_id = c.id and k.state <> 'gone'), 0) as known
    from connection_state c where c.shop_id = ${shopId} and c.live`.execute(db);
  return rows
    .map((row) => ({ connectionId: row.connection_id, limitKey: row.limit_key, absent: Number(row.absent), known: Number(row.known) }))
    .filter((row) => row.absent > 0);
}

/** Missing in three reads over a day: treated as deleted. The drain looks once more before it acts. */
export async function treatAsGone(db: Db, connectionId: ConnectionId): Promise<number> {
  const { rows } = await sql`
    update ledger set gone_at = now(), due_at = now(), lane = ${sql.lit(Lane.backfill)}, version = version + 1, rereads = 0, state = 'waiting'
    where connection_id = ${connectionId} and absent_reads >= 3 and absent_since <= now() - interval '24 hours' and state <> 'gone'
    returning 1 as gone`.execute(db);
  return rows.length;
}

const REMEMBERED_DAYS = 30;
const MOST_FORGOTTEN = 1_000;

/** What is left of customers who have been gone for so long that no late word about them can come any more. Some of them at a time. */
export async function forgetGone(db: Db): Promise<void> {
  await sql`
    delete from ledger l using (
      select c.id, old.customer_id from connection_state c cross join lateral (
        select customer_id from ledger
        where connection_id = c.id and state = 'gone' and updated_at < now() - ${REMEMBERED_DAYS} * interval '1 day'
          and due_at is null and left_behind = '[]' limit ${MOST_FORGOTTEN}
      ) old
    ) gone where l.connection_id = gone.id and l.customer_id = gone.customer_id`.execute(db);
}
