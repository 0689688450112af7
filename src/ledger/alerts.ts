/** What a person should hear of though they have not looked: found from kept numbers, said once, taken back when healed. */
import { sql } from "kysely";
import type { ConnectionId } from "@/model/shop";
import type { Db } from "@/platform/db";

/** `gave_up`: customers that nobody tries any more. `down`: the provider has been silent. `late`: changes have waited. `erase_held`: many are to be erased at once. */
export type AlertKind = "gave_up" | "down" | "late" | "erase_held";

export interface Alert {
  connectionId: ConnectionId;
  kind: AlertKind;
  since: Date;
  /** Healed: what was said is to be taken back. */
  isOver: boolean;
}

const HOUR = sql.lit("1 hour");

/** What stands now. A connection that only a person can mend says so already, and a late queue of a silent provider is its doing. */
const standing = sql`
  with seen as (
    select c.id, c.limit_key,
      coalesce((select n from ledger_count n where n.connection_id = c.id and n.state = 'gave_up'), 0) > 0 as gave_up,
      (select l.failing_since from lease l where l.limit_key = c.limit_key) as failing_since,
      (select min(first.due_at) from (values (0), (1), (2)) lanes(lane) cross join lateral (
        select due_at from ledger l where l.connection_id = c.id and l.lane = lanes.lane and l.due_at is not null and (c.live or lanes.lane = 0)
        order by l.due_at limit 1) first) as oldest
    from connection_state c join shop s on s.id = c.shop_id
    where s.retired_at is null and s.paused_since is null and c.health not in ('reconnect', 'target_gone', 'unreadable')
  )
  select id as connection_id, 'gave_up' as kind, now() as since from seen where gave_up
  union all
  select id, 'down', failing_since from seen where failing_since < now() - interval ${HOUR} and oldest is not null
  union all
  select id, 'erase_held', now() from seen
    where (select n from ledger_reason r where r.connection_id = seen.id and r.state = 'gone' and r.reason = 'erase_held') > 0
  union all
  select id, 'late', oldest from seen where oldest < now() - interval ${HOUR} and failing_since is null`;

/**
 * Notes what is new and what is over. Of several processes that look at the same time one is handed each.
 * @returns what is still to be said, or to be taken back: also what could not be said the last time.
 */
export async function findAlerts(db: Db): Promise<Alert[]> {
  await sql`
    with standing as (${standing})
    insert into alert (connection_id, kind, since) select connection_id, kind, since from standing order by 1, 2
    on conflict (connection_id, kind) do update set over_at = null where alert.over_at is not null`.execute(db);
  await sql`
    with standing as (${standing})
    update alert set over_at = now()
    where over_at is null and not exists (select 1 from standing s where s.connection_id = alert.connection_id and s.kind = alert.kind)`.execute(
    db,
  );
  // Said and not over, or over and never said: nothing to do. A claim runs out, so that one who stops half-way loses nothing.
  const isFree = sql`(claimed_until is null or claimed_until < now())`;
  await sql`delete from alert where over_at is not null and said_at is null and ${isFree}`.execute(db);
  const { rows } = await sql<{ connection_id: string; kind: AlertKind; since: Date; is_over: boolean }>`
    update alert set claimed_until = now() + interval '1 minute'
    where (connection_id, kind) in (
      select connection_id, kind from alert
      where (over_at is null) = (said_at is null) and ${isFree}
      order by since limit 50 for update skip locked
    )
    returning connection_id, kind, since, over_at is not null as is_over`.execute(db);
  return rows.map((row) => ({ connectionId: row.connection_id, kind: row.kind, since: row.since, isOver: row.is_over }));
}

/** It was said, or taken back. */
export async function alertSaid(db: Db, alert: Alert): Promise<void> {
  const which = sql`connection_id = ${alert.connectionId} and kind = ${alert.kind}`;
  await (alert.isOver
    ? sql`delete from alert where ${which} and over_at is not null`
    : sql`update alert set said_at = now(), claimed_until = null where ${which}`
  ).execute(db);
}
