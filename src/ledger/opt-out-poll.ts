/** How far the histories of providers were read for opt-outs, and which process reads which. */
import { sql } from "kysely";
import type { ConnectionId } from "@/model/shop";
import type { Db } from "@/platform/db";

export interface Poll {
  connectionId: ConnectionId;
  provider: string;
  limitKey: string;
  /** As the provider gave it; `null` = its history is read from now on. */
  cursor: string | null;
}

/** A poll says every page that it is alive; silent for longer, another process takes it over. */
const CLAIM_SECONDS = 120;

/** Of another account, or another place in it, the history is another. */
const place = sql`c.limit_key || ' ' || c.target`;
/** Connections that deliver: live, in health, of a shop that answers. The others are asked once they deliver again. */
const delivers = sql`c.live and c.limit_key <> '' and c.health not in ('reconnect', 'target_gone', 'unreadable')
  and exists (select 1 from shop s where s.id = c.shop_id and s.retired_at is null and s.paused_since is null and s.settings_loaded)
  and not exists (select 1 from lease where lease.limit_key = c.limit_key and lease.not_before > now())`;

/** One connection whose time has come, for this process alone. */
export async function claimPoll(db: Db, providers: readonly string[]): Promise<Poll | null> {
  await sql`
    insert into opt_out_poll (connection_id, place)
    select c.id, ${place} from connection_state c
    where c.provider in (select json_array_elements_text(${JSON.stringify(providers)}::json)) and ${delivers}
      and not exists (select 1 from opt_out_poll p where p.connection_id = c.id)
    on conflict do nothing`.execute(db);
  const { rows } = await sql<{ connection_id: string; provider: string; limit_key: string; cursor: string | null }>`
    with claimed as (
      select p.connection_id, c.provider, c.limit_key, ${place} as place from opt_out_poll p join connection_state c on c.id = p.connection_id
      where p.due_at <= now() and (p.claimed_until is null or p.claimed_until < now()) and ${delivers}
      order by p.due_at limit 1 for update of p skip locked
    )
    update opt_out_poll p set claimed_until = now() + ${CLAIM_SECONDS} * interval '1 second', place = claimed.place,
      cursor = case when p.place = claimed.place then p.cursor end
    from claimed where p.connection_id = claimed.connection_id
    returning p.connection_id, claimed.provider, claimed.limit_key, p.cursor`.execute(db);
  const row = rows[0];
  return row ? { connectionId: row.connection_id, provider: row.provider, limitKey: row.limit_key, cursor: row.cursor } : null;
}

/** Everything up to here was taken over. */
export async function keepPoll(db: Db, connectionId: ConnectionId, cursor: string | null): Promise<void> {
  await sql`
    update opt_out_poll set cursor = ${cursor}, claimed_until = now() + ${CLAIM_SECONDS} * interval '1 second'
    where connection_id = ${connectionId}`.execute(db);
}

export async function endPoll(db: Db, connectionId: ConnectionId, nextInSeconds: number): Promise<void> {
  await sql`
    update opt_out_poll set claimed_until = null, due_at = now() + ${nextInSeconds} * interval '1 second'
    where connection_id = ${connectionId}`.execute(db);
}
