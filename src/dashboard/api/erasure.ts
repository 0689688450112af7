/** Erasing: what waits by the deletion policy, and one person everywhere on request. It cannot be taken back, so both permissions are needed. */
import { z } from "zod";
import { confirmErase } from "@/ledger/erase-waits";
import { latestErasure, readErasure, retryErasure } from "@/ledger/erasures";
import { tryNow } from "@/ledger/lease";
import { isCustomerId } from "@/model/customer";
import { eraseEverywhere, planErasure, waitForAnswers } from "./erase-everywhere";
import { findConnection } from "./present";
import { presentErasure } from "./present-erasure";
import { type Admitted, needing, notFound, router } from "./trpc";
import type { ErasePlan, EraseResult, ErasureView } from "./views";

const ofCustomer = z.object({ customerId: z.string().refine(isCustomerId, "not the id of a customer") });
const ofErasure = z.object({ erasureId: z.string().max(100) });

export const erasureRoutes = router({
  /** What would happen at each connection. Changes nothing. */
  plan: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(ofCustomer)
    .query(({ ctx, input }): Promise<ErasePlan> => planErasure(ctx, input.customerId)),

  /** "Do not sync" in Saleor first, then every connection. Asked again it goes on where it stands. */
  start: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(ofCustomer)
    .mutation(({ ctx, input }): Promise<EraseResult> => eraseEverywhere(ctx, input.customerId)),

  /** The newest request for this person; `null` = nobody asked. */
  of: needing("MANAGE_USERS")
    .input(ofCustomer)
    .query(async ({ ctx, input }): Promise<ErasureView | null> => {
      const found = await latestErasure(ctx.rooms.db, ctx.shop.id, input.customerId);
      return found && presentErasure(ctx, found);
    }),

  receipt: needing("MANAGE_USERS")
    .input(ofErasure)
    .query(({ ctx, input }): Promise<ErasureView> => need(ctx, input.erasureId)),

  /** What waits or was refused is asked again now. */
  retry: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(ofErasure)
    .mutation(async ({ ctx, input }): Promise<ErasureView> => {
      const before = await need(ctx, input.erasureId);
      for (const row of await ctx.rooms.connections.list(ctx.shop.id)) await tryNow(ctx.rooms.db, row.limitKey);
      await waitForAnswers(ctx, before.customerId, () => retryErasure(ctx.rooms.db, ctx.shop.id, before.id));
      return need(ctx, input.erasureId);
    }),

  /** The contacts that are held back because many are to be erased at once may go. */
  confirmWaiting: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(z.object({ id: z.string().max(100) }))
    .mutation(async ({ ctx, input }): Promise<{ confirmed: number }> => {
      const row = await findConnection(ctx, input.id);
      if (!row) throw notFound("connection");
      const confirmed = await confirmErase(ctx.rooms.db, row.id);
      const { shop, staff } = ctx;
      if (confirmed > 0)
        await ctx.rooms.audit({
          shopId: shop.id,
          connectionId: row.id,
          staffUserId: staff.userId,
          action: "erase_confirmed",
          detail: { provider: row.provider, contacts: confirmed },
        });
      ctx.rooms.wake(row.limitKey);
      return { confirmed };
    }),
});

async function need(ctx: Admitted, id: string): Promise<ErasureView> {
  const found = await readErasure(ctx.rooms.db, ctx.shop.id, id);
  if (!found) throw notFound("request");
  return presentErasure(ctx, found);
}
