/** Looking, without touching: counters, rows and reasons for the pages. */
import { sql } from "kysely";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { RowState } from "./row";

/** Kept counters, never a count over the rows. */
export async function countStates(
  db: Db,
  connectionIds: readonly ConnectionId[],
): Promise<Map<ConnectionId, Partial<Record<RowState, number>>>> {
  const { rows } = await sql<{ connection_id: string; state: RowState; n: string }>`
    select connection_id, state, n from ledger_count
    where connection_id in (select json_array_elements_text(${JSON.stringify(connectionIds)}::json))`.execute(db);
  const byConnection = new Map<ConnectionId, Partial<Record<RowState, number>>>();
  for (const row of rows) byConnection.set(row.connection_id, { ...byConnection.get(row.connection_id), [row.state]: Number(row.n) });
  return byConnection;
}

export interface SettledRow {
  customerId: CustomerId;
  state: RowState;
  version: number;
  /** No outcome yet for the newest mark. */
  pending: boolean;
  change: "created" | "updated" | "unchanged" | null;
  reason: string | null;
  vendorText: string | null;
  warnings: string[];
  remoteKey: string | null;
}

export async function readRows(db: Db, connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<SettledRow[]> {
  const { rows } = await sql<{
    customer_id: string;
    state: RowState;
    version: string;
    pending: boolean;
    change: SettledRow["change"];
    reason: string | null;
    vendor_text: string | null;
    warnings: string[];
    remote_key: string | null;
  }>`
    select customer_id, state, version, state = 'waiting' or in_flight is not null or (force and due_at is not null) as pending, change, reason, vendor_text, warnings, remote_key
    from ledger where connection_id = ${connectionId} and customer_id in (select json_array_elements_text(${JSON.stringify(ids)}::json))`.execute(
    db,
  );
  return rows.map((row) => ({
    customerId: row.customer_id,
    state: row.state,
    version: Number(row.version),
    pending: row.pending,
    change: row.change,
    reason: row.reason,
    vendorText: row.vendor_text,
    warnings: row.warnings,
    remoteKey: row.remote_key,
  }));
}

/** How many of these customers have no outcome for the run yet. A row in backoff does not count: nobody can wait for it. */
export async function countPending(db: Db, connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from ledger
    where connection_id = ${connectionId} and (state = 'waiting' or in_flight is not null)
      and customer_id in (select json_array_elements_text(${JSON.stringify(ids)}::json))`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/** Those among these customers that nobody needs to wait for: settled, in backoff, or of a connection that only a person can mend. */
export async function settledAmong(db: Db, connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<CustomerId[]> {
  const { rows } = await sql<{ customer_id: string }>`
    with wanted as (select value as customer_id from json_array_elements_text(${JSON.stringify(ids)}::json))
    select wanted.customer_id from wanted
    left join connection_state c on c.id = ${connectionId}
    left join ledger l on l.connection_id = c.id and l.customer_id = wanted.customer_id
    where l.customer_id is null or (l.state <> 'waiting' and l.in_flight is null) or c.health in ('reconnect', 'target_gone', 'unreadable')`.execute(
    db,
  );
  return rows.map((row) => row.customer_id);
}

export interface RunRow {
  customerId: CustomerId;
  state: RowState;
  reason: string | null;
  vendorText: string | null;
  warnings: string[];
  at: Date;
}

/** Rows of a run that did not simply go through, by customer id. @param after exclusive */
export async function runRows(
  db: Db,
  connectionId: ConnectionId,
  input: { runId: string; after: string; limit: number },
): Promise<RunRow[]> {
  const { rows } = await sql<{
    customer_id: string;
    state: RowState;
    reason: string | null;
    vendor_text: string | null;
    warnings: string[];
    updated_at: Date;
  }>`
    select customer_id, state, reason, vendor_text, warnings, updated_at from ledger
    where connection_id = ${connectionId} and seen_run = ${input.runId} and customer_id > ${input.after}
      and (state in ('skipped', 'refused', 'gave_up', 'retrying') or warnings <> '[]')
    order by customer_id limit ${input.limit}`.execute(db);
  return rows.map((row) => ({
    customerId: row.customer_id,
    state: row.state,
    reason: row.reason,
    vendorText: row.vendor_text,
    warnings: row.warnings,
    at: row.updated_at,
  }));
}

interface ReasonRow {
  state: RowState;
  reason: string;
  n: string;
}

/** What a person should look at comes first. */
const gravest = sql`array_position(array['refused', 'gave_up', 'retrying', 'skipped', 'in_sync'], state), 3 desc`;

const toReason = (row: ReasonRow) => ({ state: row.state, reason: row.reason, count: Number(row.n) });

/** Reasons with counts, of one run or of everybody: who did not go, and who went with something left out. */
export async function countReasons(db: Db, connectionId: ConnectionId, runId: string | null) {
  const { rows } = await sql<ReasonRow>`
    select state, coalesce(reason, warnings->>0, 'unknown') as reason, count(*) as n from ledger
    where connection_id = ${connectionId} and (${runId}::text is null or seen_run = ${runId})
      and (state in ('skipped', 'refused', 'gave_up', 'retrying') or (state = 'in_sync' and warnings <> '[]'))
    group by 1, 2 order by ${gravest} limit 50`.execute(db);
  return rows.map(toReason);
}

/** So many of the newest are looked at: a shop may have set a million tags wrongly. */
const NEWEST = 10_000;

/** What was left out of customers that were sent. @param besidesRun its customers are listed with it. */
export async function leftOut(db: Db, connectionId: ConnectionId, besidesRun: string | null) {
  const { rows } = await sql<ReasonRow>`
    select 'in_sync' as state, reason, count(*) as n from (
      select coalesce(warnings->>0, 'unknown') as reason from ledger
      where connection_id = ${connectionId} and warnings <> '[]' and state = 'in_sync'
        and (${besidesRun}::text is null or seen_run is distinct from ${besidesRun}::text)
      order by updated_at desc limit ${NEWEST}
    ) newest group by reason order by n desc limit 20`.execute(db);
  return rows.map(toReason);
}
