/** What an opt-out that comes back needs of its connection, made of the other rooms' answers. */
import { createHmac } from "node:crypto";
import type { OpenConnection } from "@/model/connection";
import type { Customer, ReadPlan } from "@/model/customer";
import type { ConsentRule } from "@/model/rules";
import type { ConnectionId, CustomerId, Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { AnyProvider, Link, ProviderLog } from "@/providers/contract";
import type { SaleorClient } from "@/saleor/client";
import { findCustomerByEmail, readCustomers } from "@/saleor/read-customers";
import { writePrivate } from "@/saleor/write-private";
import type { InboundDeps } from "./inbound";
import type { Looked, OptOutConnection } from "./take-over";

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

export function createInbound(deps: Deps): InboundDeps {
  return { db: deps.db, log: deps.log, open: (id, signal) => open(deps, id, signal) };
}

async function open(deps: Deps, id: ConnectionId, signal: AbortSignal): Promise<OptOutConnection | "gone" | "unavailable"> {
  const opened = await deps.open(id);
  if (opened.kind === "gone") return "gone";
  if (opened.kind !== "open") return "unavailable";
  const { connection } = opened;
  const provider = deps.provider(connection.provider);
  const client = await deps.clientOf(connection.shop);
  if (!provider || !client) return "unavailable";
  const rules = connection.settings.consentRules;
  return {
    provider,
    link: deps.linkTo(connection, provider, signal),
    rules,
    secret: secretOf(connection),
    personOf: (email) => deps.personOf(connection.pepper, email),
    look: ({ customerId, email }) => look({ client, rules, consentsOf: deps.consentsOf }, { customerId, email }),
    write: (customerId, key, value) => writePrivate(client, customerId, key, value),
  };
}

interface Saleor extends Pick<Deps, "consentsOf"> {
  client: SaleorClient;
  rules: readonly ConsentRule[];
}

/** By the shop's own id where the provider keeps it, else by the address. */
async function look(saleor: Saleor, { customerId, email }: { customerId?: CustomerId; email: string }): Promise<Looked> {
  const known: Looked = customerId === undefined ? { kind: "none" } : await read(saleor, customerId);
  if (known.kind !== "none" || email === "") return known;
  const found = await findCustomerByEmail(saleor.client, email);
  return found.kind === "found" ? read(saleor, found.id) : { kind: found.kind };
}

async function read({ client, rules, consentsOf }: Saleor, id: CustomerId): Promise<Looked> {
  const answer = await readCustomers(client, [id], planFor(rules));
  if (answer.kind === "unreadable") return { kind: "unreadable" };
  const customer = answer.found.get(id);
  // Staff are nobody's contacts, and an app may not write to them.
  if (!customer || customer.isStaff) return { kind: "none" };
  const { consents } = consentsOf(rules)(customer);
  return { kind: "found", id, email: customer.email, wordOf: ({ channel }) => consents[channel] ?? null };
}

function planFor(rules: readonly ConsentRule[]): ReadPlan {
  const keys = (kind: "private" | "public") => rules.flatMap(({ source }) => (source.kind === kind ? [source.key] : []));
  const attributes = rules.some(({ source }) => source.kind === "attribute");
  return { privateKeys: keys("private"), publicKeys: keys("public"), attributes, orders: false };
}

/** Nobody guesses it, and it needs no place to rest. */
const secretOf = ({ id, pepper }: Pick<OpenConnection, "id" | "pepper">) =>
  createHmac("sha256", pepper).update(`inbound ${id}`).digest("base64url");

/** Where the vendor is to send, and how every address of this connection begins. */
export function inboundAddress(appBaseUrl: string, connection: Pick<OpenConnection, "id" | "pepper">): { url: string; ours: string } {
  const ours = `${appBaseUrl.replace(/\/+$/, "")}/api/inbound/${connection.id}/`;
  return { url: ours + secretOf(connection), ours };
}
