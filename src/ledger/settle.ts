/** Verdicts go into the ledger; counters of runs and hours move in the same statement. A stale token settles nothing. */
import { sql } from "kysely";
import type { RuleState } from "@/model/change-rules";
import type { UndoEnd } from "@/model/undo";
import type { Db } from "@/platform/db";
import { holds } from "./lease";
import type { DueRow, Held, RowState, Undo } from "./row";

/** What the drain decided about one row. Fields left out stay as they are. */
export interface Verdict {
  row: DueRow;
  state: RowState;
  /** Seconds until the row is due again; null = not before the next mark. */
  dueInSeconds: number | null;
  attempts: number;
  /** Set on the first failure in a row of failures, null when something worked. */
  failingSince: Date | null;
  reason: string | null;
  vendorText?: string | null;
  rereads?: number;
  /** `null` = not known. Left out = as before. */
  fingerprint?: string | null;
  refusedFingerprint?: string | null;
  remoteKey?: string | null;
  emailHmac?: string | null;
  ownedTags?: readonly string[];
  ownedFields?: readonly string[];
  /** Words that were sent; other channels keep theirs. */
  consents?: Readonly<Record<string, boolean>>;
  ownedOptOuts?: readonly string[];
  /** Last values of the change rules, all of them; none = forgotten. */
  ruleState?: RuleState;
  /** Words that are new, for the log. */
  consentNews?: readonly { channel: string; word: boolean; evidence: string }[];
  /** The customer moved onto another contact: this one is still to be dealt with. */
  leftBehind?: Held;
  warnings?: readonly string[];
  change?: "created" | "updated" | "unchanged" | null;
  /** The deletion that an event spoke of is dealt with, or was taken back. */
  goneSettled?: boolean;
  /** The contact waits for its erasure until then. */
  eraseAt?: Date;
  /** Nothing of the person stays in the row: it only says what became of them. */
  wiped?: boolean;
  readAt?: Date;
  /** `updatedAt` of the customer as it was read: catch-up leaves alone what was seen at least as fresh. */
  seenUpdatedAt?: string;
  /** What is kept of an undo from now on. With an end it is over, and counts for its run. */
  undo?: { kept: Undo | null; end: UndoEnd | null };
}

/** @returns how many rows took their verdict. */
export async function settle(db: Db, lease: { limitKey: string; token: number }, verdicts: readonly Verdict[]): Promise<number> {
  if (verdicts.length === 0) return 0;
  const { rows } = await sql<{ n: string }>`
    with v as (
      select * from json_to_recordset(${JSON.stringify(verdicts.map(toRecord), storable)}::json) as v(
        connection_id text, customer_id text, version bigint, state text, due_in double precision, attempts integer,
        failing_since timestamptz, reason text, vendor_text text, rereads integer, has_fingerprint boolean, fingerprint text,
        has_refused boolean, refused_fingerprint text, has_remote boolean, remote_key text, has_hmac boolean, email_hmac text,
        owned_tags jsonb, owned_fields jsonb, consents jsonb, owned_opt_outs jsonb, rule_state jsonb, consent_news jsonb, left_behind jsonb, warnings jsonb, change text, gone_settled boolean, erase_at timestamptz, erasure_id text, wiped boolean, delivered boolean, final boolean, run_id text, read_at timestamptz, seen_updated_at timestamptz,
        has_undo boolean, undo jsonb, undo_end text, undo_run text)
      -- Marks lock their rows in this order as well.
      order by connection_id, customer_id
    ), done as (
      update ledger l set
        -- Left as it was: so is what the merchant reads of it.
        state = case when l.version = v.version and v.undo_end in ('left', 'failed') then coalesce(l.state_before, v.state)
                     when l.version = v.version then v.state when l.state = 'retrying' then l.state else 'waiting' end,
        due_at = case when l.version <> v.version then coalesce(l.due_at, now())
                      when v.due_in is null then null else now() + v.due_in * interval '1 second' end,
        attempts = v.attempts,
        failing_since = v.failing_since,
        reason = v.reason,
        vendor_text = v.vendor_text,
        rereads = case when l.version = v.version then v.rereads else 0 end,
        wanted_at = case when l.version = v.version and v.final and v.due_in is null then null else l.wanted_at end,
        fingerprint = case when v.has_fingerprint then v.fingerprint else l.fingerprint end,
        refused_fingerprint = case when v.has_refused then v.refused_fingerprint else l.refused_fingerprint end,
        remote_key = case when v.has_remote then v.remote_key else l.remote_key end,
        email_hmac = case when v.has_hmac then v.email_hmac else l.email_hmac end,
        -- Where it was sent counts until the answer says where it stands.
        sent_hmac = case when v.has_hmac or v.state = 'refused' then null else l.sent_hmac end,
        owned_tags = coalesce(v.owned_tags, l.owned_tags),
        owned_fields = coalesce(v.owned_fields, l.owned_fields),
        consents = case when v.wiped then '{}' else l.consents || coalesce(v.consents, '{}') end,
        rule_state = case when v.wiped then null else nullif(coalesce(v.rule_state, l.rule_state), '{}') end,
        lost_fingerprint = case when v.wiped then null else l.lost_fingerprint end,
        owned_opt_outs = coalesce(v.owned_opt_outs, l.owned_opt_outs),
        archived_from = case when v.undo_end in ('left', 'failed') then l.archived_from when v.wiped or v.state = 'in_sync' then null else l.archived_from end,
        erase_at = case when v.erase_at is not null then v.erase_at when v.state in ('gone', 'in_sync', 'skipped', 'refused') then null else l.erase_at end,
        erase_confirmed_at = case when v.erase_at is null and v.state in ('gone', 'in_sync', 'skipped', 'refused') then null else l.erase_confirmed_at end,
        -- A request that came meanwhile is not answered by this.
        erasure_id = case when (v.wiped or v.state = 'refused') and l.erasure_id = v.erasure_id then null else l.erasure_id end,
        -- What is left behind stays noted until it is dealt with, or is held again.
        left_behind = case when v.wiped then '[]' when l.left_behind = '[]' and v.left_behind is null then l.left_behind else coalesce((
          select jsonb_agg(h) from jsonb_path_query(l.left_behind || coalesce(v.left_behind, '[]'), '$[*]') h
          where h->>'remoteKey' is distinct from case when v.has_remote then v.remote_key else l.remote_key end), '[]') end,
        warnings = case when v.undo_end in ('left', 'failed') then l.warnings else coalesce(v.warnings, '[]') end,
        -- The same answer again is the same line; five are kept.
        answers = jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
            'at', extract(epoch from now())::bigint, 'state', v.state, 'change', v.change, 'reason', v.reason)))
          || jsonb_path_query_array(l.answers, case when l.answers->0->>'state' = v.state and l.answers->0->>'reason' is not distinct from v.reason
            and l.answers->0->>'change' is not distinct from v.change then '$[1 to 4]'::jsonpath else '$[0 to 3]'::jsonpath end),
        change = coalesce(v.change, l.change),
        gone_at = case when v.gone_settled and l.version = v.version then null else l.gone_at end,
        lane = case when v.undo_end in ('left', 'failed') and l.lane = 0 then 1 else l.lane end,
        -- Delivered again, it is undone no more.
        undo = case when v.wiped then null when v.has_undo then v.undo when v.state = 'in_sync' and l.undo->>'state' = 'done' then null else l.undo end,
        created_by_run = case when v.undo_end = 'undone' then null when v.change = 'created' then v.run_id else l.created_by_run end,
        deliveries = l.deliveries + case when v.delivered then 1 else 0 end,
        delivered_at = case when v.delivered then now() else l.delivered_at end,
        force = l.force and (not v.final or l.version <> v.version),
        historic = l.historic and (not v.final or l.version <> v.version),
        run_id = case when v.final and l.version = v.version then null else l.run_id end,
        state_before = case when v.final and l.version = v.version then null else l.state_before end,
        in_flight = null, in_flight_at = null, read_at = coalesce(v.read_at, l.read_at),
        seen_updated_at = coalesce(v.seen_updated_at, l.seen_updated_at), updated_at = now()
      from v
      where l.connection_id = v.connection_id and l.customer_id = v.customer_id and ${holds(lease)}
      -- Created by an attempt that did not come to its end is created all the same.
      returning v.connection_id, v.email_hmac, v.consent_news, v.run_id, v.final and l.version = v.version as final, v.state, v.delivered,
        case when l.created_by_run = v.run_id then 'created' else v.change end as change, v.undo_end, v.undo_run, v.reason
    ), runs as (
      update sync_run r set
        created = r.created + d.created, updated = r.updated + d.updated, unchanged = r.unchanged + d.unchanged,
        skipped = r.skipped + d.skipped, refused = r.refused + d.refused, gave_up = r.gave_up + d.gave_up
      from (
        select run_id,
          count(*) filter (where state = 'in_sync' and change = 'created') as created,
          count(*) filter (where state = 'in_sync' and change = 'updated') as updated,
          count(*) filter (where state = 'in_sync' and (change is null or change = 'unchanged')) as unchanged,
          count(*) filter (where state in ('skipped', 'gone')) as skipped,
          count(*) filter (where state = 'refused') as refused,
          count(*) filter (where state = 'gave_up') as gave_up
        from done where final and run_id is not null group by run_id
      ) d where r.id = d.run_id
    ), hours as (
      insert into delivery_hour as h (connection_id, hour, sent, failed)
      select connection_id, date_trunc('hour', now(), 'UTC'), count(*) filter (where delivered), count(*) filter (where final and state in ('refused', 'gave_up'))
      from done where delivered or (final and state in ('refused', 'gave_up')) group by 1 order by 1
      on conflict (connection_id, hour) do update set sent = h.sent + excluded.sent, failed = h.failed + excluded.failed
    ), undos as (
      insert into run_undo_count as u (run_id, ended, reason, n)
      select undo_run, undo_end, coalesce(reason, 'unknown'), count(*) from done
      where undo_end is not null and exists (select 1 from run_undo where run_id = undo_run) group by 1, 2, 3 order by 1, 2, 3
      on conflict (run_id, ended, reason) do update set n = u.n + excluded.n
    ), logged as (
      insert into consent_log (shop_id, connection_id, person, channel, word, source, evidence)
      select c.shop_id, c.id, done.email_hmac, news->>'channel', (news->>'word')::boolean, 'saleor', news->>'evidence'
      from done join connection_state c on c.id = done.connection_id, jsonb_path_query(done.consent_news, '$[*]') news
      where done.email_hmac is not null
    ), connections as (
      update connection_state c set last_delivered_at = now()
      where c.id in (select connection_id from done where delivered)
        and (c.last_delivered_at is null or c.last_delivered_at < now() - interval '1 second')
    )
    select count(*) as n from done`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/** PostgreSQL takes neither NUL nor half a character, and one of them in a vendor's word would lose the verdicts of a whole batch. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.replace(/[\0\p{Surrogate}]/gu, "") : value;
}

function toRecord(verdict: Verdict) {
  const { row } = verdict;
  return {
    connection_id: row.connectionId,
    customer_id: row.customerId,
    version: row.version,
    state: verdict.state,
    due_in: verdict.dueInSeconds,
    attempts: verdict.attempts,
    failing_since: verdict.failingSince,
    reason: verdict.reason,
    vendor_text: verdict.vendorText ?? null,
    rereads: verdict.rereads ?? 0,
    has_fingerprint: verdict.fingerprint !== undefined,
    fingerprint: verdict.fingerprint ?? null,
    has_refused: verdict.refusedFingerprint !== undefined,
    refused_fingerprint: verdict.refusedFingerprint ?? null,
    has_remote: verdict.remoteKey !== undefined,
    remote_key: verdict.remoteKey ?? null,
    has_hmac: verdict.emailHmac !== undefined,
    email_hmac: verdict.emailHmac ?? null,
    owned_tags: verdict.ownedTags ?? null,
    owned_fields: verdict.ownedFields ?? null,
    consents: verdict.consents ?? null,
    owned_opt_outs: verdict.ownedOptOuts ?? null,
    rule_state: verdict.ruleState ?? null,
    consent_news: verdict.consentNews ?? null,
    left_behind: verdict.leftBehind ? [verdict.leftBehind] : null,
    warnings: verdict.warnings ?? null,
    change: verdict.change ?? null,
    gone_settled: verdict.goneSettled ?? false,
    erase_at: verdict.eraseAt ?? null,
    erasure_id: row.erasureId,
    wiped: verdict.wiped ?? false,
    delivered: verdict.change === "created" || verdict.change === "updated",
    final: isFinal(verdict.state),
    run_id: row.runId,
    read_at: verdict.readAt ?? null,
    seen_updated_at: verdict.seenUpdatedAt ?? null,
    ...undoOf(verdict),
    undo_run: row.undo?.run ?? null,
  };
}

/** Whatever else became of the customer for good, it is not asked for any more. */
function undoOf({ row, state, undo }: Verdict) {
  const isLost = row.undo?.state === "asked" && isFinal(state) && !undo?.end;
  return {
    has_undo: undo !== undefined || isLost,
    undo: isLost ? null : (undo?.kept ?? null),
    undo_end: isLost ? "failed" : (undo?.end ?? null),
  };
}

function isFinal(state: RowState): boolean {
  return state !== "waiting" && state !== "retrying";
}

/** What could not be read of these rows is forgotten, so that a person can have their customers sent anew. */
export async function clearDamage(db: Db, lease: { limitKey: string; token: number }, rows: readonly DueRow[]): Promise<void> {
  const keys = rows.map((row) => ({ connection: row.connectionId, customer: row.customerId }));
  await sql`
    update ledger l set owned_tags = '[]', owned_fields = '[]', left_behind = '[]', rule_state = null, warnings = '[]', wanted_at = null, gone_at = null, undo = null
    from json_to_recordset(${JSON.stringify(keys)}::json) as v(connection text, customer text)
    where l.connection_id = v.connection and l.customer_id = v.customer and ${holds(lease)}`.execute(db);
}
