import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { erasure } from "./migrations-erasure";
import { markDue } from "./migrations-intake";
import { consentLog, consents } from "./migrations-mapping";
import { optOutPoll } from "./migrations-opt-outs";
import { runHistory } from "./migrations-runs";
import { activityOrder, alerts, deliveredByHour, lastAnswers, staffLanguage } from "./migrations-screens";
import { setupView } from "./migrations-setup";

/** One entry per released change; never edited afterwards, only followed by the next. It adds, so that the release before still works beside it. */
export const migrations: Record<string, Migration> = {
  "0001_start": { up: start },
  "0002_auth_data": { up: authData },
  "0003_paused_shop": { up: pausedShop },
  "0004_left_behind": { up: leftBehind },
  "0005_catch_up_wanted": { up: catchUpWanted },
  "0006_run_target": { up: runTarget },
  "0007_hand_over": { up: handOver },
  "0008_first_orders": { up: firstOrders },
  "0010_consents": { up: consents },
  "0011_consent_log": { up: consentLog },
  "0020_delivered_by_hour": { up: deliveredByHour },
  "0021_activity_order": { up: activityOrder },
  "0022_last_answers": { up: lastAnswers },
  "0023_staff_language": { up: staffLanguage },
  "0024_alerts": { up: alerts },
  "0026_erasure": { up: erasure },
  "0027_opt_out_poll": { up: optOutPoll },
  "0028_setup_view": { up: setupView },
  "0029_run_history": { up: runHistory },
  "0030_mark_due": { up: markDue },
};

async function start(db: Kysely<unknown>): Promise<void> {
  for (const statement of [
    sql`create table shop (
      id text primary key,
      saleor_api_url text not null,
      app_id text not null,
      installed_at timestamptz not null default now(),
      retired_at timestamptz,
      settings_loaded boolean not null default false,
      watermark timestamptz,
      catch_up_at timestamptz not null default now(),
      catch_up_until timestamptz,
      caught_up_at timestamptz,
      compare_at timestamptz not null default now() + interval '1 hour',
      compare_until timestamptz,
      unique (saleor_api_url, app_id)
    )`,
    sql`create table connection_state (
      id text primary key,
      shop_id text not null references shop on delete cascade,
      provider text not null,
      limit_key text not null default '',
      target text not null default '',
      target_name text not null default '',
      live boolean not null default false,
      health text not null default 'ok',
      health_reason text,
      health_since timestamptz,
      settings_version bigint not null default 1,
      saving_until timestamptz,
      paused_at timestamptz,
      last_delivered_at timestamptz,
      created_at timestamptz not null default now(),
      unique (shop_id, provider)
    )`,
    sql`create index connection_state_limit_key on connection_state (limit_key)`,
    sql`create table lease (
      limit_key text primary key,
      owner text not null,
      token bigint not null,
      until timestamptz not null,
      not_before timestamptz,
      failures integer not null default 0
    )`,
    sql`create table ledger (
      connection_id text not null references connection_state on delete cascade,
      customer_id text not null,
      lane smallint not null default 1,
      state text not null default 'waiting',
      due_at timestamptz,
      attempts integer not null default 0,
      failing_since timestamptz,
      version bigint not null default 1,
      wanted_at timestamptz,
      gone_at timestamptz,
      rereads smallint not null default 0,
      in_flight bigint,
      in_flight_at timestamptz,
      fingerprint text,
      refused_fingerprint text,
      remote_key text,
      email_hmac text,
      owned_tags jsonb not null default '[]',
      owned_fields jsonb not null default '[]',
      rule_state jsonb,
      deliveries integer not null default 0,
      force boolean not null default false,
      historic boolean not null default false,
      run_id text,
      seen_run text,
      created_by_run text,
      reason text,
      vendor_text text,
      warnings jsonb not null default '[]',
      change text,
      delivered_at timestamptz,
      read_at timestamptz,
      seen_updated_at timestamptz,
      listed_at timestamptz,
      absent_since timestamptz,
      absent_reads smallint not null default 0,
      updated_at timestamptz not null default now(),
      primary key (connection_id, customer_id)
    ) with (fillfactor = 80)`,
    sql`create index ledger_due on ledger (connection_id, lane, due_at) where due_at is not null`,
    sql`create index ledger_due_fresh on ledger (connection_id, lane, due_at) where due_at is not null and not historic`,
    sql`create index ledger_identity on ledger (connection_id, email_hmac) where email_hmac is not null`,
    sql`create index ledger_problem on ledger (connection_id, state, updated_at) where state <> 'in_sync'`,
    sql`create index ledger_run on ledger (seen_run) where seen_run is not null`,
    sql`create table ledger_count (
      connection_id text not null references connection_state on delete cascade,
      state text not null,
      n bigint not null,
      primary key (connection_id, state)
    )`,
    sql`create table sync_run (
      id text primary key,
      connection_id text not null references connection_state on delete cascade,
      kind text not null,
      state text not null,
      driver text not null,
      started_by text,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      heartbeat_at timestamptz not null default now(),
      on_leave text not null default 'pause',
      worker_until timestamptz,
      walk_done boolean not null default false,
      cursor jsonb,
      total integer,
      marked integer not null default 0,
      created integer not null default 0,
      updated integer not null default 0,
      unchanged integer not null default 0,
      skipped integer not null default 0,
      refused integer not null default 0,
      gave_up integer not null default 0,
      problem text
    )`,
    sql`create unique index sync_run_one_active on sync_run (connection_id) where state in ('running', 'paused')`,
    sql`create table pending_mark (
      shop_id text not null references shop on delete cascade,
      customer_id text not null,
      wanted_at timestamptz,
      gone boolean not null default false,
      primary key (shop_id, customer_id)
    )`,
    sql`create table oauth_attempt (
      id text primary key,
      shop_id text not null references shop on delete cascade,
      provider text not null,
      staff_user_id text not null,
      ticket_hash text not null,
      nonce_hash text,
      state text not null default 'issued',
      reason text,
      sealed text,
      created_at timestamptz not null default now(),
      opened_at timestamptz,
      expires_at timestamptz not null
    )`,
    sql`create unique index oauth_attempt_ticket on oauth_attempt (ticket_hash)`,
    sql`create table audit (
      id bigint generated always as identity primary key,
      shop_id text not null references shop on delete cascade,
      connection_id text,
      at timestamptz not null default now(),
      staff_user_id text,
      action text not null,
      detail jsonb not null default '{}'
    )`,
    sql`create function count_ledger_insert() returns trigger language plpgsql as $$
      begin
        insert into ledger_count (connection_id, state, n)
        select connection_id, state, count(*) from fresh group by 1, 2 order by 1, 2
        on conflict (connection_id, state) do update set n = ledger_count.n + excluded.n;
        return null;
      end $$`,
    sql`create function count_ledger_update() returns trigger language plpgsql as $$
      begin
        insert into ledger_count (connection_id, state, n)
        select connection_id, state, sum(d) from (
          select connection_id, state, 1 as d from fresh union all select connection_id, state, -1 from stale
        ) change group by 1, 2 having sum(d) <> 0 order by 1, 2
        on conflict (connection_id, state) do update set n = ledger_count.n + excluded.n;
        return null;
      end $$`,
    sql`create function count_ledger_delete() returns trigger language plpgsql as $$
      begin
        update ledger_count c set n = c.n - gone.n
        from (select connection_id, state, count(*) as n from stale group by 1, 2) gone
        where c.connection_id = gone.connection_id and c.state = gone.state;
        return null;
      end $$`,
    sql`create trigger ledger_count_insert after insert on ledger referencing new table as fresh
        for each statement execute function count_ledger_insert()`,
    sql`create trigger ledger_count_update after update on ledger referencing new table as fresh old table as stale
        for each statement execute function count_ledger_update()`,
    sql`create trigger ledger_count_delete after delete on ledger referencing old table as stale
        for each statement execute function count_ledger_delete()`,
  ]) {
    await statement.execute(db);
  }
}

/** APL=postgres: installations beside the rest. The token is sealed. */
async function authData(db: Kysely<unknown>): Promise<void> {
  await sql`create table auth_data (
    saleor_api_url text primary key,
    app_id text not null,
    sealed_token text not null,
    jwks text,
    updated_at timestamptz not null default now()
  )`.execute(db);
}

/** Since when a shop has not known the app any more. */
async function pausedShop(db: Kysely<unknown>): Promise<void> {
  await sql`alter table shop add column paused_since timestamptz`.execute(db);
  await sql`create index shop_paused on shop (paused_since) where paused_since is not null`.execute(db);
}

/** Contacts that are still to be dealt with after their customer moved onto another one. */
async function leftBehind(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger add column left_behind jsonb not null default '[]'`.execute(db);
  await sql`create index ledger_left_behind on ledger (connection_id) where left_behind <> '[]'`.execute(db);
}

/** Since when an event that names nobody wants the shop looked at, and when the last look began. */
async function catchUpWanted(db: Kysely<unknown>): Promise<void> {
  await sql`alter table shop add column catch_up_wanted_at timestamptz, add column catch_up_began_at timestamptz`.execute(db);
}

/** Where a full sync went, so that it says nothing about another target; what a row was before a run took it up; who was sent with something left out. */
async function runTarget(db: Kysely<unknown>): Promise<void> {
  await sql`alter table sync_run add column target text`.execute(db);
  await sql`alter table ledger add column state_before text`.execute(db);
  await sql`create index ledger_warned on ledger (connection_id, updated_at) where warnings <> '[]'`.execute(db);
}

/**
 * Where a contact was sent and the answer has not come: it may stand there. And what a customer was delivered as when the
 * contact passed to another.
 */
async function handOver(db: Kysely<unknown>): Promise<void> {
  await sql`alter table ledger add column sent_hmac text, add column lost_fingerprint text`.execute(db);
  await sql`create index ledger_sent on ledger (connection_id, sent_hmac) where sent_hmac is not null`.execute(db);
}

/** When a shop's buyers are walked next, for those who wait for a first order. */
async function firstOrders(db: Kysely<unknown>): Promise<void> {
  await sql`alter table shop add column first_orders_at timestamptz not null default now(), add column first_orders_until timestamptz`.execute(
    db,
  );
  await sql`create index ledger_no_orders on ledger (connection_id) where state = 'skipped' and reason = 'no_orders'`.execute(db);
}
