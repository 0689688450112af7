/**
 * Why something was not delivered, in words that code branches on; sentences for people are in the catalogues
 * (`reason.<code>` in src/dashboard/ui/messages and in the provider's folder).
 */
export type Reason = string;

/** What the provider told us about a contact that now stands as we wanted. Ids and tag names only. */
export interface Receipt {
  /** The provider's own stable id of the contact (Mailchimp `contact_id`). */
  remoteKey?: string;
  /** Every tag on the contact that we own from now on. Absent = ownership is as before. */
  ownedTags?: readonly string[];
  /** Every field on the contact that we filled, now or before. Absent = ownership is as before. */
  ownedFields?: readonly string[];
  /** Channels on which an opt-out that we wrote stands. Absent = as before. */
  ownedOptOuts?: readonly string[];
  /** Words that were followed, by channel. Absent = those of this delivery where it came to its end, otherwise none. */
  consents?: Readonly<Record<string, boolean>>;
  /** Problems that did not stop the delivery, e.g. `tags_not_json`, `field_dropped:PHONE`. */
  warnings?: readonly Reason[];
}

/** The contact stands, and what followed (its tags) did not come off: whoever deletes the customer now must find it. */
export interface Partly {
  change: "created" | "updated" | "none";
  receipt: Receipt;
}

/**
 * One verdict for one customer. The kind decides who acts next:
 * - `delivered`, `unchanged`: nobody;
 * - `skipped`: nobody, by the merchant's own choice or the customer's data (no e-mail, staff, archived);
 * - `refused`: the provider will not take this record as it is: the merchant's data must change;
 * - `retry`: provider busy or unreachable, the queue tries again;
 * - `auth`: only a person can mend the connection (`credentials_refused`, `target_gone`, …): it stops, its marks wait.
 */
export type Outcome =
  | { kind: "delivered"; change: "created" | "updated"; receipt: Receipt }
  | { kind: "unchanged"; receipt?: Receipt }
  | { kind: "skipped"; reason: Reason; receipt?: Receipt }
  | { kind: "refused"; reason: Reason; vendorText?: string; partly?: Partly }
  | { kind: "retry"; reason: Reason; afterSeconds?: number; throttled?: boolean; vendorText?: string; partly?: Partly }
  | { kind: "auth"; reason: Reason; vendorText?: string; partly?: Partly };

export type Failure = Extract<Outcome, { kind: "refused" | "retry" | "auth" }>;
