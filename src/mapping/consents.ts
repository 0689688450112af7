/** What the customer's word is on each channel, as the merchant's rules read it. Anything unclear is no word at all. */
import type { Customer } from "@/model/customer";
import type { ConsentRule } from "@/model/rules";
import { UNKNOWN, UNREADABLE, wordReader } from "./source";

export interface ConsentsRead {
  /** Only channels with a word. */
  consents: Record<string, boolean>;
  problems: string[];
}

/** Made once for each batch. */
export function consentReader(rules: readonly ConsentRule[]): (customer: Customer) => ConsentsRead {
  const compiled = rules.map((rule) => ({ channel: rule.channel, read: wordReader(rule.source), meaning: meaningOf(rule) }));
  return (customer) => {
    const consents: Record<string, boolean> = {};
    const problems: string[] = [];
    for (const { channel, read, meaning } of compiled) {
      const raw = read(customer);
      if (raw === UNREADABLE) problems.push(`consent_unreadable:${channel}`);
      if (raw === UNKNOWN) problems.push(`attribute_unknown:${channel}`);
      if (raw === UNREADABLE || raw === UNKNOWN || raw === null || raw.trim() === "") continue;
      const word = meaning.get(raw.trim().toLowerCase());
      if (word === undefined) problems.push(`consent_unclear:${channel}`);
      else consents[channel] = word;
    }
    return { consents, problems };
  };
}

const meaningOf = ({ yes, no }: ConsentRule) =>
  new Map([...yes.map((word) => [word, true] as const), ...no.map((word) => [word, false] as const)]);

/**
 * Channels whose word differs from the one last sent. Where none was ever sent (a first sight, a database that was lost)
 * nothing changed: the word of somebody whom the provider knows already is noted, not written.
 */
export function consentChanges(
  now: Readonly<Record<string, boolean>>,
  lastSent: Readonly<Record<string, boolean>>,
): Record<string, boolean> {
  return Object.fromEntries(Object.entries(now).filter(([channel, word]) => channel in lastSent && lastSent[channel] !== word));
}
