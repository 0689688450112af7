/** What the merchant's rules about people need to remember. */
import { type Kysely, sql } from "kysely";

/** The word last sent on each channel, and the channels on which the opt-out at the provider is ours to take back. */
export async function consents(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger add column consents jsonb not null default '{}'`.execute(db);
  await sql`alter table ledger add column owned_opt_outs jsonb not null default '[]'`.execute(db);
}

/** Who agreed to what, and from where we know. Only ever added to; it outlives the connection, not the shop. */
export async function consentLog(db: Kysely<unknown>): Promise<void> {
  await sql`create table consent_log (
    id bigint generated always as identity primary key,
    shop_id text not null references shop on delete cascade,
    connection_id text not null,
    at timestamptz not null default now(),
    person text not null,
    channel text not null,
    word boolean not null,
    source text not null,
    evidence text not null
  )`.execute(db);
  await sql`create index consent_log_person on consent_log (shop_id, person, id)`.execute(db);
}
