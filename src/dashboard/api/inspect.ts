/** One customer of one connection, looked at from all sides at this moment. Shown to whoever asked, kept nowhere. */
import { type ActivityRecord, recordOf } from "@/ledger/activity";
import { mappingOf } from "@/mapping/map-customer";
import type { EngineSettings } from "@/model/connection";
import type { MappedContact } from "@/model/contact";
import type { Customer } from "@/model/customer";
import type { AnyProvider, ProviderContact } from "@/providers/contract";
import { readCustomers } from "@/saleor/read-customers";
import { saleorReason } from "@/saleor/reasons";
import { compareFields } from "./inspect-fields";
import { presentActivity } from "./present-activity";
import { type Admitted, notFound } from "./trpc";
import type { InspectView } from "./views";

/** A person waits; what the provider has not said by then is said to be missing. */
const PATIENCE_MS = 15_000;

type Settings = EngineSettings & Record<string, unknown>;

export async function inspect(ctx: Admitted, connectionId: string, customerId: string): Promise<InspectView> {
  const opened = await ctx.rooms.connections.open(connectionId, ctx.shop.id);
  if (opened.kind === "gone") throw notFound("connection");
  if (opened.kind !== "open") return { kind: "unavailable", reason: opened.reason };
  const { connection } = opened;
  const provider = ctx.rooms.providers[connection.provider];
  if (!provider) return { kind: "unavailable", reason: "shop_not_installed" };
  const settings = connection.settings as Settings;
  const record = await recordOf(ctx.rooms.db, connectionId, customerId);
  const customer = await readOne(ctx, provider, settings, customerId);
  const mapped = customer.kind === "found" ? mappingOf(provider, settings).map(customer.customer, record?.ownedTags ?? []) : null;
  const contact = mapped?.kind === "contact" ? mapped.contact : null;
  const link = ctx.rooms.linkTo({ ...connection, provider, shop: ctx.shop, signal: AbortSignal.timeout(PATIENCE_MS) });
  const held = await readHeld(provider, link, record, contact);
  return {
    kind: "record",
    customerId,
    row: record ? presentActivity(record.row) : null,
    answers: (record?.answers ?? []).map((answer) => ({ ...answer, at: answer.at.toISOString() })),
    deliveries: record?.deliveries ?? 0,
    saleor: customer.kind === "found" ? { kind: "found", facts: factsOf(customer.customer) } : customer,
    skipped: mapped?.kind === "skipped" ? mapped.reason : null,
    problems: contact ? [...contact.problems] : [],
    provider: presentHeld(held),
    fields: compareFields(contact && provider.customers.payload(settings, contact), contact, held.kind === "held" ? held.contact : null),
  };
}

type Read = { kind: "found"; customer: Customer } | { kind: "not_found" } | { kind: "unavailable"; reason: string };

async function readOne(ctx: Admitted, provider: AnyProvider, settings: Settings, customerId: string): Promise<Read> {
  const client = await ctx.rooms.clientOf(ctx.shop);
  if (!client) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
  const read = await readCustomers(client, [customerId], mappingOf(provider, settings).plan);
  if (read.kind === "unreadable") return { kind: "unavailable", reason: saleorReason(read.reason) };
  const customer = read.found.get(customerId);
  return customer ? { kind: "found", customer } : { kind: "not_found" };
}

type Held =
  | { kind: "held"; contact: ProviderContact }
  | { kind: "none" }
  | { kind: "unavailable"; reason: string; vendorText: string | null };

/** By the key we know it under; where nobody is there any more, or we know none, by the address. */
async function readHeld(
  provider: AnyProvider,
  link: Parameters<AnyProvider["customers"]["read"]>[0],
  record: ActivityRecord | null,
  contact: MappedContact | null,
): Promise<Held> {
  const ways = [...(record?.remoteKey ? [{ remoteKey: record.remoteKey }] : []), ...(contact ? [{ email: contact.email }] : [])];
  for (const who of ways) {
    const answer = await provider.customers.read(link, who);
    if (answer.kind !== "ok") return { kind: "unavailable", reason: answer.reason, vendorText: answer.vendorText ?? null };
    if (answer.value) return { kind: "held", contact: answer.value };
  }
  return { kind: "none" };
}

function presentHeld(held: Held): Extract<InspectView, { kind: "record" }>["provider"] {
  if (held.kind !== "held") return held;
  const { status, url } = held.contact;
  return { kind: "held", status, url: url?.startsWith("https://") ? url : null };
}

/** What Saleor says, under keys that the page words. Empty values are left out. */
function factsOf(customer: Customer): { key: string; value: string }[] {
  const address = customer.defaultBillingAddress ?? customer.defaultShippingAddress;
  const metadata = Object.entries({ ...customer.publicMeta, ...customer.privateMeta }).map(([key, value]) => ({
    key: `metadata:${key}`,
    value: value.kind === "value" ? value.value : "",
  }));
  return [
    { key: "email", value: customer.email },
    { key: "firstName", value: customer.firstName },
    { key: "lastName", value: customer.lastName },
    { key: "languageCode", value: customer.languageCode },
    { key: "phone", value: address?.phone ?? "" },
    { key: "isActive", value: customer.isActive ? "" : "no" },
    { key: "isStaff", value: customer.isStaff ? "yes" : "" },
    { key: "updatedAt", value: customer.updatedAt },
    ...metadata,
  ].filter(({ value }) => value !== "");
}
