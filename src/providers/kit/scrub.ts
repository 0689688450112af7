/** From the beginning of a word on: tried at every letter, one long word would take the process for minutes. */
const ADDRESS = /(?<![^\s<>()[\]{}"'`,;:])[^\s<>()[\]{}"'`,;:]+@[^\s<>()[\]{}"'`,;:]+/g;
/** Seven digits and more with the usual separators: a phone, but also a card or an id; none of them is needed to understand a refusal. */
const PHONE = /\+?\d(?:[\s().\-/]{0,2}\d){6,}/g;
const LONGEST = 300;

/**
 * Vendor text before it leaves an adapter: vendors quote addresses, phones and names back at us, and the text is
 * stored with the verdict and shown. `given` are the values of this very contact (names, address).
 */
export function scrub(text: string, given: readonly string[] = []): string {
  const anonymous = longestFirst(given)
    .reduce(hide, text.replace(ADDRESS, "[address]"))
    .replace(PHONE, "[number]")
    .replace(/\s+/g, " ")
    .trim();
  return anonymous.length > LONGEST ? `${[...anonymous].slice(0, LONGEST).join("")}…` : anonymous;
}

function longestFirst(given: readonly string[]): string[] {
  const words = given.flatMap((value) => [value.trim(), ...value.trim().split(/\s+/)]);
  // One letter would black out half the sentence and identifies nobody.
  return [...new Set(words)].filter((word) => word.length > 1).sort((a, b) => b.length - a.length);
}

function hide(text: string, word: string): string {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "giu"), "[name]");
}
