/**
 * What the app asks of a vendor adapter. In: settings, credentials and contacts, handed over on a link. Out: one
 * outcome for every contact. An adapter never reaches for a queue, the environment or a store, and never throws for
 * what its vendor is known to say. A capability exists because its key exists.
 */
import type { z } from "zod";
import type { Removal } from "@/model/connection";
import type { Contact, MappedContact } from "@/model/contact";
import type { ReadPlan } from "@/model/customer";
import type { Failure, Outcome, Reason } from "@/model/outcome";
import type { ConsentRule, FieldTarget } from "@/model/rules";
import type { CustomerId } from "@/model/shop";
import type { History, Inbound } from "./contract/opt-outs";
import type { Limiter } from "./kit/limiter";
import type { HostRules } from "./kit/vendor-host";

export type { Delivery, Heard, History, HistoryPage, Inbound, OptOutHint } from "./contract/opt-outs";

/** Where the vendor lives. Empty in production: adapters know their vendor's hosts. Filled only under `CRM_SANDBOX=1`. */
export type Endpoints = Readonly<Record<string, string>>;

export interface ProviderLog {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** A live line to one merchant's account: everything an adapter may touch. */
export interface Link<Settings = Record<string, unknown>, Credentials = Record<string, unknown>> {
  readonly settings: Settings;
  readonly credentials: Credentials;
  /** Where contacts go inside the provider (audience, site, brand); empty until the merchant chose one. */
  readonly target: string;
  readonly endpoints: Endpoints;
  /** What the operator allows of addresses that merchants name: for vendors whose accounts have hosts of their own. */
  readonly hosts: HostRules;
  /** Shared by everything that talks to this provider account: every request goes through `limiter.run`. */
  readonly limiter: Limiter;
  /** Kept by the drain for minutes and dropped when settings change: for look-ups such as "who is in the audience". */
  readonly cache: Map<string, unknown>;
  readonly log: ProviderLog;
  /** Aborted when the drain loses its lease or the process stops. */
  readonly signal: AbortSignal;
}

/** The account behind a set of credentials. */
export interface Account {
  /** What rate limits belong to; stable across reconnects (Mailchimp: `account_id`). Prefixed with the provider by the caller. */
  limitKey: string;
  /** For the page: "Example Store". */
  name: string;
  /** For the page, e.g. data centre or host. */
  detail: string;
  /** Who owns the account, as the vendor says it (an e-mail address): shown once for confirmation, never stored. */
  owner?: string;
  /** What a merchant should know before going on, e.g. `permission_missing:customer_write`: worded under `notes`. */
  notes?: readonly string[];
}

export interface Target {
  id: string;
  name: string;
  /** Contacts in it, where the vendor tells. */
  contacts: number | null;
  /** Facts the page may warn about: reason codes such as `double_optin`. Required fields come from `fields`. */
  notes: readonly string[];
}

/** One field of the provider's dictionary. What the mapping must respect (type, length, choices, form) is the target of its rules. */
export interface FieldDefinition extends Omit<FieldTarget, "choices"> {
  label: string;
  required: boolean;
  choices?: readonly string[];
}

export interface NewField {
  label: string;
  type: Extract<FieldTarget["type"], "text" | "number" | "date">;
}

/** What the provider holds of one contact now, for the inspector and the comparison. */
export interface ProviderContact {
  remoteKey: string;
  email: string;
  /** In the vendor's words; `archived` where its archive holds the contact. */
  status: string;
  fields: Readonly<Record<string, string | number | boolean | null>>;
  tags: readonly string[];
  /** The person said no there, or mail to them bounces: archiving would forget it. */
  hasOptedOut?: boolean;
  /** By whomever, ISO: where the vendor tells. */
  changedAt?: string;
  /** Page at the vendor, https only. */
  url?: string;
}

/** One thing that a delivery would change. */
export interface Difference {
  field: string;
  ours: string;
  theirs: string;
}

/** What a delivery would do, for the preview of a full sync. `unknown`: the provider could not be asked. */
export type Foresight =
  | { kind: "would_create" }
  | { kind: "would_update"; differences: readonly Difference[] }
  | { kind: "would_leave" }
  | { kind: "would_skip"; reason: string }
  | { kind: "unknown" };

export type Answer<T> = { kind: "ok"; value: T } | Failure;

/** What a look at one setting found, worded under `checks`: a name the vendor knows, a name it does not know. */
export interface Checked {
  code: string;
}

/** One entry for every key handed in. A missing key is read as `retry`, never as success. */
export type Outcomes = ReadonlyMap<CustomerId, Outcome>;

export interface ContactRef {
  key: CustomerId;
  remoteKey: string;
}

/** Heavy consequences of a full sync, so that the page can name them before Start. */
export interface Consequence {
  code: "confirmation_emails" | "receives_marketing" | "billable_contacts" | "automations";
}

export interface ContactEvent {
  /** GUID: the same for a repeat, so that one event is not sent twice. */
  id: string;
  key: CustomerId;
  email: string;
  /** As the merchant named it. */
  name: string;
  properties: Readonly<Record<string, string>>;
}

export interface Events<L = Link> {
  /** How names look here; worded under `events`. */
  readonly form: RegExp;
  /**
   * One entry for every id; a missing one is read as `retry`. What was sent before under an id is `sent`. Refused means
   * for good: it is not tried again.
   */
  send(link: L, events: readonly ContactEvent[]): Promise<ReadonlyMap<string, { kind: "sent" } | Failure>>;
}

export interface OAuth {
  /** Names of the environment variables that hold our client id and secret with this vendor. */
  readonly clientEnv: { id: string; secret: string };
  /** The vendor's consent page. */
  authorizeUrl(input: { clientId: string; redirectUri: string; state: string; endpoints: Endpoints }): string;
  /** Exchanges the code on the server; the credentials have been checked by shape (`dc` and the like). */
  exchange(input: {
    clientId: string;
    clientSecret: string;
    redirectUri: string;
    code: string;
    endpoints: Endpoints;
    signal: AbortSignal;
  }): Promise<Answer<Record<string, unknown>>>;
  /** Where a person removes the app at the vendor. */
  readonly revokeUrl: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a provider's own settings type is known only in its folder
export type AnyProvider = Provider<any, any>;

export interface Provider<
  Settings extends z.ZodObject = z.ZodObject,
  Credentials extends z.ZodObject = z.ZodObject,
  L = Link<z.output<Settings>, z.output<Credentials>>,
> {
  readonly id: string;
  readonly title: string;
  /**
   * What the merchant chooses. `.meta()` of each field draws the form: see `kit/form.ts`. Every field has a default, so
   * that `settings.parse({})` is the safe start. A field of kind `target` is the place the merchant picks from `targets`.
   * What the engine reads by name comes from `kit/engine-settings.ts`. Words: `messages.en.json` beside the adapter (`sections`, `settings`, `reason`,
   * `notes`, `consequences`, `checks`); a reason such as `field_dropped:LTV` is worded under `field_dropped` with `{detail}`.
   */
  readonly settings: Settings;
  /** What opens the account: typed by the merchant (`.meta({ secret: true })`) or brought back by `oauth`. */
  readonly credentials: Credentials;
  /** Names of the environment variables that may replace vendor hosts under `CRM_SANDBOX=1`, by endpoint name. */
  readonly sandboxEnv: Readonly<Record<string, string>>;
  readonly oauth?: OAuth;
  readonly inbound?: Inbound<L>;
  readonly history?: History<L>;
  readonly events?: Events<L>;
  readonly limits: {
    /** Most contacts `upsert` is handed at once. */
    batchSize: number;
    /** Requests in flight at the start and at most, per limit key. */
    inFlight: number;
    maxInFlight: number;
    perSecond?: number;
    /** So many at most arrive within any such while, where the vendor counts it so strictly. */
    window?: { requests: number; ms: number };
    /** After how many seconds the vendor itself has cut a request that we lost sight of. */
    vendorCutOffSeconds: number;
  };
  /** Bumped when the same customer would be sent differently: part of the fingerprint. */
  readonly mapperVersion: number;

  /** Checks the credentials and names the account. */
  connect(link: L): Promise<Answer<Account>>;
  /**
   * Asks the vendor about one setting, for the button beside it (`.meta({ check: true })`). Changes nothing at the vendor.
   * The link carries what is typed, saved or not.
   */
  check?(link: L, setting: string): Promise<Answer<Checked>>;
  targets(link: L): Promise<Answer<readonly Target[]>>;
  /** The provider's dictionary of fields in the chosen target. */
  fields(link: L): Promise<Answer<readonly FieldDefinition[]>>;
  /** Adds a field to the dictionary. */
  createField?(link: L, wish: NewField): Promise<Answer<FieldDefinition>>;
  /** What a full sync under these settings will set off beyond writing contacts. */
  consequences(settings: z.output<Settings>, target: Target): readonly Consequence[];

  readonly customers: {
    /** Longest tag and most tags per contact that the vendor takes; the mapper cuts to it and says so. */
    readonly tags: { maxLength: number; maxPerContact: number };
    /**
     * On what a consent rule may speak under these settings; `email` is worded under `channels.email`, and so is the
     * first part of `email.news`. Without it the provider follows no consent. Pure.
     */
    channels?(settings: z.output<Settings>): readonly string[];
    /** How a yes can be followed; without it in every way. A rule that wants another way subscribes nobody. */
    readonly optIns?: readonly ConsentRule["optIn"][];
    /** What this connection wants to read of customers beyond names, address and its tags. Pure. */
    reads?(settings: z.output<Settings>): Partial<ReadPlan>;
    /** Exactly what would be sent for this contact apart from status: the fingerprint and the page are made of it. Pure. */
    payload(settings: z.output<Settings>, mapped: MappedContact): Record<string, unknown>;
    /** Values of this contact that the provider would not take as they are and that are left out: reason codes. Pure. */
    check?(settings: z.output<Settings>, mapped: MappedContact): readonly Reason[];
    /** Fields that delivering this contact fills: noted before the answer is there, in case it never comes. Pure. */
    fills(settings: z.output<Settings>, mapped: MappedContact): readonly string[];
    upsert(link: L, contacts: readonly Contact[]): Promise<Outcomes>;
    /** What `upsert` would do, without doing it: only reads. One entry for every key. */
    foresee(link: L, contacts: readonly Contact[]): Promise<ReadonlyMap<CustomerId, Foresight>>;
    /** What `remove` can do here, the most thorough first. `erase` = permanently, with everything the vendor holds of the contact. */
    readonly removals: readonly [Removal, ...Removal[]];
    /** Erases, archives or tags as asked; the absent is `unchanged`. */
    remove(link: L, refs: readonly ContactRef[], removal: Removal): Promise<Outcomes>;
    /** `null` = the provider has no such contact. */
    read(link: L, who: { remoteKey: string } | { email: string }): Promise<Answer<ProviderContact | null>>;
  };
}
