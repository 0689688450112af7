/** What the merchant's rules about people need to remember. */
import { type Kysely, sql } from "kysely";

/** The word last sent on each channel, and the channels on which the opt-out at the provider is ours to take back. */
export async function consents(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger add column consents jsonb not null default '{}'`.execute(db);
  await sql`alter table ledger add column owned_opt_outs jsonb not null default '[]'`.execute(db);
}
