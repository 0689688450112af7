/** Where opt-outs are asked for. */
import { type Kysely, sql } from "kysely";

/** How far the history of a provider was read, and who reads it now. Another account or place begins anew. */
export async function optOutPoll(db: Kysely<unknown>): Promise<void> {
  await sql`create table opt_out_poll (
    connection_id text primary key references connection_state on delete cascade,
    place text not null,
    cursor text,
    due_at timestamptz not null default now(),
    claimed_until timestamptz
  )`.execute(db);
  await sql`create index opt_out_poll_due on opt_out_poll (due_at)`.execute(db);
}
