/**
 * Reads customers as they are right now. In: up to 100 ids. Out: those that exist, or "could not look". Saleor's
 * silence about one id means "not there" only when the whole page was answered without trouble.
 */

import { CustomerByEmailDocument, CustomersByIdsDocument } from "@graphql/generated/graphql";
import { z } from "zod";
import type { Customer, MetaValue, ReadPlan } from "@/model/customer";
import type { CustomerId } from "@/model/shop";
import { now } from "@/platform/clock";
import type { SaleorClient, SaleorError } from "./client";
import { CUSTOMERS_PER_READ } from "./limits";
import { readAttributes, withAttributes } from "./read-attributes";
import { unreadable } from "./unreadable";

export type ReadCustomers =
  | { kind: "read"; found: ReadonlyMap<CustomerId, Customer>; readAt: Date }
  | { kind: "unreadable"; reason: string; afterSeconds?: number };

const address = z
  .object({
    firstName: z.string(),
    lastName: z.string(),
    companyName: z.string(),
    streetAddress1: z.string(),
    streetAddress2: z.string(),
    city: z.string(),
    cityArea: z.string(),
    postalCode: z.string(),
    country: z.object({ code: z.string() }).transform((country) => country.code),
    countryArea: z.string(),
    phone: z
      .string()
      .nullable()
      .transform((phone) => phone ?? ""),
  })
  .nullable();

const row = z.object({
  id: z.string().min(1),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  isActive: z.boolean(),
  isStaff: z.boolean(),
  isConfirmed: z.boolean(),
  languageCode: z.string(),
  externalReference: z.string().nullable(),
  dateJoined: z.string(),
  lastLogin: z.string().nullable(),
  updatedAt: z.string(),
  defaultBillingAddress: address,
  defaultShippingAddress: address,
  privateMetafields: z.record(z.string(), z.string()).nullable(),
  metafields: z.record(z.string(), z.string()).nullish(),
});

const page = z.object({
  customers: z.object({ edges: z.array(z.object({ node: row })) }),
  buyers: z.object({ edges: z.array(z.object({ node: z.object({ id: z.string() }) })) }).optional(),
});

export async function readCustomers(
  client: SaleorClient,
  ids: readonly CustomerId[],
  plan: ReadPlan,
  options: { signal?: AbortSignal } = {},
): Promise<ReadCustomers> {
  const wanted = new Set(ids);
  if (wanted.size > CUSTOMERS_PER_READ) throw new RangeError(`readCustomers takes at most ${CUSTOMERS_PER_READ} ids`);
  const readAt = now();
  // An empty list filters nothing: Saleor would answer with everybody.
  if (wanted.size === 0) return { kind: "read", found: new Map(), readAt };
  const [answer, attributes] = await Promise.all([
    client.request(CustomersByIdsDocument, variablesFor(wanted, plan), options),
    plan.attributes ? readAttributes(client, [...wanted], options) : null,
  ]);
  if (answer.kind !== "ok") return unreadable(answer);
  if (answer.errors.some((error) => !isMetadataRefusal(error))) return { kind: "unreadable", reason: "partial_answer" };
  if (attributes?.kind === "unreadable") return attributes;
  const parsed = page.safeParse(answer.data);
  if (!parsed.success) return { kind: "unreadable", reason: "unexpected_answer" };
  if (plan.orders && !parsed.data.buyers) return { kind: "unreadable", reason: "unexpected_answer" };
  const buyers = parsed.data.buyers && new Set(parsed.data.buyers.edges.map((edge) => edge.node.id));
  const rows = parsed.data.customers.edges.map((edge) => edge.node).filter((node) => wanted.has(node.id));
  const found = new Map(rows.map((node) => [node.id, toCustomer(node, plan, buyers)]));
  return { kind: "read", found: attributes ? withAttributes(found, attributes) : found, readAt };
}

const variablesFor = (ids: ReadonlySet<CustomerId>, plan: ReadPlan) => ({
  ids: [...ids],
  keys: [...plan.privateKeys],
  publicKeys: [...plan.publicKeys],
  withPublic: plan.publicKeys.length > 0,
  withOrders: plan.orders,
});

/** Staff rows: an app may not see their private metadata; the field is null and only that is to be put up with. */
const isMetadataRefusal = (error: SaleorError) => /^customers\.edges\.\d+\.node\.privateMetafields$/.test(error.path);

function toCustomer(
  { privateMetafields, metafields, ...node }: z.output<typeof row>,
  plan: ReadPlan,
  buyers?: ReadonlySet<string>,
): Customer {
  return {
    ...node,
    privateMeta: valuesOf(plan.privateKeys, privateMetafields),
    publicMeta: valuesOf(plan.publicKeys, metafields ?? null),
    hasOrders: buyers ? buyers.has(node.id) : null,
  };
}

/** `null` = Saleor did not show them. */
function valuesOf(keys: readonly string[], shown: Record<string, string> | null): Record<string, MetaValue> {
  const read = (key: string): MetaValue => {
    if (shown === null) return { kind: "unreadable" };
    return Object.hasOwn(shown, key) ? { kind: "value", value: shown[key] ?? "" } : { kind: "absent" };
  };
  return Object.fromEntries(keys.map((key) => [key, read(key)]));
}

export type FoundCustomer =
  | { kind: "found"; id: CustomerId }
  | { kind: "none" }
  | { kind: "unreadable"; reason: string; afterSeconds?: number };

/** Without the shop the answer is not whole, and then null says nothing: a contact would be let go because of it. */
const byEmail = z.object({ user: z.object({ id: z.string().min(1) }).nullable(), shop: z.object({ name: z.string() }) });

/** Saleor compares e-mails without regard to case. */
export async function findCustomerByEmail(client: SaleorClient, email: string): Promise<FoundCustomer> {
  const answer = await client.request(CustomerByEmailDocument, { email });
  if (answer.kind !== "ok") return unreadable(answer);
  if (answer.errors.length > 0) return { kind: "unreadable", reason: "partial_answer" };
  const parsed = byEmail.safeParse(answer.data);
  if (!parsed.success) return { kind: "unreadable", reason: "unexpected_answer" };
  return parsed.data.user === null ? { kind: "none" } : { kind: "found", id: parsed.data.user.id };
}
