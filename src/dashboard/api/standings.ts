/** What the Dashboard's own customer pages ask: where these customers stand with every provider, and "Sync now" for several. */
import { z } from "zod";
import type { StateRow } from "@/connections/state-rows";
import { activityOf } from "@/ledger/activity";
import { readRows } from "@/ledger/look";
import { markAllNow } from "@/ledger/marks";
import { isCustomerId } from "@/model/customer";
import { findConnection, isStopped } from "./present";
import { presentActivity } from "./present-activity";
import { type Admitted, needing, notFound, router } from "./trpc";
import type { StandingsView, StandingView, SyncSelectedResult } from "./views";

/** A person waits in front of the window. */
const OUTCOME_WAIT_MS = 20_000;

/** As many as the Dashboard's list shows on one page. */
const customerIds = z.array(z.string().refine(isCustomerId, "not the id of a customer")).min(1).max(100);

export const standingRoutes = router({
  of: needing("MANAGE_USERS")
    .input(z.object({ customerIds }))
    .query(async ({ ctx, input }): Promise<StandingsView> => {
      const [rows, language] = await Promise.all([
        ctx.rooms.connections.list(ctx.shop.id),
        ctx.rooms.staffLanguage.of(ctx.shop.id, ctx.staff.userId),
      ]);
      return {
        language,
        mayManage: ctx.staff.permissions.includes("MANAGE_APPS"),
        standings: await Promise.all(rows.map((row) => standing(ctx, row, input.customerIds))),
      };
    }),

  /** Sends them before everybody else and waits for the outcomes. */
  sync: needing("MANAGE_USERS")
    .input(z.object({ connectionId: z.string().max(100), customerIds }))
    .mutation(async ({ ctx, input }): Promise<SyncSelectedResult> => {
      const row = await findConnection(ctx, input.connectionId);
      if (!row) throw notFound("connection");
      if (!row.target) return { kind: "unavailable", reason: "target_not_chosen" };
      if (isStopped(row)) return { kind: "unavailable", reason: row.healthReason ?? row.health };
      const listener = ctx.rooms.bell.listen(row.id);
      await markAllNow(ctx.rooms.db, row.id, input.customerIds);
      ctx.rooms.wake(row.limitKey);
      await listener.all(input.customerIds, OUTCOME_WAIT_MS);
      const rows = await readRows(ctx.rooms.db, row.id, input.customerIds);
      return {
        kind: "sent",
        rows: rows.map(({ customerId, state, reason, pending }) => ({ customerId, state, reason, isPending: pending })),
      };
    }),
});

async function standing(ctx: Admitted, row: StateRow, ids: readonly string[]): Promise<StandingView> {
  return {
    connectionId: row.id,
    provider: row.provider,
    title: ctx.rooms.providers[row.provider]?.title ?? row.provider,
    sending: sendingOf(row),
    reason: isStopped(row) ? (row.healthReason ?? row.health) : null,
    rows: (await activityOf(ctx.rooms.db, row.id, ids)).map(presentActivity),
  };
}

function sendingOf(row: StateRow): StandingView["sending"] {
  if (isStopped(row)) return "stopped";
  if (!row.target) return "setup";
  return row.live ? "on" : "off";
}
