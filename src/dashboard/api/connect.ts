import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { tryNow } from "@/ledger/lease";
import { findConnection } from "./present";
import { type Admitted, needing, router } from "./trpc";
import type { ConfirmResult, KeyResult, OAuthStatus, OAuthTicket } from "./views";

const byProvider = z.object({ provider: z.string().max(50) });
const byAttempt = z.object({ attemptId: z.string().max(100) });
const attemptOf = (ctx: Admitted, attemptId: string) => ({ attemptId, shopId: ctx.shop.id, staffUserId: ctx.staff.userId });

export const connectRoutes = router({
  ticket: needing("MANAGE_APPS")
    .input(byProvider)
    .mutation(async ({ ctx, input }): Promise<OAuthTicket> => {
      const ticket = await ctx.rooms.oauth.issueTicket({
        shop: ctx.shop,
        staffUserId: ctx.staff.userId,
        provider: input.provider,
        appBaseUrl: ctx.appBaseUrl,
      });
      if (!ticket)
        throw new TRPCError({ code: "PRECONDITION_FAILED", message: "Signing in is not set up on this installation. Use a key instead." });
      return ticket;
    }),

  status: needing("MANAGE_APPS")
    .input(byAttempt)
    .query(({ ctx, input }): Promise<OAuthStatus> => ctx.rooms.oauth.status(attemptOf(ctx, input.attemptId))),

  withKey: needing("MANAGE_APPS")
    .input(byProvider.extend({ credentials: z.record(z.string().max(100), z.string().max(1_000)) }))
    .mutation(
      ({ ctx, input }): Promise<KeyResult> =>
        ctx.rooms.oauth.withKey({
          shop: ctx.shop,
          staffUserId: ctx.staff.userId,
          provider: input.provider,
          credentials: input.credentials,
        }),
    ),

  confirm: needing("MANAGE_APPS")
    .input(byAttempt)
    .mutation(async ({ ctx, input }): Promise<ConfirmResult> => {
      const result = await ctx.rooms.oauth.confirm(attemptOf(ctx, input.attemptId));
      if (result.kind === "connected") await resume(ctx, result.connectionId);
      return result;
    }),

  cancel: needing("MANAGE_APPS")
    .input(byAttempt)
    .mutation(async ({ ctx, input }) => {
      await ctx.rooms.oauth.cancel(attemptOf(ctx, input.attemptId));
      return {};
    }),
});

/** Reconnected: the marks that waited go at once. */
async function resume(ctx: Admitted, connectionId: string): Promise<void> {
  void ctx.rooms.problems.dismiss(connectionId).catch(() => {});
  const row = await findConnection(ctx, connectionId);
  if (!row?.limitKey) return;
  await tryNow(ctx.rooms.db, row.limitKey);
  ctx.rooms.wake(row.limitKey);
}
