/**
 * A provider tells us that somebody opted out. The secret in the path says which connection; what the delivery claims is
 * looked up at the provider, then written where the merchant's consent rule reads it, so that every other app knows too.
 * The change comes back to us as any other change of metadata does, and changes nothing: the ledger has the word already.
 */
import { timingSafeEqual } from "node:crypto";
import { noteOptOut } from "@/ledger/consent-log";
import type { ConsentRule } from "@/model/rules";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { AnyProvider, Link, ProviderLog } from "@/providers/contract";

/** What an open connection is asked here. */
export interface InboundConnection {
  provider: AnyProvider;
  link: Link;
  rules: readonly ConsentRule[];
  secret: string;
  personOf(email: string): string;
  findCustomer(email: string): Promise<{ kind: "found"; id: CustomerId } | { kind: "none" } | { kind: "unreadable" }>;
  /** The word that this rule reads now; `null` = none, or it could not be read. */
  wordOf(id: CustomerId, rule: ConsentRule): Promise<boolean | null>;
  write(id: CustomerId, key: string, value: string): Promise<boolean>;
}

export interface InboundDeps {
  db: Db;
  open(id: ConnectionId): Promise<InboundConnection | "gone" | "unavailable">;
  log: ProviderLog;
}

/** HTTP status to answer; vendors repeat what was answered 503. */
export async function takeInbound(
  deps: InboundDeps,
  request: { id: string; secret: string; body: string | null },
): Promise<200 | 404 | 503> {
  const opened = await deps.open(request.id);
  if (opened === "unavailable") return 503;
  if (opened === "gone" || !isSame(opened.secret, request.secret)) return 404;
  const inbound = opened.provider.inbound;
  const hint = request.body === null ? null : inbound?.read(request.body);
  if (!inbound || !hint) return 200;
  const standing = await inbound.optedOut(opened.link, hint.email);
  if (standing.kind !== "ok") return 503;
  const rules = opened.rules.filter(({ channel }) => standing.value.includes(channel));
  for (const rule of rules) if (!(await follow(deps, request.id, opened, { rule, ...hint }))) return 503;
  return 200;
}

async function follow(
  deps: InboundDeps,
  connectionId: ConnectionId,
  connection: InboundConnection,
  { rule, email, evidence }: { rule: ConsentRule; email: string; evidence: string },
): Promise<boolean> {
  const found = await connection.findCustomer(email);
  if (found.kind === "unreadable") return false;
  if (found.kind === "none") return true;
  const isNews = (await connection.wordOf(found.id, rule)) !== false;
  // The customer may change public metadata: an opt-out written there would not be ours to promise.
  const isWritten = rule.source.kind !== "private" || !isNews || (await connection.write(found.id, rule.source.key, rule.no[0] ?? "no"));
  if (!isWritten) return false;
  if (isNews) {
    const { channel } = rule;
    await noteOptOut(deps.db, { connectionId, customerId: found.id, person: connection.personOf(email), channel, evidence });
    deps.log.info({ connection: connectionId, customer: found.id, channel }, "opt-out taken over from the provider");
  }
  return true;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
