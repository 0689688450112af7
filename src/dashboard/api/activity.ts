/** What became of each customer: the ledger page by page, tried again, or taken along as rows. Ids and codes only. */
import { z } from "zod";
import { activityOf, activityPage, allStates, type Filter, type Place, reasonsOf, retryAll } from "@/ledger/activity";
import { markNow } from "@/ledger/marks";
import type { RowState } from "@/ledger/row";
import { isCustomerId } from "@/model/customer";
import { inspect } from "./inspect";
import { findConnection } from "./present";
import { presentActivity } from "./present-activity";
import { type Admitted, needing, needingAny, notFound, router } from "./trpc";
import type { ActivityPage, ActivityRowView, InspectView, ReasonCount } from "./views";

const customerId = z.string().refine(isCustomerId, "not the id of a customer");
const filter = z.object({
  id: z.string().max(100),
  state: z.enum(allStates as readonly [RowState, ...RowState[]]).nullish(),
  reason: z.string().max(200).nullish(),
});
type Asked = z.output<typeof filter>;

export const activityRoutes = router({
  page: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(
      filter.extend({
        after: z.string().max(400).nullish(),
        before: z.string().max(400).nullish(),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .query(async ({ ctx, input }): Promise<ActivityPage> => {
      await need(ctx, input.id);
      const before = placeOf(input.before);
      return (before && (await newerPage(ctx, input, before))) ?? olderPage(ctx, input, placeOf(input.after));
    }),

  /** Those of these customers that the connection knows. */
  of: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(z.object({ id: z.string().max(100), customerIds: z.array(customerId).min(1).max(100) }))
    .query(async ({ ctx, input }): Promise<ActivityRowView[]> => {
      await need(ctx, input.id);
      return (await activityOf(ctx.rooms.db, input.id, input.customerIds)).map(presentActivity);
    }),

  /** Shows one customer's data: what Saleor says, what we would send, what the provider holds. */
  inspect: needing("MANAGE_USERS")
    .input(z.object({ id: z.string().max(100), customerId }))
    .query(({ ctx, input }): Promise<InspectView> => inspect(ctx, input.id, input.customerId)),

  reasons: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(z.object({ id: z.string().max(100) }))
    .query(async ({ ctx, input }): Promise<ReasonCount[]> => {
      await need(ctx, input.id);
      return (await reasonsOf(ctx.rooms.db, input.id)) as ReasonCount[];
    }),

  /** Goes at once, before everybody else; nobody waits for it here. */
  retryOne: needing("MANAGE_USERS")
    .input(z.object({ id: z.string().max(100), customerId }))
    .mutation(async ({ ctx, input }): Promise<{ tried: number }> => {
      const row = await need(ctx, input.id);
      await markNow(ctx.rooms.db, input.id, input.customerId);
      ctx.rooms.wake(row.limitKey);
      return { tried: 1 };
    }),

  /** Sends customers' data in bulk, as a full sync does. */
  retry: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(filter)
    .mutation(async ({ ctx, input }): Promise<{ tried: number }> => {
      const row = await need(ctx, input.id);
      const tried = await retryAll(ctx.rooms.db, input.id, asFilter(input));
      if (tried > 0) ctx.rooms.wake(row.limitKey);
      return { tried };
    }),

  /** The filtered rows as a file is made of them. The beginning is written down; names never pass through here. */
  export: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(filter.extend({ after: z.string().max(400).nullish(), withNames: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<{ rows: ActivityRowView[]; next: string | null }> => {
      const row = await need(ctx, input.id);
      if (!input.after) {
        await ctx.rooms.audit({
          shopId: ctx.shop.id,
          connectionId: input.id,
          staffUserId: ctx.staff.userId,
          action: "exported",
          detail: { provider: row.provider, withNames: input.withNames, state: input.state ?? "", reason: input.reason ?? "" },
        });
      }
      const page = { ...asFilter(input), from: placeOf(input.after), direction: "older" as const, limit: EXPORT_PAGE };
      const rows = await activityPage(ctx.rooms.db, input.id, page);
      const last = rows.length === EXPORT_PAGE ? rows.at(-1) : undefined;
      return { rows: rows.map(presentActivity), next: last ? codeOf(last.place) : null };
    }),
});

/** One more row than is shown says whether the page has a neighbour. */
async function olderPage(ctx: Admitted, input: Asked & { limit: number }, from: Place | null): Promise<ActivityPage> {
  const page = { ...asFilter(input), from, direction: "older" as const, limit: input.limit + 1 };
  const found = await activityPage(ctx.rooms.db, input.id, page);
  const rows = found.slice(0, input.limit);
  const [first, last] = [rows[0], rows.at(-1)];
  return {
    rows: rows.map(presentActivity),
    newer: from && first ? codeOf(first.place) : null,
    older: last && found.length > input.limit ? codeOf(last.place) : null,
  };
}

/** `null` where the beginning is reached: then the first page is shown, and whole. */
async function newerPage(ctx: Admitted, input: Asked & { limit: number }, from: Place): Promise<ActivityPage | null> {
  const page = { ...asFilter(input), from, direction: "newer" as const, limit: input.limit + 1 };
  const found = await activityPage(ctx.rooms.db, input.id, page);
  if (found.length <= input.limit) return null;
  const rows = found.slice(1);
  const [first, last] = [rows[0], rows.at(-1)];
  return { rows: rows.map(presentActivity), newer: first ? codeOf(first.place) : null, older: last ? codeOf(last.place) : null };
}

/** As many as the names of ten reads of Saleor. */
const EXPORT_PAGE = 1_000;

async function need(ctx: Admitted, id: string) {
  const row = await findConnection(ctx, id);
  if (!row) throw notFound("connection");
  return row;
}

function asFilter({ state, reason }: Pick<Asked, "state" | "reason">): Filter {
  return { states: state ? [state] : [], reason: reason ?? null };
}

const placeShape = z.object({ at: z.iso.datetime(), customerId: z.string().max(300) });

const codeOf = ({ at, customerId: id }: Place) => Buffer.from(JSON.stringify({ at, customerId: id })).toString("base64url");

/** A place that nobody can have been given begins at the top. */
function placeOf(code: string | null | undefined): Place | null {
  if (!code) return null;
  try {
    return placeShape.parse(JSON.parse(Buffer.from(code, "base64url").toString("utf8")));
  } catch {
    return null;
  }
}
