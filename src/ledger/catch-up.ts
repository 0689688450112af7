/** Where a shop's catch-up stands, and the marks it makes. */
import { sql } from "kysely";
import type { ConnectionId, CustomerId, Shop, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { onMarkedAgain } from "./marks";
import { Lane } from "./row";

/** A walk says every page that it is alive; silent for longer, another process takes the shop over. */
const CLAIM_SECONDS = 120;
/** Events that name nobody bring a walk forward, but never one more than this often. */
const SOONEST_SECONDS = 60;
/** Saleor's replicas may not have the change yet when its event arrives. */
const BEHIND_SECONDS = 2;

export interface ClaimedShop extends Shop {
  /** Largest `updatedAt` of the last completed walk less its overlap; null = never walked: everything is looked at. */
  watermark: string | null;
}

/** Shops whose time has come, claimed so that one process walks each. */
export async function claimShops(db: Db, limit: number): Promise<ClaimedShop[]> {
  if (limit <= 0) return [];
  const { rows } = await sql<{ id: string; saleor_api_url: string; app_id: string; watermark: string | null }>`
    update shop set catch_up_until = now() + ${CLAIM_SECONDS} * interval '1 second', catch_up_began_at = now(), catch_up_wanted_at = null
    where id in (
      select id from shop where retired_at is null and paused_since is null and settings_loaded and catch_up_at <= now()
        and (catch_up_until is null or catch_up_until < now())
      order by catch_up_at limit ${limit} for update skip locked
    )
    returning id, saleor_api_url, app_id, to_char(watermark at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as watermark`.execute(db);
  return rows.map((row) => ({ id: row.id, saleorApiUrl: row.saleor_api_url, appId: row.app_id, watermark: row.watermark }));
}

export async function keepClaim(db: Db, shopId: ShopId): Promise<void> {
  await sql`update shop set catch_up_until = now() + ${CLAIM_SECONDS} * interval '1 second' where id = ${shopId}`.execute(db);
}

/**
 * @param input.since the watermark that the walk began with. Another one by now was set back for whoever resumed
 * meanwhile: that one stands, and its walk begins at once.
 * @param input.watermark null = the walk broke off, the old one stands. Never ahead of our own clock: one customer saved
 * while Saleor's clock was wrong would blind us until then.
 */
export async function endCatchUp(
  db: Db,
  shopId: ShopId,
  input: { since: string | null; watermark: string | null; nextInSeconds: number },
): Promise<void> {
  await sql`
    update shop set catch_up_until = null,
      catch_up_at = case when watermark is distinct from ${input.since}::timestamptz then now()
                         when catch_up_wanted_at is not null then ${soonest}
                         else now() + ${input.nextInSeconds} * interval '1 second' end,
      -- least() passes over null: without the first question a walk that broke off would move the mark to now.
      watermark = case when ${input.watermark}::timestamptz is not null and watermark is not distinct from ${input.since}::timestamptz
                       then least(${input.watermark}::timestamptz, now()) else watermark end,
      caught_up_at = case when ${input.watermark}::timestamptz is null then caught_up_at else now() end
    where id = ${shopId}`.execute(db);
}

const soonest = sql`greatest(now() + ${BEHIND_SECONDS} * interval '1 second', catch_up_began_at + ${SOONEST_SECONDS} * interval '1 second')`;

/** Somebody unnamed changed. A walk under way may have passed them: then the next one follows sooner. */
export async function wantCatchUp(db: Db, shopId: ShopId): Promise<void> {
  await sql`
    update shop set catch_up_wanted_at = now(), catch_up_at = least(catch_up_at, ${soonest})
    where id = ${shopId} and catch_up_wanted_at is null`.execute(db);
}

/** A fresh installation has nothing to catch up with: its customers go by a full sync, when the merchant wants it. */
export async function startFromNow(db: Db, shopId: ShopId): Promise<void> {
  await sql`update shop set watermark = now() - interval '10 minutes' where id = ${shopId} and watermark is null`.execute(db);
}

/** Live sync was switched off: from here on changes are not noted. */
export async function notePause(db: Db, connectionId: ConnectionId): Promise<void> {
  await sql`update connection_state set paused_at = coalesce(paused_at, now()) where id = ${connectionId}`.execute(db);
}

/** Switched on again: what changed during the pause is looked for at once. A first switch-on has no pause behind it. */
export async function endPause(db: Db, connectionId: ConnectionId): Promise<void> {
  await sql`
    with resumed as (
      update connection_state c set paused_at = null from (select id, shop_id, paused_at from connection_state where id = ${connectionId}) was
      where c.id = was.id and was.paused_at is not null returning was.shop_id, was.paused_at
    )
    update shop s set catch_up_at = now(),
      watermark = case when s.watermark is null then null else least(s.watermark, resumed.paused_at - interval '10 minutes') end
    from resumed where s.id = resumed.shop_id`.execute(db);
}

export interface SeenCustomer {
  id: CustomerId;
  /** As Saleor wrote it, with its microseconds. */
  updatedAt: string;
}

/**
 * Marks those that changed since we last looked at them, for every live connection of the shop.
 * @param quiet after a lost database: fires nothing at the provider that a fresh change would.
 * @returns limit keys to wake.
 */
export async function markChanged(db: Db, shopId: ShopId, seen: readonly SeenCustomer[], quiet: boolean): Promise<string[]> {
  const { rows } = await sql<{ limit_key: string }>`
    with seen as (select * from json_to_recordset(${JSON.stringify(seen)}::json) as s(id text, "updatedAt" timestamptz)),
    changed as (
      select c.id as connection_id, seen.id as customer_id, max(seen."updatedAt") as updated_at
      from seen join connection_state c on c.shop_id = ${shopId} and c.live
      left join ledger l on l.connection_id = c.id and l.customer_id = seen.id
      where l.seen_updated_at is distinct from seen."updatedAt"
      group by 1, 2
    ), marked as (
      insert into ledger as l (connection_id, customer_id, lane, state, due_at, wanted_at, historic)
      select connection_id, customer_id, ${sql.lit(Lane.backfill)}, 'waiting', now(), updated_at, ${quiet} from changed order by 1, 2
      ${onMarkedAgain}
      returning l.connection_id
    )
    select distinct c.limit_key from marked join connection_state c on c.id = marked.connection_id`.execute(db);
  return rows.map((row) => row.limit_key);
}
