/**
 * Customer -> contact, the same for every provider. Pure: no clock, no network, never throws.
 * In: the customer as read and the connection's settings. Out: what the provider should hold, or why this person is
 * not sent at all.
 */
import type { EngineSettings } from "@/model/connection";
import type { MappedContact } from "@/model/contact";
import type { Customer, ReadPlan } from "@/model/customer";
import { type ConsentsRead, consentReader } from "./consents";
import { type FieldsMapped, fieldMapper, keysOf } from "./fields";
import { decideTags, type TagLimits, unique } from "./tags";

export type Mapped = { kind: "contact"; contact: MappedContact } | { kind: "skipped"; reason: string };

/** Private metadata that keeps a person out of every connection. In Saleor, so that it outlives the app and its database. */
export const DO_NOT_SYNC = "crm_do_not_sync";

/** Deactivated, and the merchant chose to archive those: nothing is sent, and a contact that stands is archived. */
export const INACTIVE = "inactive";

export const tagsKey = (providerId: string): string => `${providerId}_tags`;

/** What the mapping needs to know of a provider. */
export interface MappedFor<Settings> {
  id: string;
  customers: { tags: TagLimits; channels?(settings: Settings): readonly string[]; reads?(settings: Settings): Partial<ReadPlan> };
}

/** How one connection maps. */
export interface Mapping {
  /** Everything it needs to be read of customers. */
  plan: ReadPlan;
  /** @param ownedTags tags we set before: they stay while the metadata cannot be understood. */
  map(customer: Customer, ownedTags?: readonly string[]): Mapped;
}

export function mappingOf<Settings extends EngineSettings>(provider: MappedFor<Settings>, settings: Settings): Mapping {
  const reads = provider.customers.reads?.(settings) ?? {};
  // A rule for a channel that the provider does not follow reads nothing.
  const channels = provider.customers.channels?.(settings) ?? [];
  const consentRules = settings.consentRules.filter(({ channel }) => channels.includes(channel));
  const changeRules = settings.changeRules.filter(({ on }) => on);
  const keys = keysOf([...settings.fieldRules, ...consentRules, ...changeRules].map((rule) => rule.source));
  const rules = {
    tagsKey: tagsKey(provider.id),
    limits: provider.customers.tags,
    settings,
    onlyBuyers: reads.orders ?? false,
    mapFields: fieldMapper(settings.fieldRules),
    readConsents: consentReader(consentRules),
  };
  return {
    plan: {
      privateKeys: [...new Set([rules.tagsKey, DO_NOT_SYNC, ...(reads.privateKeys ?? []), ...keys.privateKeys])],
      publicKeys: [...new Set([...(reads.publicKeys ?? []), ...keys.publicKeys])],
      attributes: keys.attributes,
      orders: rules.onlyBuyers,
    },
    map: (customer, ownedTags = []) => mapCustomer(customer, { ...rules, ownedTags }),
  };
}

interface Rules {
  tagsKey: string;
  limits: TagLimits;
  settings: EngineSettings;
  /** Whoever has not ordered yet is not sent. */
  onlyBuyers: boolean;
  mapFields(customer: Customer): FieldsMapped;
  readConsents(customer: Customer): ConsentsRead;
  ownedTags: readonly string[];
}

function mapCustomer(customer: Customer, rules: Rules): Mapped {
  if (customer.isStaff && !rules.settings.includeStaff) return { kind: "skipped", reason: "staff" };
  if (isKeptOut(customer)) return { kind: "skipped", reason: "do_not_sync" };
  const email = customer.email.trim();
  if (!email) return { kind: "skipped", reason: "no_email" };
  if (!isPlausibleEmail(email)) return { kind: "skipped", reason: "email_impossible" };
  const { settings, limits } = rules;
  const decision = decideTags(customer.privateMeta[rules.tagsKey] ?? { kind: "absent" }, alwaysTags(customer, settings), limits);
  if (rules.onlyBuyers && customer.hasOrders === false) return { kind: "skipped", reason: "no_orders" };
  if (!customer.isActive && rules.settings.inactive === "archive") return { kind: "skipped", reason: INACTIVE };
  const address = customer.defaultBillingAddress ?? customer.defaultShippingAddress;
  const phones = phonesOf(customer);
  const { fields, problems } = rules.mapFields(customer);
  const { consents, problems: unclear } = rules.readConsents(customer);
  return {
    kind: "contact",
    contact: {
      email,
      firstName: customer.firstName.trim(),
      lastName: customer.lastName.trim(),
      languageCode: customer.languageCode,
      phone: phones[0]?.number ?? "",
      phones,
      dateJoined: customer.dateJoined,
      address,
      fields,
      consents,
      meta: customer.privateMeta,
      tags: wantedTags(decision, customer.isActive ? withoutTag(rules.ownedTags, settings.inactiveTag) : rules.ownedTags),
      problems: [...decision.problems, ...problems, ...unclear],
    },
  };
}

/** Whoever wrote anything there but a no wants this person left alone. */
function isKeptOut({ privateMeta }: Customer): boolean {
  const wish = privateMeta[DO_NOT_SYNC];
  return wish?.kind === "value" && !["", "no", "false", "0"].includes(wish.value.trim().toLowerCase());
}

const alwaysTags = ({ isActive }: Customer, { importTag, inactive, inactiveTag }: EngineSettings): string[] => [
  importTag,
  ...(!isActive && inactive === "tag" ? [inactiveTag] : []),
];

const withoutTag = (tags: readonly string[], tag: string): string[] => tags.filter((one) => one.toLowerCase() !== tag.toLowerCase());

function phonesOf({ defaultBillingAddress, defaultShippingAddress }: Customer): { number: string; country: string }[] {
  const found = new Map<string, string>();
  for (const address of [defaultBillingAddress, defaultShippingAddress])
    if (address?.phone && !found.has(address.phone)) found.set(address.phone, address.country);
  return [...found].map(([number, country]) => ({ number, country }));
}

function wantedTags(decision: ReturnType<typeof decideTags>, ownedTags: readonly string[]): string[] | null {
  switch (decision.kind) {
    case "tags":
      return decision.tags;
    case "undecided":
      return unique([...ownedTags, ...decision.always]);
    case "untouched":
      return null;
  }
}

/** Only what no provider could ever take: the fine judgement is theirs. 254 = RFC 5321's longest path without brackets. */
export function isPlausibleEmail(email: string): boolean {
  return email.length <= 254 && /^[^\s@"(),:;<>[\]\\]+@[^\s@.]+(\.[^\s@.]+)+$/u.test(email);
}
