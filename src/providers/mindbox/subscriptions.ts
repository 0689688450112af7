/**
 * What the customer's word does to the subscriptions of one card. Pure. A brand has channels, a channel has topics: a word
 * on a channel is inherited by its topics, so that a yes could bring back a topic that somebody left.
 */
import type { Contact } from "@/model/contact";
import type { Reason } from "@/model/outcome";
import { followWord, type Standing } from "../kit/follow-word";
import type { Card } from "./answers";
import type { MindboxLink, Settings } from "./settings";

interface Subscription {
  brand?: string;
  pointOfContact: string;
  topic?: string;
  isSubscribed: boolean;
}

type Row = Settings["subscriptions"][number];

/** The channel's name in consent rules: `email`, or `email.news` for one topic of it. */
const consentChannel = ({ channel, topic }: { channel: string; topic: string }): string =>
  [channel, topic].filter(Boolean).join(".").toLowerCase();

const wholeChannel = ({ channel }: Row): string => channel.toLowerCase();

export const channels = ({ subscriptions }: Settings): string[] => [...new Set(subscriptions.map(consentChannel))];

export interface Consent {
  subscriptions: readonly Subscription[];
  /** Missing = the card was not looked at, and nothing was said. */
  ownedOptOuts?: readonly string[];
  warnings: readonly Reason[];
}

/** Nobody's word changed. */
export const NO_WORD: Consent = { subscriptions: [], warnings: [] };

interface Seen {
  /** `null` = Mindbox does not have the customer: the word as it stands counts, rather than a change of it. */
  card: Card | null;
  /** Opt-outs on this card that we wrote. */
  ours: readonly string[];
}

/** Only rows of which the customer said something: a profile edit must not bring back whoever opted out. */
export function consentFor(link: MindboxLink, contact: Contact, { card, ours }: Seen): Consent {
  const words = card ? contact.consentChanges : contact.mapped.consents;
  const held = card ? heldOn(link, card) : new Map<string, boolean>();
  const isBlind = card?.subscriptions.length === 0;
  const written: Subscription[] = [];
  const owned = new Set(ours.filter((channel) => isBlind || held.get(channel) === false));
  const warnings = new Set<Reason>();
  for (const row of channelsFirst(link.settings.subscriptions)) {
    const channel = consentChannel(row);
    const word = words[channel] ?? repeatedNo(row, contact, written);
    // The operation may return no subscriptions at all: then nobody can tell who opted out.
    if (isBlind && word) warnings.add("subscriptions_not_shown");
    if (word === undefined || (isBlind && word)) continue;
    const rule = link.settings.consentRules.find((one) => one.channel === channel);
    const { write, isOurs, warning } = followWord(word, standing(row, word, { held, ours }), rule);
    if (write !== null) written.push(subscription(link, row, write));
    if (write && !row.topic) for (const topic of comeBack(held, channel)) owned.delete(topic);
    if (isOurs && !(word === false && hasOthersTopics(row, held, ours))) owned.add(channel);
    else owned.delete(channel);
    if (warning) warnings.add(warning);
  }
  return { subscriptions: written, ownedOptOuts: [...owned], warnings: [...warnings] };
}

/** Mindbox goes through them in order, and a topic's own word is to be the last. */
const channelsFirst = (rows: readonly Row[]): Row[] => [...rows.filter(({ topic }) => !topic), ...rows.filter(({ topic }) => topic)];

/**
 * On which of the channels that rules may speak of this person stands opted out. Whoever left a channel left its topics.
 * @param claimed what counts where the look-up shows no subscription of the person at all.
 */
export function optedOutOn(link: MindboxLink, card: Card, claimed: { channel: string; topic: string }): string[] {
  const held = card.subscriptions.length === 0 ? new Map([[consentChannel(claimed), false]]) : heldOn(link, card);
  const isOut = (row: Row) => (held.get(consentChannel(row)) ?? held.get(wholeChannel(row))) === false;
  return [...new Set(link.settings.subscriptions.filter(isOut).map(consentChannel))];
}

/** From now on the channel's topics stand as it does. */
function comeBack(held: Map<string, boolean>, channel: string): string[] {
  const topics = [...held.keys()].filter((name) => name.startsWith(`${channel}.`));
  for (const topic of topics) held.delete(topic);
  held.set(channel, true);
  return topics;
}

/** A channel that comes back brings its topics along: the no to one of them is said again. */
function repeatedNo(row: Row, { mapped }: Contact, written: readonly Subscription[]): false | undefined {
  const comesBack = written.some((one) => one.isSubscribed && !one.topic && one.pointOfContact === row.channel);
  return row.topic && comesBack && mapped.consents[consentChannel(row)] === false ? false : undefined;
}

interface Held {
  held: ReadonlyMap<string, boolean>;
  ours: readonly string[];
}

function standing(row: Row, word: boolean, { held, ours }: Held): Standing {
  const channel = consentChannel(row);
  const own = held.get(channel);
  const outs = [channel, ...(word ? [wholeChannel(row)] : [])].filter((name) => held.get(name) === false);
  if (outs.length > 0) return { now: "out", isOurs: outs.every((name) => ours.includes(name)) };
  if (own === true) return { now: "in", isOurs: false };
  return word && hasOthersTopics(row, held, ours) ? { now: "out", isOurs: false } : { now: "none", isOurs: false };
}

/** Under a channel that is out all topics are, and nobody can tell whose word that was. */
function hasOthersTopics(row: Row, held: ReadonlyMap<string, boolean>, ours: readonly string[]): boolean {
  if (row.topic || held.get(wholeChannel(row)) === false) return false;
  return [...held].some(([name, isIn]) => !isIn && name.startsWith(`${wholeChannel(row)}.`) && !ours.includes(name));
}

function heldOn({ credentials }: MindboxLink, { subscriptions }: Card): Map<string, boolean> {
  const isOfBrand = (brand: string | undefined) => !brand || !credentials.brand || brand.toLowerCase() === credentials.brand.toLowerCase();
  const held = new Map<string, boolean>();
  for (const { brand, pointOfContact: channel, topic = "", isSubscribed } of subscriptions) {
    if (!channel || isSubscribed === undefined || !isOfBrand(brand)) continue;
    const name = consentChannel({ channel, topic });
    // Several brands, and none of them is ours: a no to one of them counts.
    held.set(name, isSubscribed && held.get(name) !== false);
  }
  return held;
}

const subscription = ({ credentials }: MindboxLink, { channel, topic }: Row, isSubscribed: boolean): Subscription => ({
  ...(credentials.brand && { brand: credentials.brand }),
  pointOfContact: channel,
  ...(topic && { topic }),
  isSubscribed,
});
