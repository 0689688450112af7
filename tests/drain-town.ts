/**
 * A real ledger, drains over it, and a made-up provider that does what a test tells it to: for what is decided before
 * any vendor is asked.
 */
import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { z } from "zod";
import type { DrainDeps } from "@/drain/deps";
import { createDrains, type Drains } from "@/drain/drains";
import { mark } from "@/ledger/marks";
import type { Customer } from "@/model/customer";
import { type Database, openDatabase } from "@/platform/db";
import type { AnyProvider, Outcomes } from "@/providers/contract";
import { createLimiter } from "@/providers/kit/limiter";
import { freshDataDir } from "./template-db";

/** What the provider does with customers of this connection. */
export type Treat = (connectionId: string, names: readonly string[]) => Promise<"delivered" | "down">;

export interface DrainTown {
  database: Database;
  logged: { level: string; fields: Record<string, unknown>; message: string }[];
  /** Connections whose settings are not in Saleor. */
  gone: Set<string>;
  /** Connections that the drain stopped: id, health, reason. */
  stopped: [string, string, string][];
  drains(options?: { atOnce?: number; sliceMs?: number }): Drains;
  /** A shop with one live connection, alone on its account. */
  connection(id: string, provider?: string): Promise<void>;
  mark(connectionId: string, names: readonly string[]): Promise<void>;
  /** Of all its customers, by name. */
  states(connectionId: string): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export const idOf = (name: string) => Buffer.from(`User:${name}`).toString("base64");
const nameOf = (id: string) => Buffer.from(id, "base64").toString("utf8").replace("User:", "");

export const limitKeyOf = (connectionId: string, provider = "made_up") => `${provider}:${connectionId}`;

export async function openDrainTown(treat: Treat): Promise<DrainTown> {
  const folder = freshDataDir("crm-drain-");
  const database = await openDatabase({ dataDir: folder });
  const { db } = database;
  const logged: DrainTown["logged"] = [];
  const note = (level: string) => (fields: Record<string, unknown>, message: string) => void logged.push({ level, fields, message });
  const log = { info: note("info"), warn: note("warn"), error: note("error") };
  const gone = new Set<string>();
  const stopped: DrainTown["stopped"] = [];
  return {
    database,
    logged,
    gone,
    stopped,
    drains: ({ atOnce, sliceMs = 20_000 } = {}) => createDrains(depsOf({ database, treat, log, sliceMs, gone, stopped }), atOnce),
    async connection(id, provider = "made_up") {
      await sql`insert into shop (id, saleor_api_url, app_id, settings_loaded) values (${`shop of ${id}`}, ${`https://${id}/graphql/`}, 'app', true)`.execute(
        db,
      );
      await sql`insert into connection_state (id, shop_id, provider, limit_key, target, live)
        values (${id}, ${`shop of ${id}`}, ${provider}, ${limitKeyOf(id, provider)}, 'place', true)`.execute(db);
    },
    async mark(connectionId, names) {
      const marks = names.map((name) => ({ shopId: `shop of ${connectionId}`, customerId: idOf(name), wantedAt: null, gone: false }));
      await mark(db, marks);
    },
    async states(connectionId) {
      const { rows } = await sql<{ customer_id: string; state: string }>`
        select customer_id, state from ledger where connection_id = ${connectionId}`.execute(db);
      return Object.fromEntries(rows.map((row) => [nameOf(row.customer_id), row.state]));
    },
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Parts extends Pick<DrainTown, "gone" | "stopped"> {
  database: Database;
  treat: Treat;
  log: DrainDeps["log"];
  sliceMs: number;
}

function depsOf({ database, treat, log, sliceMs, gone, stopped }: Parts): DrainDeps {
  return {
    db: database.db,
    owner: "test",
    providers: { made_up: provider(treat) },
    openConnection: async (id) => (gone.has(id) ? { kind: "gone" } : { kind: "open", connection: connectionOf(id) }),
    readCustomers: async (_shop, ids) => ({ kind: "read", found: new Map(ids.map((id) => [id, customer(id)])), readAt: new Date() }),
    findCustomerByEmail: async () => ({ kind: "none" }),
    stopConnection: async (...what) => void stopped.push(what),
    limiter: (_key, limits) => createLimiter(limits),
    endpoints: () => ({}),
    hosts: { allowed: [], allowLoopback: true },
    log,
    settled: () => {},
    erased: async () => {},
    counted: () => {},
    retry: { minSeconds: 1, maxSeconds: 60, giveUpHours: 72 },
    leaseSeconds: 30,
    sliceMs,
    now: () => new Date(),
  };
}

const connectionOf = (id: string) => ({
  id,
  shop: { id: `shop of ${id}`, saleorApiUrl: `https://${id}/graphql/`, appId: "app" },
  provider: "made_up",
  settings: {
    connection: id,
    importTag: "",
    includeStaff: false,
    deletion: "leave" as const,
    deletionTag: "Deleted in Saleor",
    eraseAfterDays: "3",
    inactive: "leave" as const,
    inactiveTag: "Deactivated in Saleor",
    fieldRules: [],
    consentRules: [],
    changeRules: [],
  },
  credentials: {},
  target: "place",
  limitKey: limitKeyOf(id),
  version: 1,
  pepper: "pepper",
});

function customer(id: string): Customer {
  const at = "2026-11-22T10:00:00Z";
  const nothing = {
    externalReference: null,
    lastLogin: null,
    defaultBillingAddress: null,
    defaultShippingAddress: null,
    privateMeta: {},
    publicMeta: {},
    hasOrders: null,
  };
  const flags = { isActive: true, isStaff: false, isConfirmed: true };
  return {
    id,
    email: `${nameOf(id)}@shop-one.dev`,
    firstName: "",
    lastName: "",
    languageCode: "EN",
    dateJoined: at,
    updatedAt: at,
    ...flags,
    ...nothing,
  };
}

function provider(treat: Treat): AnyProvider {
  const never = async () => ({ kind: "refused" as const, reason: "not_asked_here" });
  return {
    id: "made_up",
    title: "Made up",
    settings: z.object({}),
    credentials: z.object({}),
    sandboxEnv: {},
    limits: { batchSize: 100, inFlight: 4, maxInFlight: 4, vendorCutOffSeconds: 1 },
    mapperVersion: 1,
    connect: never,
    targets: never,
    fields: never,
    consequences: () => [],
    customers: {
      tags: { maxLength: 100, maxPerContact: 10 },
      payload: (_settings, mapped) => ({ email: mapped.email }),
      fills: () => [],
      async upsert(link, contacts): Promise<Outcomes> {
        const ids = contacts.map(({ key }) => key);
        const treated = await treat(String(link.settings.connection), ids.map(nameOf));
        if (treated === "down") return new Map(ids.map((id) => [id, { kind: "retry", reason: "vendor_unreachable" }]));
        return new Map(ids.map((id) => [id, { kind: "delivered", change: "created", receipt: { remoteKey: id } }]));
      },
      foresee: async () => new Map(),
      removals: ["tag"],
      remove: async () => new Map(),
      read: async () => ({ kind: "ok", value: null }),
    },
  };
}
