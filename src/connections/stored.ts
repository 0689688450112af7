/** What rests, sealed, in the app's private metadata in Saleor: one value per provider, and one for the shop. */
import { z } from "zod";

export const storedConnection = z.object({
  connectionId: z.string().min(1),
  /** Equals `settings_version` of the mirror row after the save that wrote it. */
  version: z.number().int().positive(),
  by: z.enum(["oauth", "key"]),
  credentials: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
  account: z.object({ limitKey: z.string().min(1), name: z.string(), detail: z.string() }),
  connectedAt: z.iso.datetime(),
  live: z.boolean(),
  targetName: z.string(),
  savedAt: z.iso.datetime(),
});
export type StoredConnection = z.output<typeof storedConnection>;

/** `pepper` keys the hashes of e-mail addresses in our tables. */
export const storedShop = z.object({ pepper: z.string().min(32) });

/** "Not configured" and "could not be read" are different answers; "could not look" is `SettingsUnavailable`. */
export type Read<T> = { kind: "none" } | { kind: "found"; value: T } | { kind: "unreadable"; reason: string };

/** Saleor could not be asked, or did not take the write: nothing is known and nothing may be concluded. */
export class SettingsUnavailable extends Error {
  constructor(
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`Settings in Saleor are out of reach (${reason})`, { cause });
    this.name = "SettingsUnavailable";
  }
}
