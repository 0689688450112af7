import type { OpenConnection } from "@/model/connection";
import type { Customer, ReadPlan } from "@/model/customer";
import type { ConnectionId, CustomerId, Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { AnyProvider, Endpoints, Link, ProviderLog } from "@/providers/contract";
import type { Limiter } from "@/providers/kit/limiter";
import type { RetryRules } from "./backoff";

export type Opened = { kind: "open"; connection: OpenConnection } | { kind: "unreadable" | "unavailable" | "gone" };

export type CustomersRead =
  | { kind: "read"; found: ReadonlyMap<CustomerId, Customer>; readAt: Date }
  | { kind: "unreadable"; reason: string; afterSeconds?: number };

/** What the drain stands on. Each entry is one question to one other room. */
export interface DrainDeps {
  db: Db;
  owner: string;
  providers: Readonly<Record<string, AnyProvider>>;
  openConnection(id: ConnectionId): Promise<Opened>;
  /** 1 to 100 ids. */
  readCustomers(shop: Shop, ids: readonly CustomerId[], plan: ReadPlan): Promise<CustomersRead>;
  findCustomerByEmail(
    shop: Shop,
    email: string,
  ): Promise<{ kind: "found"; id: CustomerId } | { kind: "none" } | { kind: "unreadable"; reason: string }>;
  /** A person must act: the connection stops, its marks wait. */
  stopConnection(id: ConnectionId, health: "reconnect" | "target_gone" | "unreadable", reason: string): Promise<void>;
  limiter(limitKey: string, limits: AnyProvider["limits"]): Limiter;
  endpoints(provider: AnyProvider): Endpoints;
  hosts: Link["hosts"];
  log: ProviderLog;
  /** Somebody may be waiting for the outcome of these customers. */
  settled(connectionId: ConnectionId, ids: readonly CustomerId[]): void;
  /** The policy erased this customer's contact for good: written down as an act of the app. */
  erased(connection: OpenConnection, id: CustomerId): Promise<void>;
  /** For whoever counts: what became of each customer of a batch. */
  counted(provider: string, outcomes: readonly string[]): void;
  retry: RetryRules;
  leaseSeconds: number;
  /** Milliseconds after which the slice ends and others have their turn. */
  sliceMs: number;
  now(): Date;
}
