/** Customers who are not sent because they never ordered, and the walk that finds their first order. */
import { sql } from "kysely";
import type { CustomerId, Shop, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { onMarkedAgain } from "./marks";
import { Lane } from "./row";

/** A walk says every page that it is alive; silent for longer, another process takes the shop over. */
const CLAIM_SECONDS = 120;

/** What the mapping says of them (`mapping/map-customer.ts`). */
const WAITS = sql`l.state = 'skipped' and l.reason = 'no_orders'`;

/** A shop whose time has come and where somebody waits for a first order. Where nobody does, nothing needs walking. */
export async function claimFirstOrders(db: Db): Promise<Shop | null> {
  const { rows } = await sql<{ id: string; saleor_api_url: string; app_id: string }>`
    update shop set first_orders_until = now() + ${CLAIM_SECONDS} * interval '1 second'
    where id = (
      select s.id from shop s where retired_at is null and paused_since is null and settings_loaded and first_orders_at <= now()
        and (first_orders_until is null or first_orders_until < now())
        and exists (select 1 from ledger l join connection_state c on c.id = l.connection_id where c.shop_id = s.id and c.live and ${WAITS})
      order by first_orders_at limit 1 for update skip locked
    )
    returning id, saleor_api_url, app_id`.execute(db);
  const row = rows[0];
  return row ? { id: row.id, saleorApiUrl: row.saleor_api_url, appId: row.app_id } : null;
}

export async function keepFirstOrders(db: Db, shopId: ShopId): Promise<void> {
  await sql`update shop set first_orders_until = now() + ${CLAIM_SECONDS} * interval '1 second' where id = ${shopId}`.execute(db);
}

export async function endFirstOrders(db: Db, shopId: ShopId, nextInSeconds: number): Promise<void> {
  await sql`
    update shop set first_orders_until = null, first_orders_at = now() + ${nextInSeconds} * interval '1 second' where id = ${shopId}`.execute(
    db,
  );
}

/** These have ordered: whoever of them waited for that is due. @returns limit keys to wake. */
export async function markBuyers(db: Db, shopId: ShopId, ids: readonly CustomerId[]): Promise<string[]> {
  const { rows } = await sql<{ limit_key: string }>`
    with ids as (select distinct value as customer_id from json_array_elements_text(${JSON.stringify(ids)}::json)),
    waiting as (
      select l.connection_id, l.customer_id from ids join connection_state c on c.shop_id = ${shopId} and c.live
      join ledger l on l.connection_id = c.id and l.customer_id = ids.customer_id
      where ${WAITS}
    ), marked as (
      insert into ledger as l (connection_id, customer_id, lane, state, due_at, historic)
      select connection_id, customer_id, ${sql.lit(Lane.backfill)}, 'waiting', now(), false from waiting order by 1, 2
      ${onMarkedAgain}
      returning l.connection_id
    )
    select distinct c.limit_key from marked join connection_state c on c.id = marked.connection_id`.execute(db);
  return rows.map((row) => row.limit_key);
}
