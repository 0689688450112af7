import type { ConnectionId, Shop } from "./shop";

/** Settings that the engine reads by name; every provider's schema has them, with its own defaults. */
export interface EngineSettings {
  /** Tag on every contact we write; empty = none. */
  importTag: string;
  includeStaff: boolean;
  deletion: "leave" | "archive";
}

/** A connection with its secrets, as the drain needs it. Lives in memory only. */
export interface OpenConnection {
  id: ConnectionId;
  shop: Shop;
  provider: string;
  settings: Record<string, unknown> & EngineSettings;
  credentials: Record<string, unknown>;
  /** Empty = the merchant has not chosen yet. */
  target: string;
  limitKey: string;
  /** Grows with every saved change: what is cached under an older version is stale. */
  version: number;
  /** Random per shop: key of the e-mail hashes in the ledger. */
  pepper: string;
}
