import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { countReasons, runRows } from "@/ledger/look";
import { listRuns, type Run } from "@/ledger/runs";
import { isUndoing } from "@/ledger/undo";
import { isCustomerId } from "@/model/customer";
import { findConnection, isStopped, presentRun } from "./present";
import { preview } from "./preview";
import { type Admitted, needing, needingAny, notFound, router } from "./trpc";
import type { ChunkAnswer, PreviewView, ReasonCount, RunView } from "./views";

/** Starting and driving a full sync needs both: it spends the merchant's plan and sends customers' data. */
const procedure = () => needing("MANAGE_APPS", "MANAGE_USERS");
const byRun = z.object({ runId: z.string().max(100) });
const customerId = z.string().refine(isCustomerId, "not the id of a customer");
const cursor = z.unknown().refine((value) => JSON.stringify(value ?? null).length < 20_000, "cursor too large");

export const runRoutes = router({
  plan: procedure()
    .input(z.object({ connectionId: z.string().max(100) }))
    .query(async ({ ctx, input }) => {
      const opened = await ctx.rooms.connections.open(input.connectionId, ctx.shop.id);
      if (opened.kind !== "open") throw notFound("connection");
      const { connection } = opened;
      const targets = await ctx.rooms.connections.targets(ctx.shop.id, input.connectionId, AbortSignal.timeout(20_000));
      const target = targets.kind === "ok" ? targets.targets.find((candidate) => candidate.id === connection.target) : undefined;
      const provider = ctx.rooms.providers[connection.provider];
      const row = await findConnection(ctx, input.connectionId);
      return {
        consequences: target && provider ? provider.consequences(connection.settings, target).map(({ code }) => code as string) : [],
        targetContacts: target?.contacts ?? null,
        targetName: target?.name ?? row?.targetName ?? "",
      };
    }),

  /** Counts and times only: whoever may look at the connection may look at them. */
  list: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(z.object({ connectionId: z.string().max(100), before: z.iso.datetime().nullish(), limit: z.number().int().min(1).max(100) }))
    .query(async ({ ctx, input }): Promise<RunView[]> => {
      const row = await findConnection(ctx, input.connectionId);
      if (!row) throw notFound("connection");
      const runs = await listRuns(ctx.rooms.db, row.id, input.before ? new Date(input.before) : null, input.limit);
      return runs.map((run) => ({ ...presentRun(run, ctx.staff.userId), cursor: null }));
    }),

  preview: procedure()
    .input(z.object({ connectionId: z.string().max(100) }))
    .query(({ ctx, input }): Promise<PreviewView> => preview(ctx, input.connectionId)),

  start: procedure()
    .input(
      z.object({
        connectionId: z.string().max(100),
        total: z.number().int().nonnegative().nullable(),
        driver: z.enum(["page", "worker"]).default("page"),
        onLeave: z.enum(["pause", "continue"]).default("pause"),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<RunView> => {
      const row = await findConnection(ctx, input.connectionId);
      if (!row) throw notFound("connection");
      if (!row.target)
        throw new TRPCError({ code: "PRECONDITION_FAILED", message: "Choose where customers go before you start a full sync." });
      await notWhileUndoing(ctx, row.id);
      return shown(ctx, await ctx.rooms.fullSync.start(ctx.shop.id, { ...input, staffUserId: ctx.staff.userId }));
    }),

  chunk: procedure()
    .input(byRun.extend({ ids: z.array(customerId).min(1).max(500), cursor, again: z.boolean().default(false) }))
    .mutation(async ({ ctx, input }): Promise<ChunkAnswer> => {
      const row = await findConnection(ctx, (await need(ctx, input.runId)).connectionId);
      const { ids, again } = input;
      const chunk = { ids, cursor: input.cursor, again, isStopped: row !== null && isStopped(row) };
      const result = await ctx.rooms.fullSync.chunk(ctx.shop.id, input.runId, row?.limitKey ?? "", chunk);
      if (!result) throw notFound("run");
      return { run: presentRun(result.run, ctx.staff.userId), settled: result.settled, stillDue: result.stillDue };
    }),

  walkDone: procedure()
    .input(byRun.extend({ cursor }))
    .mutation(async ({ ctx, input }) => shown(ctx, await ctx.rooms.fullSync.walkDone(ctx.shop.id, input.runId, input.cursor))),

  get: procedure()
    .input(byRun)
    .query(async ({ ctx, input }) => shown(ctx, await ctx.rooms.fullSync.look(ctx.shop.id, input.runId))),

  /** "Run in the background": a new run, or this one from where it stands. */
  toBackground: procedure()
    .input(byRun)
    .mutation(async ({ ctx, input }) => {
      await notWhileUndoing(ctx, (await need(ctx, input.runId)).connectionId);
      return shown(ctx, await ctx.rooms.fullSync.toBackground(ctx.shop.id, input.runId));
    }),
  /** Sent by a page that goes away (`keepalive`). */
  left: procedure()
    .input(byRun)
    .mutation(async ({ ctx, input }) => shown(ctx, await ctx.rooms.fullSync.left(ctx.shop.id, input.runId))),
  pause: procedure()
    .input(byRun)
    .mutation(async ({ ctx, input }) => shown(ctx, await ctx.rooms.fullSync.pause(ctx.shop.id, input.runId))),
  resume: procedure()
    .input(byRun)
    .mutation(async ({ ctx, input }) => {
      await notWhileUndoing(ctx, (await need(ctx, input.runId)).connectionId);
      return shown(ctx, await ctx.rooms.fullSync.resume(ctx.shop.id, input.runId));
    }),
  cancel: procedure()
    .input(byRun)
    .mutation(async ({ ctx, input }) => shown(ctx, await ctx.rooms.fullSync.cancel(ctx.shop.id, input.runId))),
  stop: procedure()
    .input(byRun.extend({ problem: z.string().max(100) }))
    .mutation(async ({ ctx, input }) => shown(ctx, await ctx.rooms.fullSync.stop(ctx.shop.id, input.runId, input.problem))),
  heartbeat: procedure()
    .input(byRun.extend({ problem: z.string().max(100).nullish() }))
    .mutation(async ({ ctx, input }) => shown(ctx, await ctx.rooms.fullSync.heartbeat(ctx.shop.id, input.runId, input.problem ?? null))),
  retry: procedure()
    .input(byRun)
    .mutation(async ({ ctx, input }) => {
      await notWhileUndoing(ctx, (await need(ctx, input.runId)).connectionId);
      return shown(ctx, await ctx.rooms.fullSync.retry(ctx.shop.id, input.runId, await limitKeyOf(ctx, input.runId)));
    }),

  reasons: procedure()
    .input(byRun)
    .query(async ({ ctx, input }): Promise<ReasonCount[]> => {
      const run = await need(ctx, input.runId);
      return (await countReasons(ctx.rooms.db, run.connectionId, run.id)) as ReasonCount[];
    }),

  rows: procedure()
    .input(byRun.extend({ after: z.string().max(300).nullish(), limit: z.number().int().min(1).max(1_000) }))
    .query(async ({ ctx, input }) => {
      const run = await need(ctx, input.runId);
      const rows = await runRows(ctx.rooms.db, run.connectionId, { runId: run.id, after: input.after ?? "", limit: input.limit });
      return {
        rows: rows.map((row) => ({
          customerId: row.customerId,
          state: row.state as ReasonCount["state"],
          reason: row.reason ?? row.warnings[0] ?? "unknown",
          vendorText: row.vendorText,
          at: row.at.toISOString(),
        })),
        next: rows.length === input.limit ? (rows.at(-1)?.customerId ?? null) : null,
      };
    }),
});

function shown(ctx: Admitted, run: Run | null): RunView {
  if (!run) throw notFound("run");
  return presentRun(run, ctx.staff.userId);
}

/** Both would write to the same contacts. */
async function notWhileUndoing(ctx: Admitted, connectionId: Run["connectionId"]): Promise<void> {
  if (await isUndoing(ctx.rooms.db, connectionId))
    throw new TRPCError({
      code: "PRECONDITION_FAILED",
      message: "What a full sync created is being undone. Start the next one when that is over.",
    });
}

async function need(ctx: Admitted, runId: string): Promise<Run> {
  const run = await ctx.rooms.fullSync.find(ctx.shop.id, runId);
  if (!run) throw notFound("run");
  return run;
}

async function limitKeyOf(ctx: Admitted, runId: string): Promise<string> {
  const run = await need(ctx, runId);
  return (await findConnection(ctx, run.connectionId))?.limitKey ?? "";
}
