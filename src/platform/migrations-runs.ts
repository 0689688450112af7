/** That what a run created is taken back, and what became of it. */
import { type Kysely, sql } from "kysely";

export async function runHistory(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    // The contact that a run created is to be taken back, or was: how, and as what the customer was read then.
    sql`alter table ledger add column undo jsonb`,
    sql`create index ledger_created_by_run on ledger (created_by_run, customer_id) where created_by_run is not null`,
    sql`create index ledger_undo on ledger (connection_id) where undo->>'state' = 'asked'`,
    sql`create table run_undo (
      run_id text primary key references sync_run on delete cascade,
      way text not null,
      started_by text,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      after text not null default '',
      is_marked boolean not null default false,
      marked integer not null default 0,
      problem text
    )`,
    sql`create index run_undo_open on run_undo (started_at) where finished_at is null`,
    sql`create table run_undo_count (
      run_id text not null references run_undo on delete cascade,
      ended text not null,
      reason text not null,
      n integer not null,
      primary key (run_id, ended, reason)
    )`,
  ]) {
    await statement.execute(db);
  }
}
