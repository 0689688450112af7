/** Who drains a limit key. Decided by one row in the database's own clock; a growing token fences off whoever lost it. */
import { type RawBuilder, sql } from "kysely";
import type { Db } from "@/platform/db";

export interface Lease {
  limitKey: string;
  token: number;
  /** Shared failures in a row: above zero the drain probes with one customer before it opens up again. */
  failures: number;
}

/** @returns null while somebody else holds it, or while the provider is being left alone. */
export async function acquireLease(db: Db, limitKey: string, owner: string, seconds: number): Promise<Lease | null> {
  const { rows } = await sql<{ token: string; failures: number }>`
    insert into lease as l (limit_key, owner, token, until)
    values (${limitKey}, ${owner}, 1, now() + ${seconds} * interval '1 second')
    on conflict (limit_key) do update set owner = excluded.owner, token = l.token + 1, until = excluded.until
    where l.until <= now() and (l.not_before is null or l.not_before <= now())
    returning token, failures`.execute(db);
  const row = rows[0];
  return row ? { limitKey, token: Number(row.token), failures: row.failures } : null;
}

/** @returns whether we still hold it. */
export async function renewLease(db: Db, lease: Lease, seconds: number): Promise<boolean> {
  const { rows } = await sql`
    update lease set until = now() + ${seconds} * interval '1 second'
    where limit_key = ${lease.limitKey} and token = ${lease.token} and until > now() returning 1 as held`.execute(db);
  return rows.length > 0;
}

/** Condition of a statement that only the holder may carry out. */
export function holds(lease: Pick<Lease, "limitKey" | "token">): RawBuilder<unknown> {
  return sql`exists (select 1 from lease where limit_key = ${lease.limitKey} and token = ${lease.token} and until > now())`;
}

export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await sql`update lease set until = now() where limit_key = ${lease.limitKey} and token = ${lease.token}`.execute(db);
}

/** The provider does not answer: nobody drains this key for a while, then one probe goes first. */
export async function leaveAlone(db: Db, lease: Lease, seconds: number, failures: number): Promise<void> {
  await sql`
    update lease set failures = ${failures}, not_before = now() + ${seconds} * interval '1 second',
      failing_since = case when ${failures} > 0 then coalesce(failing_since, now()) end
    where limit_key = ${lease.limitKey} and token = ${lease.token}`.execute(db);
}

export async function providerAnswers(db: Db, lease: Lease): Promise<void> {
  await sql`update lease set failures = 0, not_before = null, failing_since = null where limit_key = ${lease.limitKey} and token = ${lease.token}`.execute(
    db,
  );
}

/** Until when the provider is left alone, and since when it has not answered. Null = nobody waits for it. */
export async function nextTry(db: Db, limitKey: string): Promise<{ at: Date | null; failures: number; since: Date | null }> {
  const { rows } = await sql<{ not_before: Date | null; failures: number; failing_since: Date | null }>`
    select not_before, failures, failing_since from lease where limit_key = ${limitKey}`.execute(db);
  return { at: rows[0]?.not_before ?? null, failures: rows[0]?.failures ?? 0, since: rows[0]?.failing_since ?? null };
}

/** Lets the next wake or tick through at once: the merchant reconnected or pressed "Try now". */
export async function tryNow(db: Db, limitKey: string): Promise<void> {
  await sql`update lease set not_before = null where limit_key = ${limitKey}`.execute(db);
}
