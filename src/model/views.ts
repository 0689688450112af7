/** What the pages are told. Shapes only: no secret, no stored personal data ever stands in one of these. */
import type { ChangeRule } from "./change-rules";
import type { Removal } from "./connection";
import type { ConsentRule, FieldRule, FieldTarget } from "./rules";
import type { ConnectionId } from "./shop";
import type { UndoEnd, UndoWay } from "./undo";

export type PermissionName = "MANAGE_APPS" | "MANAGE_USERS";

export interface AppInfo {
  shopHost: string;
  /** Saleor's "3.23.28", or null while it could not be asked. */
  coreVersion: string | null;
  permissions: { manageApps: boolean; manageUsers: boolean };
  sandbox: boolean;
  /** The person's own choice; `null` = as the Dashboard. */
  language: "en" | "ru" | null;
  /** What is left of the setup: `left` = it does not open by itself, `folded` = one row of the overview; `null` = open. */
  setup: "left" | "folded" | null;
  providers: ProviderInfo[];
}

export interface ProviderInfo {
  id: string;
  title: string;
  /** `oauth` only where this installation has a client id for it; `key` always (self-hosters). */
  connectBy: ("oauth" | "key")[];
  /** Drawn as the key form. */
  credentialFields: FormField[];
  /** Page at the vendor where a person removes the app. */
  revokeUrl: string | null;
}

interface FormOption {
  value: string;
  labelKey: string;
  helpKey: string | null;
}

/** One field of a provider's settings or credentials. Keys resolve in the provider's `messages.<locale>.json`. */
export interface FormField {
  name: string;
  kind: "choice" | "text" | "toggle" | "target" | "secret" | "rows";
  section: string;
  labelKey: string;
  helpKey: string | null;
  options: FormOption[];
  columns: FormColumn[];
  suggestions: string[];
  /** The provider can be asked about what is typed. */
  check: boolean;
  default: SettingValue;
  optional: boolean;
}

/** A column of the kind `rows`. */
export interface FormColumn {
  name: string;
  kind: "choice" | "text";
  labelKey: string;
  options: FormOption[];
  default: string;
  optional: boolean;
}

export type SettingRow = Record<string, string>;
export type SettingValue = string | boolean | SettingRow[];

/** See ui.md 2.3: one state, one pill. */
export type ConnectionHealth = "setup" | "paused" | "live" | "catching_up" | "provider_down" | "reconnect" | "target_gone" | "unreadable";

export interface ConnectionView {
  id: ConnectionId;
  provider: string;
  title: string;
  health: ConnectionHealth;
  /** Reason code behind `health`, ISO instant since when. */
  healthReason: string | null;
  healthSince: string | null;
  live: boolean;
  /** Live sync was on once and was switched off: what changes meanwhile is caught up with. */
  isPaused: boolean;
  account: { name: string; detail: string; connectedAt: string; by: "oauth" | "key"; credentialEnding: string | null } | null;
  target: { id: string; name: string } | null;
  counts: Counts;
  lastDeliveredAt: string | null;
  /** The last full sync of this target that was finished. Before it, nobody knows how many customers there are. */
  fullSyncedAt: string | null;
  /** Next try while the provider does not answer, ISO instant. */
  nextTryAt: string | null;
  /** Since when the change that waits longest has been due, ISO instant. */
  waitingSince: string | null;
  /** The last 24 hours, oldest first; the last one is under way. */
  hours: HourView[];
  run: RunView | null;
  /** Contacts of deleted customers that wait for their erasure, and those that wait for a person to confirm it. */
  erasures: { waiting: number; held: number };
}

export interface HourView {
  /** Its beginning, ISO instant. */
  at: string;
  /** Contacts created or updated. */
  sent: number;
  /** Refused, or given up. */
  failed: number;
}

/** Kept counters; they add up to the number of known customers. */
export interface Counts {
  inSync: number;
  waiting: number;
  retrying: number;
  skipped: number;
  refused: number;
  gaveUp: number;
  gone: number;
}

export interface RunView {
  id: string;
  connectionId: ConnectionId;
  state: "running" | "paused" | "cancelled" | "finished" | "stopped";
  /** Who walks Saleor for it: a page, or the app in the background. */
  driver: "page" | "worker";
  /** What happens when the page that drives it is left. */
  onLeave: "pause" | "continue";
  startedAt: string;
  finishedAt: string | null;
  /** The person asking started it. */
  mine: boolean;
  /** No page has driven it for 30 seconds. */
  abandoned: boolean;
  walkDone: boolean;
  /** Opaque to the server: where the page's walk stands. */
  cursor?: unknown;
  total: number | null;
  marked: number;
  /** Customers with a final outcome. */
  done: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  refused: number;
  gaveUp: number;
  /** Marked, but no outcome yet; of those, in backoff. */
  due: number;
  retrying: number;
  /** What most of those in backoff wait for: reason code. */
  retryingReason: string | null;
  /** Why it waits or stopped: reason code. */
  problem: string | null;
}

/** What undoing a run would do. Names and e-mails of the examples are asked of Saleor by the page. */
export interface UndoPreview {
  /** Contacts that the run created and that are still ours alone to take back, as far as we know without asking the provider. */
  count: number;
  /** All that it created. */
  created: number;
  examples: string[];
  ways: UndoWay[];
  tag: string;
}

export interface UndoView {
  way: UndoWay;
  mine: boolean;
  startedAt: string;
  finishedAt: string | null;
  /** Everybody has been asked for; until then `marked` grows. */
  isMarked: boolean;
  marked: number;
  undone: number;
  left: number;
  failed: number;
  /** It was cut short: reason code. */
  problem: string | null;
  ends: { end: UndoEnd; reason: string; count: number }[];
}

/** What a full sync would do, judged by a sample. */
export type PreviewView =
  | {
      kind: "preview";
      total: number;
      sample: number;
      /** Of the sample. */
      created: number;
      updated: number;
      unchanged: number;
      skipped: number;
      unknown: number;
      /** Extrapolated to all customers; null where new contacts cost nothing. */
      billable: number | null;
      /** A few that would change, with what differs. */
      examples: { customerId: string; email: string; differences: { field: string; ours: string; theirs: string }[] }[];
    }
  | { kind: "unavailable"; reason: string };

/** One customer of a connection. Name and e-mail are not known here: a page asks Saleor for them, as whoever looks. */
export interface ActivityRowView {
  customerId: string;
  state: "waiting" | "retrying" | "in_sync" | "skipped" | "refused" | "gave_up" | "gone";
  reason: string | null;
  vendorText: string | null;
  warnings: string[];
  attempts: number;
  /** Of the newest change or outcome. */
  at: string;
  deliveredAt: string | null;
  nextTryAt: string | null;
}

/** Where some customers stand with one connection, as the Dashboard's own pages show it. */
export interface StandingView {
  connectionId: ConnectionId;
  provider: string;
  title: string;
  /** What becomes of a change now: `on` it is sent, `off` live sync is off, `setup` no target yet, `stopped` only a person can mend it. */
  sending: "on" | "off" | "setup" | "stopped";
  /** Reason code behind `stopped`. */
  reason: string | null;
  /** Of those asked for, the customers that the connection knows. */
  rows: ActivityRowView[];
}

export interface StandingsView {
  /** The person's own choice; `null` = as the Dashboard. */
  language: AppInfo["language"];
  mayManage: boolean;
  standings: StandingView[];
}

export type SyncSelectedResult =
  /** `isPending`: no answer within the time that a person waits; it goes on by itself. */
  | { kind: "sent"; rows: { customerId: string; state: ActivityRowView["state"]; reason: string | null; isPending: boolean }[] }
  | { kind: "unavailable"; reason: string };

/** Newest first. `newer` and `older` name the pages beside it, where there are any. */
export interface ActivityPage {
  rows: ActivityRowView[];
  newer: string | null;
  older: string | null;
}

/** One customer of one connection from all sides: Saleor, our mapping, the provider. Personal data: shown, never stored. */
export type InspectView =
  | {
      kind: "record";
      customerId: string;
      /** `null`: never due here. */
      row: ActivityRowView | null;
      /** Newest first, a few. */
      answers: { at: string; state: ActivityRowView["state"]; change: "created" | "updated" | "unchanged" | null; reason: string | null }[];
      deliveries: number;
      /** `metadata:<key>` for a value of metadata, else a key that the page words. */
      saleor: { kind: "found"; facts: { key: string; value: string }[] } | { kind: "not_found" } | { kind: "unavailable"; reason: string };
      /** Why the mapping sends nobody. */
      skipped: string | null;
      /** Values that the mapping left out, as codes. */
      problems: string[];
      provider:
        | { kind: "held"; status: string; url: string | null }
        | { kind: "none" }
        | { kind: "unavailable"; reason: string; vendorText: string | null };
      fields: InspectField[];
    }
  | { kind: "unavailable"; reason: string };

/** A few real customers to look at before anything is sent. */
export type ExamplesView = { kind: "examples"; customerIds: string[] } | { kind: "unavailable"; reason: string };

export interface InspectField {
  /** `email`, `tags`, or the provider's own name. */
  field: string;
  /** `null`: not sent. */
  ours: string | null;
  /** `null`: not known there. */
  theirs: string | null;
  /** A delivery would change it. */
  differs: boolean;
}

export interface AuditView {
  id: number;
  at: string;
  /** Saleor's id of the person; `null`: the app itself. */
  staffUserId: string | null;
  mine: boolean;
  action:
    | "connected"
    | "disconnected"
    | "settings_changed"
    | "live_on"
    | "live_off"
    | "exported"
    | "consent_exported"
    | "erased"
    | "erase_confirmed"
    | "erase_everywhere"
    | "undone";
  /** Names of what was changed, never values. */
  detail: Record<string, string | number | boolean | readonly string[]>;
}

export interface ReasonCount {
  /** `in_sync`: sent, with something left out. */
  state: "in_sync" | "skipped" | "refused" | "gave_up" | "retrying";
  reason: string;
  count: number;
}

/** Customers of a connection that are not sent any more before somebody says so. */
export interface UnsentView {
  state: "refused" | "gave_up";
  reason: string;
  count: number;
}

export interface SettingsView {
  version: number;
  values: Record<string, SettingValue>;
  fields: FormField[];
}

/** What the provider said to one setting as it is typed. */
export type CheckView = { kind: "ok"; code: string } | { kind: "failed"; reason: string; vendorText: string | null };

export type SaveResult =
  | { kind: "saved"; version: number; targetChanged: boolean }
  | { kind: "conflict"; changedAt: string | null }
  | { kind: "invalid"; problems: { name: string; messageKey: string }[] }
  | { kind: "unavailable"; reason: string };

/** The merchant's rules of one connection, and what they may speak of. */
export interface RulesView {
  version: number;
  fieldRules: FieldRule[];
  consentRules: ConsentRule[];
  changeRules: ChangeRule[];
  /** How the name of an event looks, as a regular expression; `null` = this provider has no events. */
  eventForm: string | null;
  /** Words under the provider's `channels.<id>`. Empty: this provider follows no consent. */
  channels: { id: string; defaultKey: string }[];
  /** How this provider can follow a yes; the first is the safest. */
  optIns: ConsentRule["optIn"][];
  canCreateFields: boolean;
  /** How we learn of opt-outs at the provider; `null` = not at all. */
  optOuts: { by: "listening" } | { by: "block" } | { by: "asking"; everyMinutes: number } | null;
}

/** What a person sets up at the provider so that it tells us about opt-outs. */
export interface InboundAddressView {
  /** Ends in a secret: copied, not shown. */
  url: string;
  block: string;
}

export interface FieldView extends FieldTarget {
  label: string;
  required: boolean;
}

export type FieldsView = { kind: "ok"; fields: FieldView[] } | { kind: "failed"; reason: string; vendorText: string | null };
export type FieldCreated = { kind: "ok"; field: FieldView } | { kind: "failed"; reason: string; vendorText: string | null };

/** What the rules make of one customer; one row for each rule, in their order. */
export type RulesPreview =
  | {
      kind: "preview";
      customerId: string;
      /** This person is not sent at all: reason code. */
      skipped: string | null;
      rows: { source: string | null; result: string | null; isKept: boolean; problems: string[] }[];
    }
  | { kind: "not_found" }
  | { kind: "unavailable"; reason: string };

/** What a change rule would do about one change. Nothing was sent. */
export type ChangeTrial =
  | {
      kind: "trial";
      what: "fires" | "first_sight" | "no_value" | "same" | "not_this_change" | "not_understood";
      /** What the rule saw after the change: typed, or the customer's value now. */
      value: string;
      /** The chosen customer is not sent at all: reason code. */
      skipped: string | null;
      addTags: string[];
      removeTags: string[];
      fields: { id: string; value: string }[];
      events: { name: string; properties: Record<string, string> }[];
      problems: string[];
    }
  | { kind: "not_found" }
  | { kind: "unavailable"; reason: string };

export type Listening = { kind: "listening" } | { kind: "not_offered" } | { kind: "failed"; reason: string };

/** ISO instants; what was said, from where we know, and what it is called there. */
export type ConsentLogView = {
  at: string;
  connectionId: ConnectionId;
  channel: string;
  word: boolean;
  source: "saleor" | "provider";
  evidence: string;
}[];

/** A problem's name leads to the rule: `fieldRules.3.target`. */
export type RulesSaved = SaveResult;

export type TargetsView =
  | { kind: "ok"; targets: { id: string; name: string; contacts: number | null; notes: string[] }[] }
  | { kind: "failed"; reason: string; vendorText: string | null };

/** What the provider holds of one contact. */
export interface HeldView {
  email: string;
  status: string;
  fields: Record<string, string | number | boolean | null>;
  tags: string[];
  /** The contact's page at the vendor. */
  url: string | null;
}

export interface OAuthTicket {
  attemptId: string;
  /** Absolute address on this app; carries a one-time ticket, no token. Opened by the Dashboard in a new tab. */
  url: string;
  expiresAt: string;
}

export type OAuthStatus =
  | { state: "issued" } // the tab has not reached us yet
  | { state: "opened" }
  | { state: "denied" }
  | { state: "expired" }
  | { state: "wrong_browser" }
  | { state: "failed"; reason: string }
  | { state: "granted"; account: AccountView }
  | { state: "confirmed"; connectionId: ConnectionId };

/** The account behind fresh credentials, shown for confirmation. `owner` comes from the vendor and is not stored by us. */
export interface AccountView {
  name: string;
  detail: string;
  owner: string | null;
  shopHost: string;
  targets: number | null;
  targetNames: string[];
  contacts: number | null;
  /** What to know before going on: reason codes such as `permission_missing:customer_write`. */
  notes: string[];
  /** Another account was connected before: its name. The page asks first. */
  replaces: string | null;
}

export type KeyResult =
  | { kind: "granted"; attemptId: string; account: AccountView }
  | { kind: "refused"; field: string | null; reason: string; vendorText: string | null };

export type ConfirmResult =
  | { kind: "connected"; connectionId: ConnectionId }
  | { kind: "expired" }
  | { kind: "unavailable"; reason: string };

export interface ChunkAnswer {
  run: RunView;
  /** Outcomes of this chunk by kind; the rest is still due. */
  settled: number;
  stillDue: number;
}

/** "Sync one customer now": what was sent and what came back, without secrets. */
export type SyncNowResult =
  | {
      kind: "done";
      customerId: string;
      state: "in_sync" | "skipped" | "refused" | "retrying" | "gave_up" | "gone";
      change: "created" | "updated" | "unchanged" | null;
      reason: string | null;
      vendorText: string | null;
      warnings: string[];
      sent: Record<string, unknown> | null;
      /** Read back afterwards; null = there is no such contact, or it could not be read. */
      held: HeldView | null;
      milliseconds: number;
    }
  | { kind: "waiting"; customerId: string }
  | { kind: "not_found" }
  | { kind: "unavailable"; reason: string };

/** What erasing one person would do, for the question that comes first. */
export interface ErasePlan {
  saleor: { kind: "found" } | { kind: "not_found" } | { kind: "unavailable"; reason: string };
  /** `acts`: the most thorough thing the provider can do; `null` = the connection is not set up, and has nobody. */
  connections: { id: ConnectionId; provider: string; title: string; target: string; acts: Removal | null; isStopped: boolean }[];
}

export type EraseResult = { kind: "asked"; erasure: ErasureView } | { kind: "unavailable"; reason: string };

/** A request to erase one person, and what came of it. Without their address: the page knows it from Saleor, as whoever looks. */
export interface ErasureView {
  id: string;
  customerId: string;
  /** Keyed hash of the address. */
  person: string | null;
  askedAt: string;
  staffUserId: string | null;
  mine: boolean;
  /** "Do not sync" was written in Saleor; false where the customer was not there any more. */
  keptOut: boolean;
  steps: {
    connectionId: ConnectionId;
    provider: string;
    title: string;
    targetName: string;
    asked: Removal;
    /** `impossible`: the provider cannot; `lost`: the connection is gone before it answered. */
    state: "waiting" | "done" | "refused" | "impossible" | "lost";
    /** Code of what was answered last. */
    answer: string | null;
    vendorText: string | null;
    attempts: number;
    askedAt: string | null;
    answeredAt: string | null;
  }[];
}
