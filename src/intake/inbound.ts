/**
 * A provider tells us that somebody opted out. The secret in the path says which connection; what the delivery claims is
 * looked up at the provider before it is taken over.
 */
import { timingSafeEqual } from "node:crypto";
import type { ConnectionId } from "@/model/shop";
import { type OptOutConnection, type TakeOverDeps, takeOver } from "./take-over";

export interface InboundDeps extends TakeOverDeps {
  open(id: ConnectionId, signal: AbortSignal): Promise<OptOutConnection | "gone" | "unavailable">;
}

/** Vendors wait for ten seconds. */
const PATIENCE_MS = 8_000;

/** HTTP status to answer; vendors repeat what was answered 503. */
export async function takeInbound(
  deps: InboundDeps,
  request: { id: string; secret: string; body: string | null },
): Promise<200 | 404 | 503> {
  const connection = await deps.open(request.id, AbortSignal.timeout(PATIENCE_MS));
  if (connection === "unavailable") return 503;
  if (connection === "gone" || !isSame(connection.secret, request.secret)) return 404;
  const inbound = connection.provider.inbound;
  const hint = request.body === null ? null : inbound?.read(request.body);
  if (!inbound || !hint) return 200;
  const standing = await inbound.optedOut(connection.link, hint.email);
  if (standing.kind !== "ok") return 503;
  return (await takeOver(deps, { connectionId: request.id, connection, hint, channels: standing.value })) ? 200 : 503;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
