import { z } from "zod";
import { reasonsOf, retryAll } from "@/ledger/activity";
import { readRows, type SettledRow } from "@/ledger/look";
import { markNow } from "@/ledger/marks";
import { mappingOf } from "@/mapping/map-customer";
import type { EngineSettings, OpenConnection } from "@/model/connection";
import { isCustomerId } from "@/model/customer";
import { findCustomerByEmail, readCustomers } from "@/saleor/read-customers";
import { saleorReason } from "@/saleor/reasons";
import { findConnection, isStopped } from "./present";
import { type Admitted, needing, needingAny, notFound, router } from "./trpc";
import type { HeldView, SyncNowResult, UnsentView } from "./views";

/** A person waits in front of the page. */
const OUTCOME_WAIT_MS = 20_000;
/** What the provider holds afterwards is shown beside what was sent, and not waited for long. */
const READ_BACK_MS = 5_000;

const ofConnection = z.object({ connectionId: z.string().max(100) });

export const customerRoutes = router({
  /** Refused and given-up customers by reason. Counts only. */
  unsent: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(ofConnection)
    .query(async ({ ctx, input }): Promise<UnsentView[]> => {
      if (!(await findConnection(ctx, input.connectionId))) throw notFound("connection");
      const reasons = await reasonsOf(ctx.rooms.db, input.connectionId);
      return reasons.filter((one): one is UnsentView => one.state === "refused" || one.state === "gave_up");
    }),

  /** Sends them again: all, or those of one reason. One customer goes by `syncNow`. */
  retry: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(ofConnection.extend({ only: z.object({ state: z.enum(["refused", "gave_up"]), reason: z.string().max(200) }).nullable() }))
    .mutation(async ({ ctx, input }): Promise<{ again: number }> => {
      const row = await findConnection(ctx, input.connectionId);
      if (!row) throw notFound("connection");
      const again = await retryAll(ctx.rooms.db, row.id, {
        states: input.only ? [input.only.state] : ["refused", "gave_up"],
        reason: input.only?.reason ?? null,
      });
      if (again > 0) ctx.rooms.wake(row.limitKey);
      return { again };
    }),

  syncNow: needing("MANAGE_USERS")
    .input(z.object({ connectionId: z.string().max(100), who: z.string().trim().min(1).max(320) }))
    .mutation(async ({ ctx, input }): Promise<SyncNowResult> => {
      const opened = await ctx.rooms.connections.open(input.connectionId, ctx.shop.id);
      if (opened.kind === "gone") throw notFound("connection");
      if (opened.kind !== "open") return { kind: "unavailable", reason: opened.reason };
      const row = await findConnection(ctx, input.connectionId);
      if (row && isStopped(row)) return { kind: "unavailable", reason: row.healthReason ?? row.health };
      const found = await findCustomer(ctx, input.who);
      if (found.kind !== "found") return found;
      return deliverNow(ctx, { ...opened.connection, settings: opened.connection.settings as OpenConnection["settings"] }, found.id);
    }),
});

type Found = { kind: "found"; id: string } | { kind: "not_found" } | { kind: "unavailable"; reason: string };

export async function findCustomer(ctx: Admitted, who: string): Promise<Found> {
  if (!who.includes("@")) {
    // As the Dashboard's address bar shows it.
    const id = who.replace(/%3D/gi, "=");
    return isCustomerId(id) ? { kind: "found", id } : { kind: "not_found" };
  }
  const client = await ctx.rooms.clientOf(ctx.shop);
  if (!client) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
  const found = await findCustomerByEmail(client, who);
  if (found.kind === "unreadable") return { kind: "unavailable", reason: saleorReason(found.reason) };
  return found.kind === "none" ? { kind: "not_found" } : { kind: "found", id: found.id };
}

async function deliverNow(ctx: Admitted, connection: OpenConnection, customerId: string): Promise<SyncNowResult> {
  const sent = await describeSending(ctx, connection, customerId);
  if (sent.kind !== "sending") return sent;
  const started = performance.now();
  const listener = ctx.rooms.bell.listen(connection.id);
  await markNow(ctx.rooms.db, connection.id, customerId);
  ctx.rooms.wake(connection.limitKey);
  await listener.all([customerId], OUTCOME_WAIT_MS);
  const [row] = await readRows(ctx.rooms.db, connection.id, [customerId]);
  if (!row || row.pending || row.state === "waiting") return { kind: "waiting", customerId };
  const milliseconds = Math.round(performance.now() - started);
  const { connections } = ctx.rooms;
  const held = row.remoteKey ? await connections.held(ctx.shop.id, connection.id, row.remoteKey, AbortSignal.timeout(READ_BACK_MS)) : null;
  return describeOutcome(row, { payload: sent.payload, held, milliseconds });
}

interface Seen {
  payload: Record<string, unknown> | null;
  held: HeldView | null;
  milliseconds: number;
}

function describeOutcome(row: SettledRow, { payload, held, milliseconds }: Seen): SyncNowResult {
  return {
    kind: "done",
    customerId: row.customerId,
    state: row.state === "waiting" ? "retrying" : row.state,
    change: row.state === "in_sync" ? row.change : null,
    reason: row.reason,
    vendorText: row.vendorText,
    warnings: row.warnings,
    sent: row.state === "skipped" ? null : payload,
    held,
    milliseconds,
  };
}

type Sending =
  | { kind: "sending"; payload: Record<string, unknown> | null }
  | { kind: "not_found" }
  | { kind: "unavailable"; reason: string };

/** What the mapping makes of the customer right now: shown to the person who asked, kept nowhere. */
async function describeSending(ctx: Admitted, connection: OpenConnection, customerId: string): Promise<Sending> {
  const client = await ctx.rooms.clientOf(ctx.shop);
  const provider = ctx.rooms.providers[connection.provider];
  if (!client || !provider) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
  const mapping = mappingOf(provider, connection.settings as EngineSettings & Record<string, unknown>);
  const read = await readCustomers(client, [customerId], mapping.plan);
  if (read.kind === "unreadable") return { kind: "unavailable", reason: saleorReason(read.reason) };
  const customer = read.found.get(customerId);
  if (!customer) return { kind: "not_found" };
  const mapped = mapping.map(customer);
  return { kind: "sending", payload: mapped.kind === "contact" ? provider.customers.payload(connection.settings, mapped.contact) : null };
}
