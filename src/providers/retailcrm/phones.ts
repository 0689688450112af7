/**
 * A customer's numbers at the vendor are one list that managers write to as well. Ours are in E.164; which of those held
 * are ours is told by two bytes of a hash of each: enough to find one among a few, too little to find a number by it.
 */
import { createHash } from "node:crypto";
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";
import type { MappedContact } from "@/model/contact";
import { PHONE_TARGET } from "./field-targets";

export interface Numbers {
  /** E.164, each once. */
  wanted: readonly string[];
  /** Something stands in Saleor that is no phone number of its country. */
  hasUnreadable: boolean;
}

export function numbersOf({ phones, fields, address }: MappedContact): Numbers {
  const mapped = fields[PHONE_TARGET];
  const more = typeof mapped === "string" && mapped.trim() !== "" ? [{ number: mapped, country: address?.country ?? "" }] : [];
  const parsed = [...phones, ...more].map(({ number, country }) => e164(number, country));
  return { wanted: [...new Set(parsed.filter((number) => number !== null))], hasUnreadable: parsed.includes(null) };
}

export function e164(number: string, country: string): string | null {
  const parsed = parsePhoneNumberFromString(number, asCountry(country));
  return parsed?.isPossible() ? parsed.number : null;
}

const asCountry = (code: string): CountryCode | undefined => (isSupportedCountry(code) ? (code as CountryCode) : undefined);

/** Under which a number of ours is remembered. */
export const phoneKey = (number: string): string => `${PREFIX}${createHash("sha256").update(number).digest("hex").slice(0, 4)}`;
const PREFIX = "phone:";
export const isPhoneKey = (key: string): boolean => key.startsWith(PREFIX);

export interface PhoneChange {
  /** Ours that are not held. */
  missing: readonly string[];
  /** Held, put there by us, and not wanted any more. As the vendor writes them. */
  gone: readonly string[];
  /** Held, and to stay. */
  kept: readonly string[];
}

export function phoneChange(mapped: MappedContact, held: readonly string[], ownedFields: readonly string[]): PhoneChange {
  const { wanted } = numbersOf(mapped);
  const country = mapped.phones[0]?.country ?? mapped.address?.country ?? "";
  const same = (number: string) => e164(number, country) ?? number.replace(/\D/g, "");
  const heldNow = new Set(held.map(same));
  const isGone = (number: string) => !wanted.includes(same(number)) && ownedFields.includes(phoneKey(same(number)));
  return { missing: wanted.filter((number) => !heldNow.has(number)), gone: held.filter(isGone), kept: held.filter((one) => !isGone(one)) };
}
