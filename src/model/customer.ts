import type { CustomerId } from "./shop";

export interface Address {
  firstName: string;
  lastName: string;
  companyName: string;
  streetAddress1: string;
  streetAddress2: string;
  city: string;
  cityArea: string;
  postalCode: string;
  /** ISO 3166-1 alpha-2, e.g. `PL`. */
  country: string;
  countryArea: string;
  /** E.164 as Saleor stores it, or empty. */
  phone: string;
}

/**
 * One metadata value as we could read it. `unreadable` is not `absent`: Saleor refuses private metadata of staff
 * accounts to apps, and then nothing may be concluded from the silence.
 */
export type MetaValue = { kind: "value"; value: string } | { kind: "absent" } | { kind: "unreadable" };

/** Saleor's user as we read it just now. Lives in memory only. */
export interface Customer {
  id: CustomerId;
  email: string;
  firstName: string;
  lastName: string;
  isActive: boolean;
  isStaff: boolean;
  isConfirmed: boolean;
  /** Saleor's enum, e.g. `EN`, `PT_BR`. */
  languageCode: string;
  externalReference: string | null;
  /** ISO 8601 instants. */
  dateJoined: string;
  lastLogin: string | null;
  updatedAt: string;
  defaultBillingAddress: Address | null;
  defaultShippingAddress: Address | null;
  /** Private metadata by key: only the keys that the connection asked for. */
  privateMeta: Readonly<Record<string, MetaValue>>;
  /** Public metadata, likewise. The customer can change it. */
  publicMeta: Readonly<Record<string, MetaValue>>;
  /**
   * Attributes of the customer's type by slug, as text; empty = no value. `null` = this core has none, absent = not asked.
   * A slug that is missing is an attribute that this customer has not got.
   */
  attributes?: Readonly<Record<string, string>> | null;
  /** Has ordered at least once. `null` = not asked. */
  hasOrders: boolean | null;
}

/** What a connection wants to read of its customers beyond what every one reads. */
export interface ReadPlan {
  privateKeys: readonly string[];
  publicKeys: readonly string[];
  /** Attributes of their customer types: from Saleor 3.23, at the price of a second request. */
  attributes?: boolean;
  /** Whether they ever ordered. Costs Saleor a second look. */
  orders: boolean;
}

/** Saleor's global id of a user, base64 of `User:<key>`. One id of another kind would spoil the read of a hundred customers. */
export function isCustomerId(text: string): boolean {
  const letters = text.replace(/=+$/, "");
  // Of one letter too many nothing can be decoded.
  return /^[A-Za-z0-9+/]{4,200}={0,2}$/.test(text) && letters.length % 4 !== 1 && /^User:[\w-]+$/.test(atob(letters));
}
