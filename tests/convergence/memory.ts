/** What nobody could read off the town in the end, and what had to happen for the end to be right. */
import { ADDRESSES, type Rule, type Word } from "./story";

export interface Memory {
  /** Who had an address in Saleor from when till when, milliseconds: never longer than they really had it. */
  owners: { id: string; address: string; from: number; till: number }[];
  /** Every clear word of a customer, in order. */
  said: { id: string; word: boolean }[];
  /** Every rule that ever stood, by how it follows a yes; and whether another came or went meanwhile. */
  rules: Set<Rule>;
  ruleChanged: boolean;
  /** Tags put on by hand, by contact. */
  byHand: { contactId: string; tag: string }[];
  archivedByAdmin: Set<string>;
  /** Contacts that the merchant's own form collected, with the name given there. */
  collected: Map<string, { name: string }>;
  /** Every tag that a customer's metadata ever named. */
  everWished: Map<string, Set<string>>;
  /** Something happened that nobody told us of: catch-up must find it. */
  needsCatchUp: boolean;
  /** A deletion nobody told us of, or drift that no event announces: comparison must find it. */
  needsComparison: boolean;
  /** For a while contacts of the deleted were to be left as they are. */
  mayLeave: boolean;
  /** Every status that new contacts were to have. */
  newStatuses: Set<string>;
  longestLagMs: number;
  /** Kinds of steps that changed something, and fates of events. */
  happened: Set<string>;
}

export function emptyMemory(): Memory {
  return {
    owners: [],
    said: [],
    rules: new Set(),
    ruleChanged: false,
    byHand: [],
    archivedByAdmin: new Set(),
    collected: new Map(),
    everWished: new Map(),
    needsCatchUp: false,
    needsComparison: false,
    mayLeave: false,
    newStatuses: new Set(["transactional"]),
    longestLagMs: 0,
    happened: new Set(),
  };
}

export const addressAt = (n: number) => `p${n % ADDRESSES}@shop-one.dev`;

export function sayAt(memory: Memory, id: string, word: Word): void {
  if (word === "yes" || word === "no") memory.said.push({ id, word: word === "yes" });
}

export function settleAt(memory: Memory, id: string, address: string): void {
  memory.owners.push({ id, address, from: Date.now(), till: Number.POSITIVE_INFINITY });
}

export function leaveFrom(memory: Memory, address: string): void {
  const owner = memory.owners.findLast((one) => one.address === address);
  if (owner) owner.till = Date.now();
}
