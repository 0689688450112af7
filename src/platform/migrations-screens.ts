/** What the screens are told without counting: numbers per hour, numbers per reason, and orders to read rows in. */
import { type Kysely, sql } from "kysely";

/** Deliveries by hour, moved by the statement that settles them. */
export async function deliveredByHour(db: Kysely<unknown>): Promise<void> {
  await sql`create table delivery_hour (
    connection_id text not null references connection_state on delete cascade,
    hour timestamptz not null,
    sent bigint not null default 0,
    failed bigint not null default 0,
    primary key (connection_id, hour)
  )`.execute(db);
  await sql`create index delivery_hour_old on delivery_hour (hour)`.execute(db);
  await sql`alter table lease add column failing_since timestamptz`.execute(db);
  // What a run still waits for, without walking over everybody it has seen.
  await sql`create index ledger_run_open on ledger (run_id, state) where run_id is not null`.execute(db);
}
