/** What an inbound delivery needs of its connection, made of the other rooms' answers. */
import { createHmac } from "node:crypto";
import type { OpenConnection } from "@/model/connection";
import type { Customer } from "@/model/customer";
import type { ConsentRule } from "@/model/rules";
import type { ConnectionId, Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { AnyProvider, Link, ProviderLog } from "@/providers/contract";
import type { SaleorClient } from "@/saleor/client";
import { findCustomerByEmail, readCustomers } from "@/saleor/read-customers";
import { writePrivate } from "@/saleor/write-private";
import type { InboundConnection, InboundDeps } from "./inbound";

export interface Deps {
  db: Db;
  open(id: ConnectionId): Promise<{ kind: "open"; connection: OpenConnection } | { kind: "unreadable" | "unavailable" | "gone" }>;
  provider(id: string): AnyProvider | undefined;
  linkTo(connection: OpenConnection, provider: AnyProvider, signal: AbortSignal): Link;
  clientOf(shop: Shop): Promise<SaleorClient | null>;
  consentsOf(rules: readonly ConsentRule[]): (customer: Customer) => { consents: Record<string, boolean> };
  personOf(pepper: string, email: string): string;
  log: ProviderLog;
}

/** Vendors wait for ten seconds. */
const PATIENCE_MS = 8_000;

export function createInbound(deps: Deps): InboundDeps {
  return { db: deps.db, log: deps.log, open: (id) => open(deps, id) };
}

async function open(deps: Deps, id: ConnectionId): Promise<InboundConnection | "gone" | "unavailable"> {
  const opened = await deps.open(id);
  if (opened.kind === "gone") return "gone";
  if (opened.kind !== "open") return "unavailable";
  const { connection } = opened;
  const provider = deps.provider(connection.provider);
  const client = await deps.clientOf(connection.shop);
  if (!provider || !client) return "unavailable";
  return {
    provider,
    link: deps.linkTo(connection, provider, AbortSignal.timeout(PATIENCE_MS)),
    rules: connection.settings.consentRules,
    secret: secretOf(connection),
    personOf: (email) => deps.personOf(connection.pepper, email),
    findCustomer: (email) => findCustomerByEmail(client, email),
    wordOf: (customerId, rule) => readWord(deps, client, customerId, rule),
    write: (customerId, key, value) => writePrivate(client, customerId, key, value),
  };
}

async function readWord(deps: Deps, client: SaleorClient, id: string, rule: ConsentRule): Promise<boolean | null> {
  const { kind, key } = rule.source;
  const of = (wanted: typeof kind) => (kind === wanted ? [key] : []);
  const plan = { privateKeys: of("private"), publicKeys: of("public"), attributes: kind === "attribute", orders: false };
  const read = await readCustomers(client, [id], plan);
  const customer = read.kind === "read" ? read.found.get(id) : undefined;
  return customer ? (deps.consentsOf([rule])(customer).consents[rule.channel] ?? null) : null;
}

/** Nobody guesses it, and it needs no place to rest. */
const secretOf = ({ id, pepper }: Pick<OpenConnection, "id" | "pepper">) =>
  createHmac("sha256", pepper).update(`inbound ${id}`).digest("base64url");

/** Where the vendor is to send, and how every address of this connection begins. */
export function inboundAddress(appBaseUrl: string, connection: Pick<OpenConnection, "id" | "pepper">): { url: string; ours: string } {
  const ours = `${appBaseUrl.replace(/\/+$/, "")}/api/inbound/${connection.id}/`;
  return { url: ours + secretOf(connection), ours };
}
