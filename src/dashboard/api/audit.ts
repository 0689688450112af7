import { z } from "zod";
import { needing, router } from "./trpc";
import type { AuditView } from "./views";

export const auditRoutes = router({
  /** Who connected, changed and exported, newest first. */
  list: needing("MANAGE_APPS")
    .input(z.object({ before: z.number().int().positive().nullish(), limit: z.number().int().min(1).max(200) }))
    .query(async ({ ctx, input }): Promise<AuditView[]> => {
      const entries = await ctx.rooms.listAudit(ctx.shop.id, input.before ?? null, input.limit);
      return entries.map((entry) => ({ ...entry, mine: entry.staffUserId === ctx.staff.userId }));
    }),
});
