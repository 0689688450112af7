/** The first run. What is done follows from the connections; here is only what it needs besides. */
import { CustomerIdsDocument } from "@graphql/generated/graphql";
import { z } from "zod";
import { saleorReason } from "@/saleor/reasons";
import { findConnection } from "./present";
import { needing, notFound, router } from "./trpc";
import type { ExamplesView } from "./views";

const EXAMPLES = 3;

export const setupRoutes = router({
  /** Put aside, folded, or taken up again. */
  put: needing("MANAGE_APPS")
    .input(z.object({ view: z.enum(["left", "folded"]).nullable() }))
    .mutation(async ({ ctx, input }) => {
      await ctx.rooms.setupView.keep(ctx.shop.id, input.view);
      return {};
    }),

  /** Ids alone: what Saleor and the provider hold of each is asked for one by one (`activity.inspect`). */
  examples: needing("MANAGE_USERS")
    .input(z.object({ connectionId: z.string().max(100) }))
    .query(async ({ ctx, input }): Promise<ExamplesView> => {
      if (!(await findConnection(ctx, input.connectionId))) throw notFound("connection");
      const client = await ctx.rooms.clientOf(ctx.shop);
      if (!client) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
      const listed = await client.request(CustomerIdsDocument, { first: EXAMPLES, after: null });
      if (listed.kind !== "ok" || !listed.data.customers)
        return { kind: "unavailable", reason: saleorReason(listed.kind === "denied" ? "denied" : "reason" in listed ? listed.reason : "") };
      return { kind: "examples", customerIds: listed.data.customers.edges.map(({ node }) => node.id) };
    }),
});
