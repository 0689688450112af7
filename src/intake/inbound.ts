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

/** Vendors repeat what was answered 503. */
export type InboundAnswer = { status: 200 | 404 | 503 } | { status: 400; what: string };

/** 200 only once Saleor and the log have it. */
export async function takeInbound(deps: InboundDeps, request: { id: string; secret: string; body: string | null }): Promise<InboundAnswer> {
  const connection = await deps.open(request.id, AbortSignal.timeout(PATIENCE_MS));
  if (connection === "unavailable") return { status: 503 };
  if (connection === "gone" || !isSame(connection.secret, request.secret)) return { status: 404 };
  const inbound = connection.provider.inbound;
  if (!inbound) return { status: 404 };
  const heard = request.body === null ? ({ kind: "nothing" } as const) : inbound.read(connection.link, request.body);
  if (heard.kind === "nothing") return { status: 200 };
  if (heard.kind === "not_understood") {
    deps.log.warn({ connection: request.id, what: heard.what }, "a delivery of the provider was not understood");
    return { status: 400, what: heard.what };
  }
  const { delivery } = heard;
  const standing = await inbound.optedOut(connection.link, delivery);
  if (standing.kind !== "ok") return { status: 503 };
  const isTaken = await takeOver(deps, { connectionId: request.id, connection, hint: delivery, channels: standing.value });
  return { status: isTaken ? 200 : 503 };
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
