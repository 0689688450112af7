/**
 * Opens a connection for whoever is about to use it: settings and credentials as Saleor holds them now. One small
 * SELECT says whether what was read before still stands; only then is Saleor spared the question.
 */
import type { EngineSettings, OpenConnection as OpenedForUse } from "@/model/connection";
import type { ConnectionId, Shop, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { AnyProvider } from "@/providers/contract";
import { type FindProvider, mirrorOf, targetOf } from "./provider-parts";
import type { SettingsStore } from "./settings-store";
import { findRowWithShop, follow, type Mirror, type StateRow, setHealth } from "./state-rows";
import { SettingsUnavailable, type StoredConnection } from "./stored";

export interface OpenConnection extends OpenedForUse {
  live: boolean;
  /** As it rests; the source of `account` and the like for pages. */
  stored: StoredConnection;
}

export type Opened =
  | { kind: "open"; connection: OpenConnection }
  | { kind: "unreadable"; reason: string }
  | { kind: "unavailable"; reason: string }
  | { kind: "gone" };

interface OpenDeps {
  db: Db;
  store: SettingsStore;
  provider: FindProvider;
  ledgerReset(connectionId: ConnectionId): Promise<void>;
}

interface Cached {
  rowVersion: number;
  /** Saleor answered something older than the row says: a lagging replica, or a save that broke off. */
  untilMs: number;
  connection: OpenConnection;
}

const doubtfulMs = 60_000;
const cacheSize = 1_000;

export function createOpen(deps: OpenDeps) {
  const cache = new Map<ConnectionId, Cached>();

  /** @param ofShop where a page asks: another shop's connection does not exist for it. */
  async function open(id: ConnectionId, ofShop?: ShopId): Promise<Opened> {
    const found = await findRowWithShop(deps.db, id);
    if (!found) cache.delete(id);
    if (!found || (ofShop !== undefined && found.shop.id !== ofShop)) return { kind: "gone" };
    const known = cache.get(id);
    if (known && !found.row.saving && known.rowVersion === found.row.version && known.untilMs > Date.now()) {
      return { kind: "open", connection: known.connection };
    }
    cache.delete(id);
    return await read(found).catch(unavailable);
  }

  async function read({ row, shop }: { row: StateRow; shop: Shop }): Promise<Opened> {
    const provider = deps.provider(row.provider);
    if (!provider) return { kind: "unavailable", reason: "provider_unknown" };
    const session = deps.store.session(shop);
    const stored = await session.read(row.provider);
    if (stored.kind === "none") return isYoung(row) ? { kind: "unavailable", reason: "not_saved_yet" } : { kind: "gone" };
    const pepper = stored.kind === "found" ? await session.pepper() : stored;
    if (stored.kind === "unreadable" || pepper.kind !== "found") return unreadable(row, pepper.kind === "unreadable" ? pepper.reason : "");
    const connection = assemble(provider, { row, shop, stored: stored.value, pepper: pepper.value });
    if (!connection) return unreadable(row, "unknown_shape");
    const version = await heal(deps, row, mirrorOf(provider, stored.value), stored.value.version);
    if (row.health === "unreadable") await setHealth(deps.db, row.id, "ok", null);
    if (!row.saving) remember(connection, version);
    return { kind: "open", connection };
  }

  async function unreadable(row: StateRow, reason: string): Promise<Opened> {
    await setHealth(deps.db, row.id, "unreadable", reason);
    return { kind: "unreadable", reason };
  }

  function remember(connection: OpenConnection, rowVersion: number): void {
    const oldest = cache.size >= cacheSize ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    const untilMs = connection.version >= rowVersion ? Number.POSITIVE_INFINITY : Date.now() + doubtfulMs;
    cache.set(connection.id, { rowVersion, untilMs, connection });
  }

  return { open, forget: (id: ConnectionId) => cache.delete(id) };
}

/** Its first save is under way, or has not reached the replica that answered. */
function isYoung(row: StateRow): boolean {
  return row.saving || row.createdAt.getTime() > Date.now() - doubtfulMs;
}

function unavailable(error: unknown): Opened {
  if (error instanceof SettingsUnavailable) return { kind: "unavailable", reason: error.reason };
  throw error;
}

/** `null` where this release no longer understands what an older one wrote. */
function assemble(
  provider: AnyProvider,
  { row, shop, stored, pepper }: { row: StateRow; shop: Shop; stored: StoredConnection; pepper: string },
): OpenConnection | null {
  const settings = provider.settings.safeParse(stored.settings);
  const credentials = provider.credentials.safeParse(stored.credentials);
  if (!settings.success || !credentials.success) return null;
  return {
    id: row.id,
    shop,
    provider: provider.id,
    settings: settings.data as Record<string, unknown> & EngineSettings,
    credentials: credentials.data,
    target: targetOf(provider, settings.data),
    limitKey: stored.account.limitKey,
    version: stored.version,
    live: stored.live,
    pepper,
    stored,
  };
}

/** A save that reached Saleor and broke off before its row: the row follows. @returns the row's version from now on. */
export async function heal(deps: Pick<OpenDeps, "db" | "ledgerReset">, row: StateRow, mirror: Mirror, version: number): Promise<number> {
  const moved = row.limitKey !== mirror.limitKey || row.target !== mirror.target;
  const differs = moved || row.targetName !== mirror.targetName || row.live !== mirror.live || version > row.version;
  if (row.saving || !differs || version < row.version) return row.version;
  if (moved && row.limitKey !== "") await deps.ledgerReset(row.id);
  return (await follow(deps.db, row, version, mirror)) ? version : row.version;
}
