/** Installations, and what their connections look like from here. In: a verified address and app id. Never a token. */
import { sql } from "kysely";
import type { ConnectionId, SaleorApiUrl, Shop } from "@/model/shop";
import { randomId } from "@/platform/crypto";
import type { Db } from "@/platform/db";
import type { AnyProvider } from "@/providers/contract";
import { heal } from "./open";
import { mirrorOf } from "./provider-parts";
import type { SettingsSession, SettingsStore } from "./settings-store";
import { findRow, insertFound, removeOrphan, setHealth } from "./state-rows";
import { SettingsUnavailable } from "./stored";

interface ShopsDeps {
  db: Db;
  store: SettingsStore;
  providers: readonly AnyProvider[];
  ledgerReset(connectionId: ConnectionId): Promise<void>;
}

type LoadResult = { kind: "loaded" } | { kind: "unavailable"; reason: string };

/** A new app id at the same address is a new shop: the old one's connections stop with it. */
export async function ensureShop(db: Db, saleorApiUrl: SaleorApiUrl, appId: string): Promise<Shop> {
  const known = await sql<{ id: string }>`
    select id from shop where saleor_api_url = ${saleorApiUrl} and app_id = ${appId} and retired_at is null`.execute(db);
  if (known.rows[0]) return { id: known.rows[0].id, saleorApiUrl, appId };
  const { rows } = await sql<{ id: string }>`
    with installed as (
      insert into shop (id, saleor_api_url, app_id) values (${randomId()}, ${saleorApiUrl}, ${appId})
      on conflict (saleor_api_url, app_id) do update set retired_at = null, settings_loaded = false
      returning id
    ), retired as (
      update shop set retired_at = now()
      where saleor_api_url = ${saleorApiUrl} and app_id <> ${appId} and retired_at is null returning id
    ), unfinished as (delete from oauth_attempt where shop_id in (select id from retired)),
    forgotten as (delete from pending_mark where shop_id in (select id from retired)),
    stopped as (delete from connection_state where shop_id in (select id from retired))
    select id from installed`.execute(db);
  return { id: rows[0]!.id, saleorApiUrl, appId };
}

/** Reads every provider's settings from Saleor, so that intake knows which connections are live. Nothing changes where Saleor could not be asked. */
export async function loadShop(deps: ShopsDeps, shop: Shop): Promise<LoadResult> {
  const session = deps.store.session(shop);
  try {
    for (const provider of deps.providers) await mirror(deps, shop, session, provider);
  } catch (error) {
    if (error instanceof SettingsUnavailable) return { kind: "unavailable", reason: error.reason };
    throw error;
  }
  await sql`update shop set settings_loaded = true where id = ${shop.id}`.execute(deps.db);
  return { kind: "loaded" };
}

const nothing = { limitKey: "", target: "", targetName: "", live: false };

async function mirror(deps: ShopsDeps, shop: Shop, session: SettingsSession, provider: AnyProvider): Promise<void> {
  const row = await findRow(deps.db, shop.id, provider.id);
  const stored = await session.read(provider.id);
  const place = { shopId: shop.id, provider: provider.id };
  if (stored.kind === "none") {
    if (row) await removeOrphan(deps.db, row);
  } else if (stored.kind === "unreadable") {
    if (row) await setHealth(deps.db, row.id, "unreadable", stored.reason);
    else await insertFound(deps.db, { ...place, id: randomId(), version: 1, health: "unreadable", healthReason: stored.reason }, nothing);
  } else if (row) {
    await heal(deps, row, mirrorOf(provider, stored.value), stored.value.version);
    if (row.health === "unreadable") await setHealth(deps.db, row.id, "ok", null);
  } else {
    const { connectionId, version } = stored.value;
    await insertFound(deps.db, { ...place, id: connectionId, version, health: "ok", healthReason: null }, mirrorOf(provider, stored.value));
  }
}

export async function findShop(db: Db, id: string): Promise<Shop | null> {
  const { rows } = await sql<{ saleor_api_url: string; app_id: string }>`
    select saleor_api_url, app_id from shop where id = ${id} and retired_at is null`.execute(db);
  return rows[0] ? { id, saleorApiUrl: rows[0].saleor_api_url, appId: rows[0].app_id } : null;
}

/** The app was removed: everything of this installation goes with it. */
export async function removeShop(db: Db, id: string): Promise<void> {
  await sql`delete from shop where id = ${id}`.execute(db);
}

/** The shop answers as if the app were not there: removed, on a core that does not say so, or deactivated. @returns whether this is news. */
export async function pauseShop(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql`update shop set paused_since = now() where id = ${id} and paused_since is null returning 1 as paused`.execute(
    db,
  );
  return rows.length > 0;
}

/** It knows the app again: what it missed is caught up with at once. @returns whether this is news. */
export async function resumeShop(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql`
    update shop set paused_since = null, catch_up_at = now() where id = ${id} and paused_since is not null returning 1 as resumed`.execute(
    db,
  );
  return rows.length > 0;
}

const KEPT_DAYS = 30;

/** Some of the paused shops, others each time; `isOver` = for so long that nobody will come back. */
export async function pausedShops(db: Db, limit: number): Promise<{ shop: Shop; isOver: boolean }[]> {
  const { rows } = await sql<{ id: string; saleor_api_url: string; app_id: string; over: boolean }>`
    select id, saleor_api_url, app_id, paused_since < now() - ${KEPT_DAYS} * interval '1 day' as over
    from shop where paused_since is not null and retired_at is null order by random() limit ${limit}`.execute(db);
  return rows.map((row) => ({ shop: { id: row.id, saleorApiUrl: row.saleor_api_url, appId: row.app_id }, isOver: row.over }));
}
