import { type Kysely, sql } from "kysely";

/** How a shop looks at the rest of its setup: `left` = it does not open by itself any more, `folded` = one row; null = open. */
export async function setupView(db: Kysely<unknown>): Promise<void> {
  await sql`alter table shop add column setup_view text`.execute(db);
}
