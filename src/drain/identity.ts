import { createHash, createHmac } from "node:crypto";
import type { OpenConnection } from "@/model/connection";
import type { MappedContact } from "@/model/contact";

/** Keyed, so that the ledger holds no address that could be guessed back; case never matters in an e-mail. */
export function emailHmac(pepper: string, email: string): string {
  return createHmac("sha256", pepper).update(email.trim().normalize("NFC").toLowerCase()).digest("base64url").slice(0, 27);
}

/** Proof that the provider already holds exactly this: same account, same target, same mapper, same payload. */
export function fingerprint(
  connection: OpenConnection,
  mapperVersion: number,
  payload: Record<string, unknown>,
  { consents, problems }: Pick<MappedContact, "consents" | "problems">,
): string {
  const parts: unknown[] = [connection.limitKey, connection.target, mapperVersion, connection.pepper, payload];
  // Not where no rule reads any: what was delivered before there were rules still counts.
  if (Object.keys(consents).length > 0) parts.push(consents);
  // A value that could not be understood and one that is gone look alike in the payload, and only one of them empties a field.
  if (problems.length > 0) parts.push(problems);
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);
}

/** For what is compared and never shown: two shops have two hashes of one text. */
export const concealed = (pepper: string, text: string): string =>
  createHmac("sha256", pepper).update(text).digest("base64url").slice(0, 22);

/** One id per payload for vendors that want one: a repeat of the same delivery carries the same id. */
export const repeatId = (row: RowName & { deliveries: number }, print: string): string => guid(row, `${row.deliveries}/${print}`);

/** One id for one change of one customer. */
export const eventId = (row: RowName, occurrence: string): string => guid(row, `event/${occurrence}`);

interface RowName {
  connectionId: string;
  customerId: string;
}

/** RFC 4122, version 5. */
function guid(row: RowName, what: string): string {
  const bytes = createHash("sha1").update(`${row.connectionId}/${row.customerId}/${what}`).digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.subarray(0, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
