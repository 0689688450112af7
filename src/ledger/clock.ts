/**
 * Instants further ahead than any release of ours ever writes: the database's clock was wrong when they were written, and
 * is right again. Left alone they would keep rows, leases and walks waiting until then.
 */
import { sql } from "kysely";
import type { Db } from "@/platform/db";

export interface Longest {
  /** The longest pause of a row or a provider: our own backoff, or what a vendor may ask for. */
  retrySeconds: number;
  catchUpSeconds: number;
  compareSeconds: number;
}

export interface BroughtBack {
  what: "customer" | "lease" | "shop" | "run" | "connection";
  /** Of the first few. */
  keys: string[];
  count: number;
}

/** Leases, claims and saves are held for a minute or two. */
const HELD_SECONDS = 600;
const MOST_ROWS = 1_000;
const NAMED = 20;

/** Everything that waits for an instant which is too far ahead goes on now. */
export async function bringBack(db: Db, longest: Longest): Promise<BroughtBack[]> {
  const ahead = (seconds: number) => sql`now() + ${seconds} * interval '1 second'`;
  const held = ahead(HELD_SECONDS);
  const found = {
    lease: sql<{ key: string }>`
      update lease set until = least(until, now()), not_before = null
      where until > ${held} or not_before > ${ahead(longest.retrySeconds)} returning limit_key as key`,
    shop: sql<{ key: string }>`
      update shop set catch_up_at = least(catch_up_at, now()), catch_up_until = null, catch_up_began_at = null,
        compare_at = least(compare_at, ${ahead(longest.compareSeconds)}), compare_until = null
      where catch_up_at > ${ahead(longest.catchUpSeconds)} or catch_up_until > ${held} or catch_up_began_at > ${held}
        or compare_at > ${ahead(longest.compareSeconds)} or compare_until > ${held}
      returning id as key`,
    run: sql<{ key: string }>`update sync_run set worker_until = null where worker_until > ${held} returning id as key`,
    connection: sql<{ key: string }>`update connection_state set saving_until = null where saving_until > ${held} returning id as key`,
    customer: sql<{ key: string }>`
      update ledger set due_at = now() from (
        select c.id, l.customer_id from connection_state c cross join (values (0), (1), (2)) lanes(lane) cross join lateral (
          select customer_id from ledger
          where connection_id = c.id and ledger.lane = lanes.lane and due_at > ${ahead(longest.retrySeconds)} order by due_at desc limit ${MOST_ROWS}
        ) l
      ) far where ledger.connection_id = far.id and ledger.customer_id = far.customer_id
      returning far.id || '/' || far.customer_id as key`,
  };
  const all: BroughtBack[] = [];
  for (const [what, statement] of Object.entries(found)) {
    const { rows } = await statement.execute(db);
    const keys = rows.slice(0, NAMED).map(({ key }) => key);
    if (rows.length > 0) all.push({ what: what as BroughtBack["what"], keys, count: rows.length });
  }
  return all;
}
