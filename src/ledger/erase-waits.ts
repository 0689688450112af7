/** Contacts that the deletion policy is to erase: what waits, what is held back because it is too much at once, and that somebody confirmed it. */
import { sql } from "kysely";
import type { ConnectionId, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";

/** Too many customers were missing at the last comparison. */
export async function setBrake(db: Db, connectionId: ConnectionId, isBraked: boolean): Promise<void> {
  const at = isBraked ? sql`coalesce(braked_at, now())` : sql`null`;
  await sql`update connection_state set braked_at = ${at} where id = ${connectionId}`.execute(db);
}

/** The comparison found nobody missing in the other connections of the shop. */
export async function releaseBrakes(db: Db, shopId: ShopId, but: readonly ConnectionId[]): Promise<void> {
  await sql`
    update connection_state set braked_at = null
    where shop_id = ${shopId} and braked_at is not null and id not in (select json_array_elements_text(${JSON.stringify(but)}::json))`.execute(
    db,
  );
}

export interface Together {
  isBraked: boolean;
  /** Erasures due within a day of this one, itself included. */
  leaving: number;
  /** Rows of the connection that are not gone. */
  known: number;
}

export async function eraseTogether(db: Db, connectionId: ConnectionId, eraseAt: Date): Promise<Together> {
  const { rows } = await sql<{ braked: boolean; leaving: string; known: string }>`
    select c.braked_at is not null as braked,
      (select count(*) from ledger l where l.connection_id = c.id and l.erase_at is not null
        and l.erase_at between ${eraseAt}::timestamptz - interval '1 day' and ${eraseAt}::timestamptz + interval '1 day') as leaving,
      coalesce((select sum(n) from ledger_count k where k.connection_id = c.id and k.state <> 'gone'), 0) as known
    from connection_state c where c.id = ${connectionId}`.execute(db);
  const row = rows[0];
  return { isBraked: row?.braked ?? true, leaving: Number(row?.leaving ?? 0), known: Number(row?.known ?? 0) };
}

/** Kept numbers: how many wait for their time, how many for a person. */
export async function countEraseWaits(db: Db, connectionId: ConnectionId): Promise<{ waiting: number; held: number }> {
  const { rows } = await sql<{ reason: string; n: string }>`
    select reason, n from ledger_reason where connection_id = ${connectionId} and state = 'gone' and reason in ('erase_waits', 'erase_held')`.execute(
    db,
  );
  const of = (reason: string) => Number(rows.find((row) => row.reason === reason)?.n ?? 0);
  return { waiting: of("erase_waits"), held: of("erase_held") };
}

/** Those that are held back may go. @returns how many. */
export async function confirmErase(db: Db, connectionId: ConnectionId): Promise<number> {
  const { numAffectedRows } = await sql`
    update ledger set erase_confirmed_at = now(), due_at = now(), version = version + 1
    where connection_id = ${connectionId} and erase_at is not null and state = 'gone' and reason = 'erase_held'`.execute(db);
  return Number(numAffectedRows ?? 0);
}
