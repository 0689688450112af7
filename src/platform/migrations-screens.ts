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

/** The ledger in the order of its screen, by state and by reason; and how many stand under each reason, kept by triggers. */
export async function activityOrder(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    sql`create index ledger_activity on ledger (connection_id, state, updated_at, customer_id)`,
    sql`create index ledger_activity_reason on ledger (connection_id, state, reason, updated_at, customer_id) where reason is not null`,
    // Answered by the first of the two as well.
    sql`drop index ledger_problem`,
    sql`create table ledger_reason (
      connection_id text not null references connection_state on delete cascade,
      state text not null,
      reason text not null,
      n bigint not null,
      primary key (connection_id, state, reason)
    )`,
    sql`insert into ledger_reason (connection_id, state, reason, n)
      select connection_id, state, reason, count(*) from ledger where reason is not null group by 1, 2, 3`,
    sql`create function reason_ledger_insert() returns trigger language plpgsql as $$
      begin
        insert into ledger_reason (connection_id, state, reason, n)
        select connection_id, state, reason, count(*) from fresh where reason is not null group by 1, 2, 3 order by 1, 2, 3
        on conflict (connection_id, state, reason) do update set n = ledger_reason.n + excluded.n;
        return null;
      end $$`,
    sql`create function reason_ledger_update() returns trigger language plpgsql as $$
      begin
        insert into ledger_reason (connection_id, state, reason, n)
        select connection_id, state, reason, sum(d) from (
          select connection_id, state, reason, 1 as d from fresh where reason is not null
          union all select connection_id, state, reason, -1 from stale where reason is not null
        ) change group by 1, 2, 3 having sum(d) <> 0 order by 1, 2, 3
        on conflict (connection_id, state, reason) do update set n = ledger_reason.n + excluded.n;
        return null;
      end $$`,
    sql`create function reason_ledger_delete() returns trigger language plpgsql as $$
      begin
        update ledger_reason c set n = c.n - gone.n
        from (select connection_id, state, reason, count(*) as n from stale where reason is not null group by 1, 2, 3) gone
        where c.connection_id = gone.connection_id and c.state = gone.state and c.reason = gone.reason;
        return null;
      end $$`,
    sql`create trigger ledger_reason_insert after insert on ledger referencing new table as fresh
        for each statement execute function reason_ledger_insert()`,
    sql`create trigger ledger_reason_update after update on ledger referencing new table as fresh old table as stale
        for each statement execute function reason_ledger_update()`,
    sql`create trigger ledger_reason_delete after delete on ledger referencing old table as stale
        for each statement execute function reason_ledger_delete()`,
  ]) {
    await statement.execute(db);
  }
}

/** The last few outcomes of a customer, newest first: codes and times only. */
export async function lastAnswers(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger add column answers jsonb not null default '[]'`.execute(db);
}

/** The language of our pages, where a person chose another than the Dashboard's. */
export async function staffLanguage(db: Kysely<unknown>): Promise<void> {
  await sql`create table staff_language (
    shop_id text not null references shop on delete cascade,
    staff_user_id text not null,
    language text not null,
    primary key (shop_id, staff_user_id)
  )`.execute(db);
}

/** What a person was told of, so that it is said once and taken back when it is over. */
export async function alerts(db: Kysely<unknown>): Promise<void> {
  await sql`create table alert (
    connection_id text not null references connection_state on delete cascade,
    kind text not null,
    since timestamptz not null,
    said_at timestamptz,
    over_at timestamptz,
    claimed_until timestamptz,
    primary key (connection_id, kind)
  )`.execute(db);
  await sql`create index audit_by_shop on audit (shop_id, id)`.execute(db);
}
