/**
 * SQL of `connection_state`: what the rest of the app may know of a connection without asking Saleor. Single
 * statements only (platform/db.ts says why); a save holds the row by `saving_until`, not by a lock.
 */
import { sql } from "kysely";
import type { ConnectionId, SaleorApiUrl, Shop, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";

export type StoredHealth = "ok" | "reconnect" | "target_gone" | "provider_down" | "unreadable";

export interface StateRow {
  id: ConnectionId;
  shopId: ShopId;
  provider: string;
  limitKey: string;
  target: string;
  targetName: string;
  live: boolean;
  health: StoredHealth;
  healthReason: string | null;
  healthSince: Date | null;
  version: number;
  /** A save is under way: what Saleor answers may change any moment. */
  saving: boolean;
  /** Live sync was switched off then; null while it is on, and where it never was. */
  pausedAt: Date | null;
  lastDeliveredAt: Date | null;
  createdAt: Date;
}

/** What a row repeats of the sealed settings. */
export interface Mirror {
  limitKey: string;
  target: string;
  targetName: string;
  live: boolean;
}

interface RawRow {
  id: string;
  shop_id: string;
  provider: string;
  limit_key: string;
  target: string;
  target_name: string;
  live: boolean;
  health: StoredHealth;
  health_reason: string | null;
  health_since: Date | null;
  settings_version: string | number;
  saving: boolean;
  paused_at: Date | null;
  last_delivered_at: Date | null;
  created_at: Date;
}

const columns = sql.raw(`c.id, c.shop_id, c.provider, c.limit_key, c.target, c.target_name, c.live, c.health, c.health_reason,
  c.health_since, c.settings_version, coalesce(c.saving_until > now(), false) as saving, c.paused_at, c.last_delivered_at, c.created_at`);

export async function findRow(db: Db, shopId: ShopId, provider: string): Promise<StateRow | null> {
  const { rows } = await sql<RawRow>`
    select ${columns} from connection_state c where c.shop_id = ${shopId} and c.provider = ${provider}`.execute(db);
  return rows[0] ? toRow(rows[0]) : null;
}

export async function findRowWithShop(db: Db, id: ConnectionId): Promise<{ row: StateRow; shop: Shop } | null> {
  const { rows } = await sql<RawRow & { saleor_api_url: string; app_id: string }>`
    select ${columns}, s.saleor_api_url, s.app_id from connection_state c
    join shop s on s.id = c.shop_id and s.retired_at is null where c.id = ${id}`.execute(db);
  const raw = rows[0];
  return raw ? { row: toRow(raw), shop: { id: raw.shop_id, saleorApiUrl: raw.saleor_api_url as SaleorApiUrl, appId: raw.app_id } } : null;
}

export async function listRows(db: Db, shopId: ShopId): Promise<StateRow[]> {
  const { rows } = await sql<RawRow>`
    select ${columns} from connection_state c where c.shop_id = ${shopId} order by c.created_at, c.id`.execute(db);
  return rows.map(toRow);
}

const saveSeconds = sql.lit("30 seconds");
const notSaving = sql`(saving_until is null or saving_until < now())`;

/** The turn to save, for whoever saw the row as it is now. @returns whether it is ours. */
export async function claim(db: Db, row: Pick<StateRow, "id" | "version">): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update connection_state set settings_version = settings_version + 1, saving_until = now() + interval ${saveSeconds}
    where id = ${row.id} and settings_version = ${row.version} and ${notSaving}`.execute(db);
  return numAffectedRows === 1n;
}

/** The turn to save what does not exist yet. @returns false where somebody else was first. */
export async function claimNew(db: Db, input: { id: ConnectionId; shopId: ShopId; provider: string; version: number }): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into connection_state (id, shop_id, provider, settings_version, saving_until)
    values (${input.id}, ${input.shopId}, ${input.provider}, ${input.version}, now() + interval ${saveSeconds}) on conflict do nothing`.execute(
    db,
  );
  return numAffectedRows === 1n;
}

/** The save stands in Saleor. @returns false where the claim had run out and somebody else's turn began. */
export async function finish(db: Db, id: ConnectionId, claimed: number, mirror: Mirror): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update connection_state set settings_version = settings_version + 1, saving_until = null, limit_key = ${mirror.limitKey},
      target = ${mirror.target}, target_name = ${mirror.targetName}, live = ${mirror.live}
    where id = ${id} and settings_version = ${claimed}`.execute(db);
  return numAffectedRows === 1n;
}

/** The save did not happen, as far as we know. The version stays raised, so that nobody trusts what was read before. */
export async function release(db: Db, id: ConnectionId, claimed: number): Promise<void> {
  await sql`update connection_state set saving_until = null where id = ${id} and settings_version = ${claimed}`.execute(db);
}

export async function removeRow(db: Db, id: ConnectionId, version: number): Promise<{ removed: boolean; waiting: number }> {
  const { rows } = await sql<{ removed: string; waiting: string }>`
    with waiting as (select count(*) as n from ledger where connection_id = ${id} and due_at is not null),
    removed as (delete from connection_state where id = ${id} and settings_version = ${version} returning 1)
    select (select n from waiting) as waiting, (select count(*) from removed) as removed`.execute(db);
  return { removed: Number(rows[0]?.removed) === 1, waiting: Number(rows[0]?.waiting ?? 0) };
}

/** What Saleor holds is newer than the row, or the row was lost: the row follows. Never during a save. */
export async function follow(db: Db, row: Pick<StateRow, "id" | "version">, version: number, mirror: Mirror): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update connection_state set settings_version = ${version}, saving_until = null, limit_key = ${mirror.limitKey},
      target = ${mirror.target}, target_name = ${mirror.targetName}, live = ${mirror.live}
    where id = ${row.id} and settings_version = ${row.version} and ${notSaving}`.execute(db);
  return numAffectedRows === 1n;
}

export async function insertFound(
  db: Db,
  input: { id: ConnectionId; shopId: ShopId; provider: string; version: number; health: StoredHealth; healthReason: string | null },
  mirror: Mirror,
): Promise<void> {
  await sql`
    insert into connection_state (id, shop_id, provider, settings_version, limit_key, target, target_name, live, health, health_reason, health_since)
    values (${input.id}, ${input.shopId}, ${input.provider}, ${input.version}, ${mirror.limitKey}, ${mirror.target}, ${mirror.targetName},
      ${mirror.live}, ${input.health}, ${input.healthReason}, ${input.health === "ok" ? null : sql`now()`})
    on conflict do nothing`.execute(db);
}

/** A row that Saleor knows nothing of: a disconnect or a first connect that broke off. Young rows are left alone: a replica may lag. */
export async function removeOrphan(db: Db, row: Pick<StateRow, "id" | "version">): Promise<void> {
  await sql`
    delete from connection_state
    where id = ${row.id} and settings_version = ${row.version} and ${notSaving} and created_at < now() - interval '1 minute'`.execute(db);
}

/** @returns whether this is news. */
export async function setHealth(db: Db, id: ConnectionId, health: StoredHealth, reason: string | null): Promise<boolean> {
  const { rows } = await sql<{ before: string }>`
    update connection_state c set health = ${health}, health_reason = ${reason},
      health_since = case when before.health = ${health} then c.health_since when ${health} = 'ok' then null else now() end
    from (select id, health from connection_state where id = ${id}) before
    where c.id = before.id and (c.health <> ${health} or c.health_reason is distinct from ${reason})
    returning before.health as before`.execute(db);
  return rows[0] !== undefined && rows[0].before !== health;
}

function toRow(raw: RawRow): StateRow {
  return {
    id: raw.id,
    shopId: raw.shop_id,
    provider: raw.provider,
    limitKey: raw.limit_key,
    target: raw.target,
    targetName: raw.target_name,
    live: raw.live,
    health: raw.health,
    healthReason: raw.health_reason,
    healthSince: raw.health_since,
    version: Number(raw.settings_version),
    saving: raw.saving,
    pausedAt: raw.paused_at,
    lastDeliveredAt: raw.last_delivered_at,
    createdAt: raw.created_at,
  };
}
