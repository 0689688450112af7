/** The ledger as a list: pages by key, never by offset, so that the millionth row costs what the first one does. */
import { type RawBuilder, sql } from "kysely";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { Lane, type RowState } from "./row";
import { wantedAgain } from "./undo";

export interface ActivityRow {
  customerId: CustomerId;
  state: RowState;
  reason: string | null;
  vendorText: string | null;
  warnings: string[];
  attempts: number;
  /** Of the newest mark or outcome. */
  at: Date;
  deliveredAt: Date | null;
  /** Not before then; `null` = not before the next change. */
  dueAt: Date | null;
  /** Where a page that follows this row begins. */
  place: Place;
}

/** A row's place in the order: newest first. The time as text, since a Date would drop its microseconds. */
export interface Place {
  at: string;
  customerId: CustomerId;
}

export interface Filter {
  /** Empty: all of them. */
  states: readonly RowState[];
  reason: string | null;
}

export interface PageOf extends Filter {
  from: Place | null;
  /** `older`: what follows `from`; `newer`: what stands before it. */
  direction: "older" | "newer";
  limit: number;
}

export const allStates: readonly RowState[] = ["waiting", "retrying", "in_sync", "skipped", "refused", "gave_up", "gone"];

const columns = sql`l.customer_id, l.state, l.reason, l.vendor_text, l.warnings, l.attempts, l.updated_at, l.delivered_at, l.due_at,
  to_char(l.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as place`;

/** One walk along the index per state, merged: an order over all states would be one more index to keep. */
export async function activityPage(db: Db, connectionId: ConnectionId, page: PageOf): Promise<ActivityRow[]> {
  const isOlder = page.direction === "older";
  const order = isOlder ? sql`updated_at desc, customer_id desc` : sql`updated_at, customer_id`;
  const from = page.from
    ? sql`and (l.updated_at, l.customer_id) ${isOlder ? sql`<` : sql`>`} (${page.from.at}::timestamptz, ${page.from.customerId})`
    : sql``;
  const { rows } = await sql<RawRow>`
    select l.* from ${statesOf(page)} s(state) cross join lateral (
      select ${columns} from ledger l
      where l.connection_id = ${connectionId} and l.state = s.state ${reasonIs(page)} ${from}
      order by ${order} limit ${page.limit}
    ) l order by ${order} limit ${page.limit}`.execute(db);
  const found = rows.map(toRow);
  return isOlder ? found : found.reverse();
}

/** These customers alone, where the connection knows them. */
export async function activityOf(db: Db, connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<ActivityRow[]> {
  const { rows } = await sql<RawRow>`
    select ${columns} from ledger l
    where l.connection_id = ${connectionId} and l.customer_id in (select json_array_elements_text(${JSON.stringify(ids)}::json))`.execute(
    db,
  );
  return rows.map(toRow);
}

/** What an attempt came to. */
export interface Answered {
  at: Date;
  state: RowState;
  change: "created" | "updated" | "unchanged" | null;
  reason: string | null;
}

/** One customer with what only a close look shows. */
export interface ActivityRecord {
  row: ActivityRow;
  remoteKey: string | null;
  ownedTags: string[];
  deliveries: number;
  /** Newest first, a few. */
  answers: Answered[];
}

export async function recordOf(db: Db, connectionId: ConnectionId, customerId: CustomerId): Promise<ActivityRecord | null> {
  const { rows } = await sql<RawRow & { remote_key: string | null; owned_tags: string[]; deliveries: number; answers: RawAnswer[] }>`
    select ${columns}, l.remote_key, l.owned_tags, l.deliveries, l.answers from ledger l
    where l.connection_id = ${connectionId} and l.customer_id = ${customerId}`.execute(db);
  const [raw] = rows;
  if (!raw) return null;
  const answers = raw.answers.map(({ at, state, change, reason }) => ({
    at: new Date(at * 1_000),
    state,
    change: change ?? null,
    reason: reason ?? null,
  }));
  return { row: toRow(raw), remoteKey: raw.remote_key, ownedTags: raw.owned_tags, deliveries: raw.deliveries, answers };
}

interface RawAnswer {
  /** Seconds. */
  at: number;
  state: RowState;
  change?: Answered["change"];
  reason?: string;
}

/** Reasons with how many customers stand under each: kept, not counted. */
export async function reasonsOf(db: Db, connectionId: ConnectionId): Promise<{ state: RowState; reason: string; count: number }[]> {
  const { rows } = await sql<{ state: RowState; reason: string; n: string }>`
    select state, reason, n from ledger_reason where connection_id = ${connectionId} and n > 0 and state in ${shownReasons}
    order by n desc, reason limit 200`.execute(db);
  return rows.map((row) => ({ state: row.state, reason: row.reason, count: Number(row.n) }));
}

const shownReasons = sql`('skipped', 'refused', 'gave_up', 'retrying')`;
/** A customer who is waiting is due already; one who is gone has nothing to send. */
const retriable: readonly RowState[] = ["retrying", "refused", "gave_up", "skipped"];

/**
 * "Try again" for everybody under a filter: behind fresh changes, or, since a person asked for it, in spite of a live
 * sync that is off. Looks at the provider whatever the fingerprint says.
 * Without a state it means those who should have been sent and were not.
 * @returns how many are due now because of it.
 */
export async function retryAll(db: Db, connectionId: ConnectionId, filter: Filter): Promise<number> {
  const wanted = filter.states.length > 0 ? filter.states : (["retrying", "refused", "gave_up"] as const);
  const states = wanted.filter((state) => retriable.includes(state));
  const { numAffectedRows } = await sql`
    update ledger l set version = l.version + 1, lane = case when c.live then ${sql.lit(Lane.backfill)} else ${sql.lit(Lane.page)} end, state = 'waiting', due_at = now(), attempts = 0,
      failing_since = null, rereads = 0, refused_fingerprint = null, force = true, undo = ${wantedAgain}, updated_at = now()
    from connection_state c
    where c.id = l.connection_id and l.connection_id = ${connectionId} and l.state in (select json_array_elements_text(${JSON.stringify(states)}::json))
      and l.in_flight is null ${reasonIs(filter)}`.execute(db);
  return Number(numAffectedRows ?? 0);
}

function statesOf(filter: Filter): RawBuilder<unknown> {
  const states = filter.states.length > 0 ? filter.states : allStates;
  return sql`json_array_elements_text(${JSON.stringify(states)}::json)`;
}

function reasonIs(filter: Filter): RawBuilder<unknown> {
  return filter.reason === null ? sql`` : sql`and l.reason = ${filter.reason}`;
}

interface RawRow {
  customer_id: string;
  state: RowState;
  reason: string | null;
  vendor_text: string | null;
  warnings: string[];
  attempts: number;
  updated_at: Date;
  delivered_at: Date | null;
  due_at: Date | null;
  place: string;
}

function toRow(row: RawRow): ActivityRow {
  return {
    customerId: row.customer_id,
    state: row.state,
    reason: row.reason,
    vendorText: row.vendor_text,
    warnings: row.warnings,
    attempts: row.attempts,
    at: row.updated_at,
    deliveredAt: row.delivered_at,
    dueAt: row.due_at,
    place: { at: row.place, customerId: row.customer_id },
  };
}
