/**
 * An opt-out at the provider, written where the merchant's consent rule reads it, so that every other app knows too, and
 * into the log of consent. The change comes back to us as any other change of metadata does, and changes nothing: the
 * ledger has the word already.
 */
import { isOptOutNoted, noteOptOut } from "@/ledger/consent-log";
import type { ConsentRule } from "@/model/rules";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { AnyProvider, Link, OptOutHint, ProviderLog } from "@/providers/contract";

/** Whom Saleor has under a hint, and the word that each rule reads now; `null` = none. */
export type Looked =
  | { kind: "found"; id: CustomerId; email: string; wordOf(rule: ConsentRule): boolean | null }
  | { kind: "none" | "unreadable" };

/** What an open connection is asked when opt-outs come back. */
export interface OptOutConnection {
  provider: AnyProvider;
  link: Link;
  rules: readonly ConsentRule[];
  /** The last part of the address at which its provider may call. */
  secret: string;
  personOf(email: string): string;
  look(who: Pick<OptOutHint, "customerId" | "email">): Promise<Looked>;
  /** `refused`: Saleor will not have it, however often it is asked. */
  write(id: CustomerId, key: string, value: string): Promise<"written" | "refused" | "unavailable">;
}

export interface TakeOverDeps {
  db: Db;
  log: ProviderLog;
}

export interface OptOut {
  connectionId: ConnectionId;
  connection: OptOutConnection;
  /** Who it was, and what the provider calls the event. */
  hint: OptOutHint;
  /** On which they stand opted out now. */
  channels: readonly string[];
}

/**
 * Only where a rule follows the channel: without one nobody said which key to write (docs/adr/0016). Again is no harm.
 * @returns false = Saleor could not be asked or did not answer, so that it must be tried again. */
export async function takeOver(deps: TakeOverDeps, { connectionId, connection, hint, channels }: OptOut): Promise<boolean> {
  const rules = connection.rules.filter(({ channel }) => channels.includes(channel));
  if (rules.length === 0) {
    if (channels.length > 0)
      deps.log.info({ connection: connectionId, channels }, "an opt-out on a channel without a rule is not taken over");
    return true;
  }
  const looked = await connection.look(hint);
  if (looked.kind !== "found") return looked.kind === "none";
  for (const rule of rules) {
    const optOut = { connectionId, customerId: looked.id, channel: rule.channel };
    const isWritten = looked.wordOf(rule) === false;
    // Written, and not noted: whoever wrote it was cut off right after.
    if (isWritten && (await isOptOutNoted(deps.db, optOut))) continue;
    const written = isWritten ? "written" : await write(connection, looked.id, rule);
    if (written === "unavailable") return false;
    const fields = { connection: connectionId, customer: looked.id, channel: rule.channel };
    if (written === "refused") deps.log.warn(fields, "Saleor refused an opt-out, only the log of consent has it");
    const person = connection.personOf(looked.email);
    await noteOptOut(deps.db, { ...optOut, person, evidence: hint.evidence });
    deps.log.info(fields, "opt-out taken over from the provider");
  }
  return true;
}

/** The customer may change public metadata: an opt-out written there would not be ours to promise. */
async function write({ write: put }: OptOutConnection, id: CustomerId, { source, no }: ConsentRule) {
  return source.kind === "private" ? put(id, source.key, no[0] ?? "no") : "written";
}
