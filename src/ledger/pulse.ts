/** How a connection is doing lately, from kept numbers and two looks into an index. */
import { sql } from "kysely";
import type { ConnectionId } from "@/model/shop";
import type { Db } from "@/platform/db";

export interface DeliveryHour {
  /** Its beginning. */
  hour: Date;
  sent: number;
  failed: number;
}

/** Hours are kept for longer than any screen shows them. */
const KEPT_DAYS = 8;

/** The last 24 hours in which something happened, oldest first; quiet ones are left out. */
export async function deliveriesOfDay(db: Db, connectionId: ConnectionId): Promise<DeliveryHour[]> {
  const { rows } = await sql<{ hour: Date; sent: string; failed: string }>`
    select hour, sent, failed from delivery_hour
    where connection_id = ${connectionId} and hour > now() - interval '24 hours' order by hour`.execute(db);
  return rows.map((row) => ({ hour: row.hour, sent: Number(row.sent), failed: Number(row.failed) }));
}

export async function forgetOldHours(db: Db): Promise<void> {
  await sql`delete from delivery_hour where hour < now() - ${KEPT_DAYS} * interval '1 day'`.execute(db);
}

/** Since when the change that waits longest has been due: lane by lane, so that the index answers it. */
export async function oldestDue(db: Db, connectionId: ConnectionId): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(first.due_at) as at from (values (0), (1), (2)) lanes(lane) cross join lateral (
      select due_at from ledger l where l.connection_id = ${connectionId} and l.lane = lanes.lane and l.due_at is not null
      order by l.due_at limit 1
    ) first where first.due_at <= now()`.execute(db);
  return rows[0]?.at ?? null;
}
