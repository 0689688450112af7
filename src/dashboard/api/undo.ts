/** Taking back what a full sync created: a look ahead, the start, and where it stands. */
import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { countUndoable, findUndo, type RunUndo } from "@/ledger/undo";
import { UNDO_TAG, type UndoWay } from "@/model/undo";
import type { AnyProvider } from "@/providers/contract";
import { beginUndo } from "@/sweep/undo";
import { findConnection, isStopped } from "./present";
import { type Admitted, needing, needingAny, notFound, router } from "./trpc";
import type { UndoPreview, UndoView } from "./views";

const byRun = z.object({ runId: z.string().max(100) });
const WAYS: readonly UndoWay[] = ["archive", "tag"];

export const undoRoutes = router({
  preview: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(byRun)
    .query(async ({ ctx, input }): Promise<UndoPreview> => {
      const { run, provider } = await need(ctx, input.runId);
      const { count, examples } = await countUndoable(ctx.rooms.db, run.connectionId, run.id);
      return { count, created: run.created, examples, ways: waysOf(provider), tag: UNDO_TAG };
    }),

  start: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(byRun.extend({ way: z.enum(["archive", "tag"]) }))
    .mutation(async ({ ctx, input }): Promise<UndoView> => {
      const { run, provider, connection } = await need(ctx, input.runId);
      if (!waysOf(provider).includes(input.way))
        throw new TRPCError({ code: "BAD_REQUEST", message: `${provider.title} cannot archive contacts. Choose the tag.` });
      if (isStopped(connection))
        throw new TRPCError({
          code: "PRECONDITION_FAILED",
          message: `${provider.title} has to be connected again before anything is undone.`,
        });
      const asked = { runId: run.id, connectionId: run.connectionId, way: input.way, staffUserId: ctx.staff.userId };
      const undo = await beginUndo({ db: ctx.rooms.db, wake: ctx.rooms.wake }, asked);
      if (!undo)
        throw new TRPCError({
          code: "PRECONDITION_FAILED",
          message: "A full sync or an undo is under way here. Wait until it is over, or cancel it, then try again.",
        });
      await ctx.rooms.audit({
        shopId: ctx.shop.id,
        connectionId: run.connectionId,
        staffUserId: ctx.staff.userId,
        action: "undone",
        detail: { provider: provider.id, run: run.id, way: input.way },
      });
      return present(undo, ctx.staff.userId);
    }),

  /** `null`: never asked for. */
  get: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(byRun)
    .query(async ({ ctx, input }): Promise<UndoView | null> => {
      const { run } = await need(ctx, input.runId);
      const undo = await findUndo(ctx.rooms.db, run.id);
      return undo && present(undo, ctx.staff.userId);
    }),
});

async function need(ctx: Admitted, runId: string) {
  const run = await ctx.rooms.fullSync.find(ctx.shop.id, runId);
  const connection = run && (await findConnection(ctx, run.connectionId));
  const provider = connection && ctx.rooms.providers[connection.provider];
  if (!run || !connection || !provider) throw notFound("run");
  return { run, connection, provider };
}

/** What a provider can do with contacts is what its deletion policy offers. */
function waysOf(provider: AnyProvider): UndoWay[] {
  return WAYS.filter((way) => provider.settings.shape.deletion?.safeParse(way).success);
}

function present(undo: RunUndo, staffUserId: string): UndoView {
  const of = (end: UndoView["ends"][number]["end"]) =>
    undo.ends.filter((one) => one.end === end).reduce((sum, { count }) => sum + count, 0);
  return {
    way: undo.way,
    mine: undo.startedBy === staffUserId,
    startedAt: undo.startedAt.toISOString(),
    finishedAt: undo.finishedAt?.toISOString() ?? null,
    isMarked: undo.isMarked,
    marked: undo.marked,
    undone: of("undone"),
    left: of("left"),
    failed: of("failed"),
    problem: undo.problem,
    ends: undo.ends,
  };
}
