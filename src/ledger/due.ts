/** What is due, for the tick and for the drain. */
import { type RawBuilder, sql } from "kysely";
import type { RuleState } from "@/model/change-rules";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { holds } from "./lease";
import type { DueRow, Held, Lane, RowState, Undo } from "./row";

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
        and (l.in_flight is null or not l.in_flight_at between now() - ${input.cutOffSeconds} * interval '1 second' and now() + interval '10 minutes')
        and (l.connection_id || '/' || l.customer_id) not in (select json_array_elements_text(${JSON.stringify(input.busy)}::json))
      order by ${order} limit ${input.limit}
    ) l
    where c.limit_key = ${input.limitKey} and c.health not in ${stoppedHealth} and ${shopAnswers}
    order by ${order} limit ${input.limit}`.execute(db);
  return rows.map(toDueRow);
}

/** A contact on its way, with what will be ours on it, and where it will stand, even if the answer never comes. */
export type Sending = Pick<DueRow, "customerId" | "remoteKey" | "ownedTags" | "ownedFields"> & { emailHmac: string };

/**
 * Writes down that these rows are about to be on the wire. Their fingerprint is lost until the answer is known. Not sent
 * is whoever belongs to somebody else by now (the lease was lost), is not due any more (the run was cancelled), or lost
 * the contact to another customer since it was taken: still due, it is read again.
 * @returns who may be sent.
 */
export async function markInFlight(
  db: Db,
  lease: { limitKey: string; token: number },
  connectionId: ConnectionId,
  sending: readonly Sending[],
): Promise<Set<CustomerId>> {
  const { rows } = await sql<{ customer_id: string }>`
    update ledger l set in_flight = ${lease.token}, in_flight_at = now(), fingerprint = null,
      sent_hmac = case when l.email_hmac = v."emailHmac" then l.sent_hmac else v."emailHmac" end,
      owned_tags = ${union(sql`l.owned_tags`, sql`v."ownedTags"`)}, owned_fields = ${union(sql`l.owned_fields`, sql`v."ownedFields"`)}
    from json_to_recordset(${JSON.stringify(sending)}::json) as v(
      "customerId" text, "remoteKey" text, "emailHmac" text, "ownedTags" jsonb, "ownedFields" jsonb)
    where l.connection_id = ${connectionId} and l.customer_id = v."customerId" and l.due_at is not null
      and l.remote_key is not distinct from v."remoteKey" and ${holds(lease)}
    returning l.customer_id`.execute(db);
  return new Set(rows.map((row) => row.customer_id));
}

const union = (had: RawBuilder<unknown>, more: RawBuilder<unknown>) =>
  sql`case when ${had} @> ${more} then ${had} else (select jsonb_agg(distinct one) from jsonb_path_query(${had} || ${more}, '$[*]') one) end`;

const columns = sql`connection_id, customer_id, state, lane, version, attempts, failing_since, wanted_at, gone_at, rereads, fingerprint,
  refused_fingerprint, reason, vendor_text, warnings, remote_key, email_hmac, owned_tags, owned_fields, left_behind, consents, owned_opt_outs, rule_state, archived_from, absent_reads, erase_at,
  erase_confirmed_at, erasure_id, deliveries, force, historic, run_id, undo, due_at`;

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
  warnings: string[];
  remote_key: string | null;
  email_hmac: string | null;
  owned_tags: string[];
  owned_fields: string[];
  left_behind: Held[];
  consents: Record<string, boolean>;
  owned_opt_outs: string[];
  archived_from: string | null;
  absent_reads: number;
  erase_at: Date | null;
  erase_confirmed_at: Date | null;
  erasure_id: string | null;
  rule_state: RuleState | null;
  deliveries: number;
  force: boolean;
  historic: boolean;
  run_id: string | null;
  undo: Undo | null;
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
    warnings: row.warnings,
    remoteKey: row.remote_key,
    emailHmac: row.email_hmac,
    ownedTags: row.owned_tags,
    ownedFields: row.owned_fields,
    leftBehind: row.left_behind,
    consents: row.consents,
    ownedOptOuts: row.owned_opt_outs,
    archivedFrom: row.archived_from,
    absentReads: row.absent_reads,
    eraseAt: row.erase_at,
    eraseConfirmed: row.erase_confirmed_at !== null,
    erasureId: row.erasure_id,
    ruleState: row.rule_state,
    deliveries: row.deliveries,
    force: row.force,
    historic: row.historic,
    runId: row.run_id,
    undo: row.undo,
  };
}
