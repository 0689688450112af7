/** For whoever watches over the app: how much is due, for how long, and which connections are not well. No shop is named. */
import { sql } from "kysely";
import type { Db } from "@/platform/db";
import type { QueueNumbers } from "@/platform/metrics";
import { Lane } from "./row";

/** More than so many due rows of a connection are "many": a backfill of a million must not be counted every few seconds. */
const COUNTED_PER_CONNECTION = 10_000;

/** Without connections that only a person can mend: their rows wait for that person, not for us. */
export async function watchQueue(db: Db): Promise<QueueNumbers> {
  const { rows } = await sql<{ lane: number; rows: string; seconds: number | null }>`
    select lanes.lane, sum(due.n) as rows, extract(epoch from now() - min(due.oldest))::double precision as seconds
    from connection_state c cross join (values (0), (1), (2)) lanes(lane)
    cross join lateral (
      select count(*) as n, min(due_at) as oldest from (
        select l.due_at from ledger l
        where l.connection_id = c.id and l.lane = lanes.lane and l.due_at <= now() order by l.due_at limit ${COUNTED_PER_CONNECTION}
      ) first_ones
    ) due
    where c.health not in ('reconnect', 'target_gone', 'unreadable') and (c.live or lanes.lane = ${sql.lit(Lane.page)})
      and not exists (select 1 from shop s where s.id = c.shop_id and s.paused_since is not null)
    group by 1`.execute(db);
  const byLane = new Map(rows.map((row) => [row.lane, row]));
  return {
    dueByLane: Object.fromEntries(Object.entries(Lane).map(([name, lane]) => [name, Number(byLane.get(lane)?.rows ?? 0)])),
    oldestDueSeconds: Math.max(0, ...rows.map((row) => Math.round(row.seconds ?? 0))),
    connectionsByHealth: await countHealth(db),
  };
}

/** A provider that is left alone for a while is not well either, though nobody has to mend it. */
async function countHealth(db: Db): Promise<Record<string, number>> {
  const { rows } = await sql<{ health: string; n: string }>`
    select case when c.health = 'ok' and l.failures > 0 then 'provider_down' else c.health end as health, count(*) as n
    from connection_state c left join lease l on l.limit_key = c.limit_key group by 1`.execute(db);
  return { ok: 0, ...Object.fromEntries(rows.map((row) => [row.health, Number(row.n)])) };
}
