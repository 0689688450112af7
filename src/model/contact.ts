import type { Address, MetaValue } from "./customer";
import type { CustomerId } from "./shop";

export type FieldValue = string | number | boolean | null;

/** What the mapping makes of a customer for one connection: what we want the provider to hold. Pure data. */
export interface MappedContact {
  email: string;
  firstName: string;
  lastName: string;
  languageCode: string;
  phone: string;
  /** Every phone, default billing address first, each once, with the country of its address (ISO 3166-1 alpha-2). */
  phones: readonly { number: string; country: string }[];
  dateJoined: string;
  /** The default billing address, else the default shipping address. */
  address: Address | null;
  /**
   * Values of the merchant's mapping rules by target field. `null` = there is none: emptied where we filled it. A field
   * whose value could not be understood is missing: what the provider holds stays.
   */
  fields: Readonly<Record<string, FieldValue>>;
  /** What a consent rule reads now, by channel. A channel without a rule, or without a word on it, is missing. */
  consents: Readonly<Record<string, boolean>>;
  /** Private metadata that the provider asked for by `customers.reads`. */
  meta: Readonly<Record<string, MetaValue>>;
  /** `null` = could not be read, so tags stay untouched. Otherwise the full set we want, deduplicated without regard to case. */
  tags: readonly string[] | null;
  /** Reason codes of values that were left out, e.g. `tags_not_json`. */
  problems: readonly string[];
}

/** A contact on its way to a provider, with what the ledger knows about it. */
export interface Contact {
  /** The customer's id: outcomes come back under it. */
  key: CustomerId;
  mapped: MappedContact;
  /** The provider's id of this contact, if we ever delivered it to this target. */
  remoteKey: string | null;
  /** The e-mail differs from the one last delivered under `remoteKey`: rename rather than create. */
  emailChanged: boolean;
  /** Tags on the contact that we set and may therefore remove. */
  ownedTags: readonly string[];
  /** Fields on the contact that we filled and may therefore empty: an empty name in Saleor wipes nobody else's entry. */
  ownedFields: readonly string[];
  /**
   * Channels on which the customer's word changed since we last sent it: the only reason to write the status of a contact
   * that exists. `true` = yes.
   */
  consentChanges: Readonly<Record<string, boolean>>;
  /** Channels on which the opt-out at the provider is ours: written on the customer's word, so a new word may take it back. */
  ownedOptOuts: readonly string[];
  /** We archived the contact while its customer was deactivated: the status it had then. `null` = whoever archived it, not we. */
  archivedFrom: string | null;
  /** We archived it ourselves, when a full sync was undone: it need not stay so. */
  mayComeBack?: boolean;
  /** For vendors that want one id per payload: the same for repeats of the same payload. */
  repeatId: string;
  /** From a sweep rather than from a fresh change: use the provider's quiet ways. */
  historic: boolean;
  /** Look at the provider before concluding that nothing needs to be done. */
  force: boolean;
}
