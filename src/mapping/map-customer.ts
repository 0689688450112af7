/**
 * Customer -> contact, the same for every provider. Pure: no clock, no network, never throws.
 * In: the customer as read and the connection's settings. Out: what the provider should hold, or why this person is
 * not sent at all.
 */
import type { MappedContact } from "@/model/contact";
import type { Customer } from "@/model/customer";
import { decideTags, type TagLimits, unique } from "./tags";

/** Settings that every provider has under these names. */
export interface MappingSettings {
  importTag: string;
  includeStaff: boolean;
}

export type Mapped = { kind: "contact"; contact: MappedContact } | { kind: "skipped"; reason: string };

export function tagsKey(providerId: string): string {
  return `${providerId}_tags`;
}

export interface MappingInput {
  providerId: string;
  settings: MappingSettings;
  limits: TagLimits;
  /** Tags we set before: they stay while the metadata cannot be understood. */
  ownedTags: readonly string[];
}

export function mapCustomer(customer: Customer, input: MappingInput): Mapped {
  if (customer.isStaff && !input.settings.includeStaff) return { kind: "skipped", reason: "staff" };
  const email = customer.email.trim();
  if (!email) return { kind: "skipped", reason: "no_email" };
  if (!isPlausibleEmail(email)) return { kind: "skipped", reason: "email_impossible" };
  const decision = decideTags(
    customer.privateMeta[tagsKey(input.providerId)] ?? { kind: "absent" },
    input.settings.importTag,
    input.limits,
  );
  const address = customer.defaultBillingAddress ?? customer.defaultShippingAddress;
  return {
    kind: "contact",
    contact: {
      email,
      firstName: customer.firstName.trim(),
      lastName: customer.lastName.trim(),
      languageCode: customer.languageCode,
      phone: customer.defaultBillingAddress?.phone || customer.defaultShippingAddress?.phone || "",
      dateJoined: customer.dateJoined,
      address,
      fields: {},
      tags: wantedTags(decision, input.ownedTags),
      problems: decision.problems,
    },
  };
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
