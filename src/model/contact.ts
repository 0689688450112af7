import type { Address } from "./customer";
import type { CustomerId } from "./shop";

export type FieldValue = string | number | boolean | null;

/** What the mapping makes of a customer for one connection: what we want the provider to hold. Pure data. */
export interface MappedContact {
  email: string;
  firstName: string;
  lastName: string;
  languageCode: string;
  phone: string;
  dateJoined: string;
  address: Address | null;
  /** Values of the merchant's mapping rules by target field. */
  fields: Readonly<Record<string, FieldValue>>;
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
  /** For vendors that want one id per payload: the same for repeats of the same payload. */
  repeatId: string;
  /** From a sweep rather than from a fresh change: use the provider's quiet ways. */
  historic: boolean;
  /** Look at the provider before concluding that nothing needs to be done. */
  force: boolean;
}
