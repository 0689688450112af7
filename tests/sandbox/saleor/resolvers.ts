/** Reading: what Saleor answers, to whom. */
import { setTimeout as pause } from "node:timers/promises";
import { GraphQLError, type GraphQLResolveInfo, GraphQLScalarType } from "graphql";
import { isoOf, type Micros, microsOf } from "./instants";
import { type CustomersArgs, isCustomer, matches, orderOf, page, sorted } from "./listing";
import type { AddressData, Person } from "./people";
import { need, needAppOwner, needIdentity, needPersonMetadata, refuse } from "./permissions";
import type { Caller, InstalledApp, StoredWebhook } from "./types";
import { schemaVersionOf } from "./versions";
import type { World } from "./world";

export interface Context {
  caller: Caller;
  /** The customer whose deletion the event tells of. */
  goneId?: string;
}

type Meta = Readonly<Record<string, string>>;
interface WithMeta {
  id: string;
  meta: Meta;
  privateMeta: Meta;
}

const itemsOf = (meta: Meta) => Object.entries(meta).map(([key, value]) => ({ key, value }));
const only = (meta: Meta, keys?: readonly string[] | null) =>
  keys ? Object.fromEntries(Object.entries(meta).filter(([key]) => keys.includes(key))) : { ...meta };

function metadataResolvers<T extends WithMeta>(mayReadPrivate: (owner: T, context: Context) => void) {
  const privateOf = (owner: T, context: Context): Meta => {
    mayReadPrivate(owner, context);
    return owner.privateMeta;
  };
  return {
    metadata: (owner: T) => itemsOf(owner.meta),
    metafield: (owner: T, { key }: { key: string }) => owner.meta[key] ?? null,
    metafields: (owner: T, { keys }: { keys?: string[] }) => only(owner.meta, keys),
    privateMetadata: (owner: T, _args: unknown, context: Context) => itemsOf(privateOf(owner, context)),
    privateMetafield: (owner: T, { key }: { key: string }, context: Context) => privateOf(owner, context)[key] ?? null,
    privateMetafields: (owner: T, { keys }: { keys?: string[] }, context: Context) => only(privateOf(owner, context), keys),
  };
}

const dateTime = new GraphQLScalarType<Micros, string>({
  name: "DateTime",
  serialize: (value) => isoOf(value as Micros),
  parseValue: (value) => microsOf(String(value)),
  parseLiteral: (node) => microsOf("value" in node ? String(node.value) : ""),
});

const MOST_KEPT_LISTS = 50;

/** Lists are kept until the next write: a walk over many thousands must not filter and sort them once a page. */
function listedCustomers({ store, dials }: World) {
  let kept = new Map<string, { revision: number; rows: Person[] }>();
  return (args: CustomersArgs): Person[] => {
    const ids = args.filter?.ids ?? [];
    if (dials.replicaLagMs > 0) return sorted(store.asOf(dials.replicaLagMs).filter(matches(args)), orderOf(args));
    if (ids.length > 0) return sorted(store.some(ids).filter(matches(args)), orderOf(args));
    const key = JSON.stringify([orderOf(args), args.filter, args.where, args.search]);
    const before = kept.get(key);
    if (before?.revision === store.revision) return before.rows;
    const rows = sorted(store.all().filter(matches(args)), orderOf(args));
    if (kept.size >= MOST_KEPT_LISTS) kept = new Map();
    kept.set(key, { revision: store.revision, rows });
    return rows;
  };
}

const selects = (info: GraphQLResolveInfo, field: string) =>
  info.fieldNodes.some((node) => node.selectionSet?.selections.some((one) => one.kind === "Field" && one.name.value === field));

export function readingResolvers(world: World) {
  const { store, behaviour, dials } = world;
  const listed = listedCustomers(world);

  async function customers(_root: unknown, args: CustomersArgs, { caller }: Context, info: GraphQLResolveInfo) {
    need(caller, "MANAGE_USERS", "MANAGE_ORDERS");
    const rows = listed(args);
    if (!selects(info, "edges") && !selects(info, "pageInfo")) return { totalCount: rows.length };
    const onePage = page(rows, args);
    if (dials.pageDelayMs > 0) await pause(dials.pageDelayMs);
    return { ...onePage, totalCount: rows.length };
  }

  function user(_root: unknown, args: { id?: string; email?: string; externalReference?: string }, { caller }: Context) {
    need(caller, "MANAGE_USERS", "MANAGE_STAFF", "MANAGE_ORDERS");
    if (Object.values(args).filter(Boolean).length !== 1) {
      throw new GraphQLError("At least one argument is required: 'id', 'email', 'external_reference'.");
    }
    const { id, externalReference } = args;
    const email = args.email?.toLowerCase();
    const found = store
      .asOf(dials.replicaLagMs)
      .find(
        (one) => one.id === id || one.email.toLowerCase() === email || (externalReference && one.externalReference === externalReference),
      );
    return found && isCustomer(found) ? found : null;
  }

  function app(_root: unknown, { id }: { id?: string }, { caller }: Context): InstalledApp | null {
    needIdentity(caller);
    const wanted = id ?? (caller.kind === "app" ? caller.app.id : caller.kind === "staff" ? caller.claims.app : "");
    const found = store.apps.get(wanted);
    return found && !found.removed ? found : null;
  }

  const address = (data: AddressData | null) => data && { id: "QWRkcmVzczox", ...data };

  return {
    DateTime: dateTime,
    Query: { customers, user, app, shop: () => ({}) },
    Subscription: { event: { resolve: (root: { event: unknown }) => root.event } },
    Shop: {
      name: () => "Stand-in shop",
      schemaVersion: () => schemaVersionOf(world.version),
      version: (_shop: unknown, _args: unknown, { caller }: Context) => {
        needIdentity(caller);
        return world.version;
      },
    },
    App: {
      ...metadataResolvers<InstalledApp>((owner, { caller }) => needAppOwner(caller, owner.id)),
      webhooks: (owner: InstalledApp, _args: unknown, { caller }: Context) => {
        needAppOwner(caller, owner.id);
        return [...store.webhooks.values()].filter((webhook) => webhook.appId === owner.id);
      },
    },
    Webhook: {
      subscriptionQuery: (webhook: StoredWebhook) => webhook.query,
      asyncEvents: (webhook: StoredWebhook) => webhook.events.map((eventType) => ({ name: eventType, eventType })),
    },
    User: {
      ...metadataResolvers<Person>((owner, { caller, goneId }) => {
        if (owner.id === goneId) refuse("MANAGE_USERS");
        needPersonMetadata(caller, owner, behaviour);
      }),
      assignedAttributes: ({ attributes = {} }: Person, { limit = 100 }: { limit?: number }, { caller }: Context) => {
        need(caller, "MANAGE_USERS");
        const all = Object.entries(attributes).map(([slug, { kind, value }]) => ({
          __typename: `Assigned${kind}Attribute`,
          attribute: { slug },
          value,
        }));
        return all.slice(0, limit);
      },
      defaultBillingAddress: (owner: Person) => address(owner.defaultBillingAddress),
      defaultShippingAddress: (owner: Person) => address(owner.defaultShippingAddress),
    },
    Address: { country: ({ country }: AddressData) => ({ code: country, country }) },
  };
}
