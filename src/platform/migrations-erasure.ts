/** What archiving, waiting for an erasure, and erasing a person need to remember. */
import { type Kysely, sql } from "kysely";

export async function erasure(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    // What the contact was before we archived it; when the deletion policy erases it, and that somebody confirmed it; the request to erase the person.
    sql`alter table ledger add column archived_from text, add column erase_at timestamptz,
      add column erase_confirmed_at timestamptz, add column erasure_id text`,
    // So many customers vanished at once that nothing is erased before somebody says so.
    sql`alter table connection_state add column braked_at timestamptz`,
    sql`create index ledger_erase on ledger (connection_id) where erase_at is not null`,
    sql`create table erasure (
      id text primary key,
      shop_id text not null references shop on delete cascade,
      customer_id text not null,
      person text,
      staff_user_id text,
      asked_at timestamptz not null default now(),
      kept_out boolean not null,
      done_at timestamptz
    )`,
    sql`create unique index erasure_one_open on erasure (shop_id, customer_id) where done_at is null`,
    sql`create index erasure_by_customer on erasure (shop_id, customer_id, asked_at)`,
    sql`create table erasure_step (
      erasure_id text not null references erasure on delete cascade,
      connection_id text not null,
      provider text not null,
      target_name text not null default '',
      asked text not null,
      state text not null default 'waiting',
      answer text,
      vendor_text text,
      attempts integer not null default 0,
      asked_at timestamptz,
      answered_at timestamptz,
      primary key (erasure_id, connection_id)
    )`,
  ]) {
    await statement.execute(db);
  }
}
