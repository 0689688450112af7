import { hash } from "node:crypto";
import { invalidResource } from "./problems";

/** The path key of a member: MD5 of the lower-cased address. */
export const hashOf = (email: string): string => hash("md5", email.toLowerCase());

const SHAPE = /^[^\s@<>()[\],;:"\\]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}]{2,}$/u;

/** example.com was recorded (grouparoo); throw-away hosts and reserved names by report. */
const FAKE_DOMAINS = /@(?:example\.(?:com|org|net)|test\.com|yopmail\.com|mailinator\.com|guerrillamail\.com|.+\.invalid)$/i;

export function checkAddress(email: string): void {
  if (!SHAPE.test(email) || email.length > 254) throw invalidResource("Please provide a valid email address.");
  if (FAKE_DOMAINS.test(email)) throw invalidResource(`${email} looks fake or invalid, please enter a real email address.`);
}

/** Magic local parts, for refusals that pass with time: `signed-up-a-lot…@` and `too-many-signups…@`. */
export function checkSignupRate(email: string): void {
  if (/^signed-up-a-lot/i.test(email)) {
    throw invalidResource(`${email} has signed up to a lot of lists very recently; we're not allowing more signups for now`);
  }
  if (/^too-many-signups/i.test(email)) throw invalidResource(`Recipient "${email}" has too many recent signup requests`);
}
