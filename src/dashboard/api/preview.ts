/** A look ahead before a full sync: a sample of the customers, what would become of each. Writes nothing anywhere. */
import { CustomerCountDocument, CustomerIdsDocument } from "@graphql/generated/graphql";
import { type Mapping, mappingOf } from "@/mapping/map-customer";
import type { EngineSettings } from "@/model/connection";
import type { Contact } from "@/model/contact";
import type { Customer, ReadPlan } from "@/model/customer";
import type { AnyProvider, Foresight, Link } from "@/providers/contract";
import type { SaleorClient } from "@/saleor/client";
import { CUSTOMERS_PER_READ } from "@/saleor/limits";
import { readCustomers } from "@/saleor/read-customers";
import { saleorReason } from "@/saleor/reasons";
import { type Admitted, notFound } from "./trpc";
import type { PreviewView } from "./views";

const SAMPLE_PAGES = 2;
const EXAMPLES = 5;
/** What the provider did not answer until then is counted as not known. */
const PATIENCE_MS = 25_000;

export async function preview(ctx: Admitted, connectionId: string): Promise<PreviewView> {
  const opened = await ctx.rooms.connections.open(connectionId, ctx.shop.id);
  if (opened.kind === "gone") throw notFound("connection");
  if (opened.kind !== "open") return { kind: "unavailable", reason: opened.reason };
  const { connection } = opened;
  const provider = ctx.rooms.providers[connection.provider];
  const client = await ctx.rooms.clientOf(ctx.shop);
  if (!provider || !client) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
  const settings = connection.settings as EngineSettings & Record<string, unknown>;
  const mapping = mappingOf(provider, settings);
  const sample = await readSample(client, mapping.plan);
  if (sample.kind === "unavailable") return sample;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const link = ctx.rooms.linkTo({ ...connection, provider, shop: ctx.shop, signal });
  return judge({ provider, link, settings, mapping }, sample);
}

interface Sample {
  kind: "sample";
  total: number;
  customers: Customer[];
}

async function readSample(client: SaleorClient, plan: ReadPlan): Promise<Sample | Extract<PreviewView, { kind: "unavailable" }>> {
  const counted = await client.request(CustomerCountDocument, {});
  if (counted.kind !== "ok" || typeof counted.data.customers?.totalCount !== "number") return unavailable(counted);
  const customers: Customer[] = [];
  let after: string | null = null;
  for (let page = 0; page < SAMPLE_PAGES && (page === 0 || after !== null); page++) {
    const listed = await listIds(client, after);
    if (listed.kind === "unavailable") return listed;
    if (listed.ids.length === 0) break;
    const read = await readCustomers(client, listed.ids, plan);
    if (read.kind === "unreadable") return { kind: "unavailable", reason: saleorReason(read.reason) };
    customers.push(...read.found.values());
    after = listed.end;
  }
  return { kind: "sample", total: counted.data.customers.totalCount, customers };
}

async function listIds(client: SaleorClient, after: string | null) {
  const listed = await client.request(CustomerIdsDocument, { first: CUSTOMERS_PER_READ, after });
  if (listed.kind !== "ok" || !listed.data.customers) return unavailable(listed);
  const { edges, pageInfo } = listed.data.customers;
  const end = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  return { kind: "ids" as const, ids: edges.map(({ node }) => node.id), end };
}

function unavailable(answer: { kind: string; reason?: string }): Extract<PreviewView, { kind: "unavailable" }> {
  return { kind: "unavailable", reason: saleorReason(answer.kind === "denied" ? "denied" : (answer.reason ?? "")) };
}

interface Place {
  provider: AnyProvider;
  link: Link;
  settings: EngineSettings & Record<string, unknown>;
  mapping: Mapping;
}

async function judge({ provider, link, settings, mapping }: Place, sample: Sample): Promise<PreviewView> {
  const contacts = sample.customers.flatMap((customer) => {
    const mapped = mapping.map(customer);
    return mapped.kind === "contact" ? [asContact(customer.id, mapped.contact)] : [];
  });
  const foreseen = await provider.customers.foresee(link, contacts);
  const counts = count([...foreseen.values()]);
  const size = sample.customers.length;
  const known = Math.max(1, size - counts.unknown);
  const costs = provider.consequences(settings, { id: link.target, name: "", contacts: null, notes: [] });
  return {
    kind: "preview",
    total: sample.total,
    sample: size,
    ...counts,
    skipped: counts.skipped + size - contacts.length,
    billable: costs.some(({ code }) => code === "billable_contacts") ? Math.round((counts.created / known) * sample.total) : null,
    examples: examples(contacts, foreseen),
  };
}

function asContact(key: string, mapped: Contact["mapped"]): Contact {
  const nothingKnown = {
    remoteKey: null,
    emailChanged: false,
    ownedTags: [],
    ownedFields: [],
    consentChanges: {},
    ownedOptOuts: [],
    archivedFrom: null,
    repeatId: "",
  };
  return { key, mapped, ...nothingKnown, historic: true, force: true };
}

function count(all: readonly Foresight[]) {
  const of = (kind: Foresight["kind"]) => all.filter((one) => one.kind === kind).length;
  return {
    created: of("would_create"),
    updated: of("would_update"),
    unchanged: of("would_leave"),
    skipped: of("would_skip"),
    unknown: of("unknown"),
  };
}

function examples(contacts: readonly Contact[], foreseen: ReadonlyMap<string, Foresight>) {
  return contacts
    .flatMap((contact) => {
      const one = foreseen.get(contact.key);
      return one?.kind === "would_update" && one.differences.length > 0
        ? [{ customerId: contact.key, email: contact.mapped.email, differences: [...one.differences] }]
        : [];
    })
    .slice(0, EXAMPLES);
}
