/** What is due, for the tick and for the drain. */
import { type RawBuilder, sql } from "kysely";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { type DueRow, type Held, Lane, type RowState } from "./row";

/** Only a person can mend these; their marks wait. */
const stoppedHealth = sql`('reconnect', 'target_gone', 'unreadable')`;
/** A shop that does not know the app any more, or not at present: nobody can be looked up there. */
const shopAnswers = sql`not exists (select 1 from shop s where s.id = c.shop_id and s.paused_since is not null)`;
/** Changes of a connection whose live sync is off are kept, not sent; what a person asked for goes all the same. */
const mayGo = sql`(c.live or l.lane = 0)`;

/** Limit keys with due rows that nobody drains and that may be tried now. */
export async function dueLimitKeys(db: Db): Promise<string[]> {
  const { rows } = await sql<{ limit_key: string }>`
    select distinct c.limit_key from connection_state c
    where c.limit_key <> '' and c.health not in ${stoppedHealth} and ${shopAnswers}
      and exists (select 1 from ledger l where l.connection_id = c.id and l.due_at <= now() and ${mayGo})
      and not exists (select 1 from lease where lease.limit_key = c.limit_key and (until > now() or not_before > now()))`.execute(db);
  return rows.map((row) => row.limit_key);
}

export interface TakeInput {
  limitKey: string;
  limit: number;
  /**
   * `fresh`: history is left aside; one worker is kept for fresh changes, so that they never wait behind a backfill.
   * `probe`: those that have not failed yet come first, so that a record that always fails cannot pass for an outage.
   */
  which?: "any" | "fresh" | "probe";
  /** Rows that this very drain holds already, as `connection/customer`. */
  busy: readonly string[];
  /** Rows in flight under an older token are left alone for as long as the vendor may still be working on them. */
  cutOffSeconds: number;
}

/** The next due rows in lane order. Only reads: nobody else drains this key while the lease is held. */
export async function dueRows(db: Db, input: TakeInput): Promise<DueRow[]> {
  const order = input.which === "probe" ? sql`l.failing_since is not null, l.lane, l.due_at` : sql`l.lane, l.due_at`;
  const { rows } = await sql<RawRow>`
    select l.* from connection_state c cross join lateral (
      select ${columns} from ledger l
      where l.connection_id = c.id and l.due_at <= now() and ${mayGo} and ${input.which === "fresh" ? sql`not l.historic` : sql`true`}
        and (l.in_flight is null or l.in_flight_at < now() - ${input.cutOffSeconds} * interval '1 second')
        and (l.connection_id || '/' || l.customer_id) not in (select json_array_elements_text(${JSON.stringify(input.busy)}::json))
      order by ${order} limit ${input.limit}
    ) l
    where c.limit_key = ${input.limitKey} and c.health not in ${stoppedHealth} and ${shopAnswers}
    order by ${order} limit ${input.limit}`.execute(db);
  return rows.map(toDueRow);
}

/** What a row stands for now; without a key nothing was delivered yet. */
export type HeldNow = Pick<DueRow, "remoteKey" | "emailHmac" | "ownedTags" | "ownedFields">;

/** A contact on its way, with what will be ours on it even if the answer never comes. */
export type Sending = Pick<DueRow, "customerId" | "ownedTags" | "ownedFields">;

/**
 * Writes down that these rows are about to be on the wire. Their fingerprint is lost until the answer is known. A row
 * that is not answered belongs to somebody else by now (the lease was lost) or is not due any more (its run was
 * cancelled): it must not be sent.
 * @returns the contact that each row holds now.
 */
export async function markInFlight(
  db: Db,
  lease: { limitKey: string; token: number },
  connectionId: ConnectionId,
  sending: readonly Sending[],
): Promise<Map<CustomerId, HeldNow>> {
  const { rows } = await sql<{ customer_id: string } & Pick<RawRow, "remote_key" | "email_hmac" | "owned_tags" | "owned_fields">>`
    update ledger l set in_flight = ${lease.token}, in_flight_at = now(), fingerprint = null,
      owned_tags = ${union(sql`l.owned_tags`, sql`v."ownedTags"`)}, owned_fields = ${union(sql`l.owned_fields`, sql`v."ownedFields"`)}
    from json_to_recordset(${JSON.stringify(sending)}::json) as v("customerId" text, "ownedTags" jsonb, "ownedFields" jsonb)
    where l.connection_id = ${connectionId} and l.customer_id = v."customerId" and l.due_at is not null and ${holds(lease)}
    returning l.customer_id, l.remote_key, l.email_hmac, l.owned_tags, l.owned_fields`.execute(db);
  return new Map(
    rows.map((row) => [
      row.customer_id,
      { remoteKey: row.remote_key, emailHmac: row.email_hmac, ownedTags: row.owned_tags, ownedFields: row.owned_fields },
    ]),
  );
}

const union = (had: RawBuilder<unknown>, more: RawBuilder<unknown>) =>
  sql`case when ${had} @> ${more} then ${had} else (select jsonb_agg(distinct one) from jsonb_path_query(${had} || ${more}, '$[*]') one) end`;

export function holds(lease: { limitKey: string; token: number }): RawBuilder<unknown> {
  return sql`exists (select 1 from lease where limit_key = ${lease.limitKey} and token = ${lease.token} and until > now())`;
}

/** Whoever stands under an identity. */
export interface Holder extends Pick<DueRow, "customerId" | "ownedTags" | "ownedFields"> {
  /** Not any more: the contact was left behind there. */
  left: boolean;
}

/** Rows that stand under these identities or left a contact behind there, with what is ours on it. */
export async function holdersOf(db: Db, connectionId: ConnectionId, hmacs: readonly string[]): Promise<Map<string, Holder[]>> {
  if (hmacs.length === 0) return new Map();
  const wanted = sql`(select json_array_elements_text(${JSON.stringify(hmacs)}::json))`;
  const { rows } = await sql<{ email_hmac: string; is_left: boolean } & Pick<RawRow, "customer_id" | "owned_tags" | "owned_fields">>`
    select email_hmac, customer_id, owned_tags, owned_fields, false as is_left from ledger
    where connection_id = ${connectionId} and email_hmac in ${wanted}
    union all
    select held->>'emailHmac', customer_id, held->'ownedTags', held->'ownedFields', true
    from ledger, jsonb_path_query(left_behind, '$[*]') held
    where connection_id = ${connectionId} and left_behind <> '[]' and held->>'emailHmac' in ${wanted}`.execute(db);
  const holders = new Map<string, Holder[]>();
  for (const row of rows) {
    const holder = { customerId: row.customer_id, ownedTags: row.owned_tags, ownedFields: row.owned_fields, left: row.is_left };
    holders.set(row.email_hmac, [...(holders.get(row.email_hmac) ?? []), holder]);
  }
  return holders;
}

/**
 * These customers stand under their address now: whoever stood there before, under the same contact, does not hold it
 * any more, so that a rename that comes later cannot carry it away.
 */
export async function releaseContacts(db: Db, connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<void> {
  await sql`
    update ledger l set remote_key = null, fingerprint = null, owned_tags = '[]', owned_fields = '[]'
    from ledger taker
    where taker.connection_id = ${connectionId} and taker.customer_id in (select json_array_elements_text(${JSON.stringify(ids)}::json))
      and l.connection_id = taker.connection_id and l.email_hmac = taker.email_hmac and l.remote_key = taker.remote_key
      and l.customer_id <> taker.customer_id
      and l.customer_id not in (select json_array_elements_text(${JSON.stringify(ids)}::json))`.execute(db);
}

/**
 * A contact that its customer left, or was deleted from, belongs to who has the address now: they are due, and with them
 * what is ours on it. Until they are delivered it counts as left behind by them, so that it goes when they go.
 */
export async function passOn(db: Db, connectionId: ConnectionId, to: CustomerId, held: Held): Promise<void> {
  await sql`
    insert into ledger as l (connection_id, customer_id, lane, state, due_at, left_behind)
    values (${connectionId}, ${to}, ${sql.lit(Lane.live)}, 'waiting', now(), ${JSON.stringify([held])}::jsonb)
    on conflict (connection_id, customer_id) do update set
      left_behind = coalesce((select jsonb_agg(h) from jsonb_path_query(l.left_behind, '$[*]') h where h->>'remoteKey' <> ${held.remoteKey}), '[]')
        || excluded.left_behind,
      version = l.version + 1, fingerprint = null,
      state = case when l.state = 'retrying' then l.state else 'waiting' end,
      due_at = case when l.state = 'retrying' and l.due_at > now() then l.due_at else now() end`.execute(db);
}

/** These contacts are dealt with, or belong to somebody else by now. */
export async function forgetLeft(
  db: Db,
  lease: { limitKey: string; token: number },
  row: Pick<DueRow, "connectionId" | "customerId">,
  keys: readonly string[],
): Promise<void> {
  await sql`
    update ledger l set left_behind = coalesce((
      select jsonb_agg(h) from jsonb_path_query(l.left_behind, '$[*]') h
      where h->>'remoteKey' not in (select json_array_elements_text(${JSON.stringify(keys)}::json))), '[]')
    where l.connection_id = ${row.connectionId} and l.customer_id = ${row.customerId} and ${holds(lease)}`.execute(db);
}

/** Does another customer that is not gone stand under this identity? */
export async function isIdentityTaken(db: Db, connectionId: ConnectionId, hmac: string, except: CustomerId): Promise<boolean> {
  const { rows } = await sql`
    select 1 from ledger where connection_id = ${connectionId} and email_hmac = ${hmac} and customer_id <> ${except} and state <> 'gone' limit 1`.execute(
    db,
  );
  return rows.length > 0;
}

const columns = sql`connection_id, customer_id, state, lane, version, attempts, failing_since, wanted_at, gone_at, rereads, fingerprint,
  refused_fingerprint, reason, vendor_text, remote_key, email_hmac, owned_tags, owned_fields, left_behind, consents, owned_opt_outs, deliveries, force, historic, run_id, due_at`;

interface RawRow {
  connection_id: string;
  customer_id: string;
  state: RowState;
  lane: Lane;
  version: string | number;
  attempts: number;
  failing_since: Date | null;
  wanted_at: Date | null;
  gone_at: Date | null;
  rereads: number;
  fingerprint: string | null;
  refused_fingerprint: string | null;
  reason: string | null;
  vendor_text: string | null;
  remote_key: string | null;
  email_hmac: string | null;
  owned_tags: string[];
  owned_fields: string[];
  left_behind: Held[];
  consents: Record<string, boolean>;
  owned_opt_outs: string[];
  deliveries: number;
  force: boolean;
  historic: boolean;
  run_id: string | null;
}

function toDueRow(row: RawRow): DueRow {
  return {
    connectionId: row.connection_id,
    customerId: row.customer_id,
    state: row.state,
    lane: row.lane,
    version: Number(row.version),
    attempts: row.attempts,
    failingSince: row.failing_since,
    wantedAt: row.wanted_at,
    goneAt: row.gone_at,
    rereads: row.rereads,
    fingerprint: row.fingerprint,
    refusedFingerprint: row.refused_fingerprint,
    reason: row.reason,
    vendorText: row.vendor_text,
    remoteKey: row.remote_key,
    emailHmac: row.email_hmac,
    ownedTags: row.owned_tags,
    ownedFields: row.owned_fields,
    leftBehind: row.left_behind,
    consents: row.consents,
    ownedOptOuts: row.owned_opt_outs,
    deliveries: row.deliveries,
    force: row.force,
    historic: row.historic,
    runId: row.run_id,
  };
}
