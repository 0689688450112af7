import type { RuleState } from "@/model/change-rules";
import { isCustomerId } from "@/model/customer";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { UndoWay } from "@/model/undo";

/** Lower goes first: a person who waits, then fresh changes, then history. */
export const Lane = { page: 0, live: 1, backfill: 2 } as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

/**
 * `waiting`: due, or due again. `retrying`: in backoff. The rest is final until the next mark.
 * A row can be due in any state: being due is `due_at`, the state is what the merchant reads.
 */
export type RowState = "waiting" | "retrying" | "in_sync" | "skipped" | "refused" | "gave_up" | "gone";

/** A contact that a customer stands for: its key, under which identity, and what is ours on it. */
export interface Held {
  remoteKey: string;
  emailHmac: string | null;
  ownedTags: string[];
  ownedFields: string[];
}

/** What a run created is to be taken back, or was. */
export interface Undo {
  state: "asked" | "done";
  way: UndoWay;
  /** The run that created the contact. */
  run: string;
  /** Asked: when we last delivered it, ISO. Whoever changed the contact after that was somebody else. */
  since?: string | null;
  /** Asked: the customer was due already, and is again where the contact is left as it is. */
  waited?: boolean;
  /** Done: the customer as Saleor showed them then. While that stays so, nothing is sent. */
  fingerprint?: string | null;
  updatedAt?: string | null;
  /** Done: somebody has asked for this customer since. */
  again?: true;
}

/** A due row as the drain takes it. */
export interface DueRow {
  connectionId: ConnectionId;
  customerId: CustomerId;
  state: RowState;
  lane: Lane;
  version: number;
  attempts: number;
  failingSince: Date | null;
  wantedAt: Date | null;
  /** A deletion event said so at this instant. */
  goneAt: Date | null;
  rereads: number;
  fingerprint: string | null;
  refusedFingerprint: string | null;
  reason: string | null;
  vendorText: string | null;
  /** What the last delivery left out. */
  warnings: string[];
  remoteKey: string | null;
  emailHmac: string | null;
  ownedTags: string[];
  ownedFields: string[];
  /** Contacts whose address this customer left for one that had a contact already, or that passed on to this customer. */
  leftBehind: Held[];
  /** The customer's word last sent, by channel. */
  consents: Record<string, boolean>;
  /** Channels on which the opt-out at the provider is ours. */
  ownedOptOuts: string[];
  /** The status that the contact had before we archived it, in the provider's words. */
  archivedFrom: string | null;
  /** Complete walks in a row that did not list the customer. */
  absentReads: number;
  /** When the deletion policy erases the contact, and whether somebody confirmed it although many go at once. */
  eraseAt: Date | null;
  eraseConfirmed: boolean;
  /** The request to erase this person, while it is not answered here. */
  erasureId: string | null;
  /** Last values of the change rules; `null` = none. */
  ruleState: RuleState | null;
  deliveries: number;
  force: boolean;
  historic: boolean;
  runId: string | null;
  undo: Undo | null;
}

/** What the types of the columns do not promise: a row may have been damaged, or written by a release that knew more. */
export function isReadable(row: DueRow): boolean {
  return (
    isCustomerId(row.customerId) &&
    areTexts(row.ownedTags) &&
    areTexts(row.ownedFields) &&
    areTexts(row.warnings) &&
    Array.isArray(row.leftBehind) &&
    row.leftBehind.every(isHeld) &&
    (row.undo === null || isUndo(row.undo)) &&
    [row.failingSince, row.wantedAt, row.goneAt, row.eraseAt].every((at) => at === null || at instanceof Date)
  );
}

const areTexts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === "string");

function isUndo({ state, way, run }: Partial<Record<keyof Undo, unknown>>): boolean {
  return (state === "asked" || state === "done") && (way === "archive" || way === "tag") && typeof run === "string";
}

function isHeld(value: unknown): boolean {
  const held = value as Partial<Record<keyof Held, unknown>> | null;
  return typeof held?.remoteKey === "string" && areTexts(held.ownedTags) && areTexts(held.ownedFields);
}
