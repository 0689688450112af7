import type { ChangeRule } from "./change-rules";
import type { ConsentRule, FieldRule } from "./rules";
import type { ConnectionId, Shop } from "./shop";

/** What to do with the contact when the customer is gone from Saleor. */
export type DeletionPolicy = "leave" | "archive" | "tag" | "erase";
/** What can be done to a contact so that its person is let go. `erase` = permanently. */
export type Removal = Exclude<DeletionPolicy, "leave">;
/** What to do with the contact of a customer who is deactivated in Saleor. `leave` = they stay in sync like everybody. */
export type InactivePolicy = Exclude<DeletionPolicy, "erase">;

/** Settings that the engine reads by name; every provider's schema has them (`providers/kit/engine-settings.ts`). */
export interface EngineSettings {
  /** Tag on every contact we write; empty = none. */
  importTag: string;
  includeStaff: boolean;
  deletion: DeletionPolicy;
  /** Whole days, as text: how long a contact waits for its erasure under the policy `erase`. */
  eraseAfterDays: string;
  /** The tag of the policy `tag`. */
  deletionTag: string;
  inactive: InactivePolicy;
  /** The tag of deactivated customers under the policy `tag`. */
  inactiveTag: string;
  /** The merchant's mapping of values to fields. */
  fieldRules: readonly FieldRule[];
  /** Where a customer's consent stands in Saleor, by channel. None = consent is not read. */
  consentRules: readonly ConsentRule[];
  /** What follows when a value of the customer changes. */
  changeRules: readonly ChangeRule[];
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
