import { TRPCError } from "@trpc/server";
import { z } from "zod";
import { endPause, notePause } from "@/ledger/catch-up";
import { leftOut } from "@/ledger/look";
import { formFields } from "./app";
import { findConnection, presentConnection } from "./present";
import { stopListening } from "./stop-listening";
import { type Admitted, needing, needingAny, notFound, router } from "./trpc";
import type { CheckView, ConnectionView, ReasonCount, SaveResult, SettingsView, TargetsView } from "./views";

const byId = z.object({ id: z.string().max(100) });
const PROVIDER_WAIT_MS = 20_000;
const text = z.string().max(2_000);
const rows = z.array(z.record(z.string().max(100), text)).max(200);
const formValues = z.record(z.string().max(100), z.union([text, z.boolean(), rows]));

export const connectionRoutes = router({
  list: needingAny("MANAGE_APPS", "MANAGE_USERS").query(async ({ ctx }): Promise<ConnectionView[]> => {
    const rows = await ctx.rooms.connections.list(ctx.shop.id);
    return Promise.all(rows.map((row) => presentConnection(ctx, row)));
  }),

  get: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(byId)
    .query(({ ctx, input }): Promise<ConnectionView> => view(ctx, input.id)),

  targets: needing("MANAGE_APPS")
    .input(byId)
    .query(
      ({ ctx, input }): Promise<TargetsView> => ctx.rooms.connections.targets(ctx.shop.id, input.id, AbortSignal.timeout(PROVIDER_WAIT_MS)),
    ),

  /** Labels of fields that whoever goes to this target must have. */
  requiredFields: needing("MANAGE_APPS")
    .input(byId.extend({ target: z.string().min(1).max(200) }))
    .query(({ ctx, input }) =>
      ctx.rooms.connections.requiredFields(ctx.shop.id, input.id, input.target, AbortSignal.timeout(PROVIDER_WAIT_MS)),
    ),

  /** What was left out of customers that were sent. Those of the latest full sync are listed with it. */
  leftOut: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(byId)
    .query(async ({ ctx, input }): Promise<ReasonCount[]> => {
      if (!(await findConnection(ctx, input.id))) throw notFound("connection");
      const run = await ctx.rooms.fullSync.latest(input.id);
      return (await leftOut(ctx.rooms.db, input.id, run?.id ?? null)) as ReasonCount[];
    }),

  settings: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(byId)
    .query(async ({ ctx, input }): Promise<SettingsView> => {
      const details = await ctx.rooms.connections.details(ctx.shop.id, input.id);
      const row = await findConnection(ctx, input.id);
      const provider = row && ctx.rooms.providers[row.provider];
      if (details.kind === "gone" || !provider) throw notFound("connection");
      if (details.kind === "unreadable") throw unreadable();
      if (details.kind === "unavailable") throw saleorSilent();
      return { version: details.version, values: details.values, fields: formFields(provider.settings) };
    }),

  saveSettings: needing("MANAGE_APPS")
    .input(byId.extend({ version: z.number().int(), values: formValues }))
    .mutation(async ({ ctx, input }): Promise<SaveResult> => {
      const act = { shop: ctx.shop, id: input.id, staffUserId: ctx.staff.userId };
      const result = await ctx.rooms.connections.saveSettings(act, { version: input.version, values: input.values });
      if (result.kind === "saved" && result.targetChanged) void ctx.rooms.problems.dismiss(input.id).catch(() => {});
      await wake(ctx, input.id);
      return result;
    }),

  /** The button beside a setting. */
  check: needing("MANAGE_APPS")
    .input(byId.extend({ name: z.string().max(100), values: formValues }))
    .mutation(({ ctx, input: { id, name, values } }): Promise<CheckView> => {
      const signal = AbortSignal.timeout(PROVIDER_WAIT_MS);
      return ctx.rooms.connections.check({ shopId: ctx.shop.id, id, name, values, signal });
    }),

  setLive: needing("MANAGE_APPS")
    .input(byId.extend({ live: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<ConnectionView> => {
      const result = await ctx.rooms.connections.setLive({ shop: ctx.shop, id: input.id, staffUserId: ctx.staff.userId }, input.live);
      if (result.kind === "gone") throw notFound("connection");
      if (result.kind === "no_target")
        throw new TRPCError({ code: "PRECONDITION_FAILED", message: "Choose where customers go before you turn on live sync." });
      if (result.kind === "unavailable") throw saleorSilent();
      await (input.live ? endPause(ctx.rooms.db, input.id) : notePause(ctx.rooms.db, input.id));
      await wake(ctx, input.id);
      return view(ctx, input.id);
    }),

  disconnect: needing("MANAGE_APPS")
    .input(byId)
    .mutation(async ({ ctx, input }): Promise<{ droppedChanges: number; stillTells: boolean }> => {
      const quieted = await stopListening(ctx, input.id);
      const result = await ctx.rooms.connections.disconnect({ shop: ctx.shop, id: input.id, staffUserId: ctx.staff.userId });
      if (result.kind === "gone") throw notFound("connection");
      if (result.kind === "unavailable") {
        await quieted.takeBack();
        throw saleorSilent();
      }
      return { droppedChanges: result.droppedChanges, stillTells: quieted.stillTells };
    }),
});

async function view(ctx: Admitted, id: string): Promise<ConnectionView> {
  const row = await findConnection(ctx, id);
  if (!row) throw notFound("connection");
  return presentConnection(ctx, row);
}

/** What waited for this connection may go now. */
async function wake(ctx: Admitted, id: string): Promise<void> {
  const row = await findConnection(ctx, id);
  if (row?.limitKey) ctx.rooms.wake(row.limitKey);
}

export function saleorSilent(): TRPCError {
  return new TRPCError({ code: "SERVICE_UNAVAILABLE", message: "Saleor did not answer, so nothing was changed. Try again in a moment." });
}

export function unreadable(): TRPCError {
  return new TRPCError({
    code: "PRECONDITION_FAILED",
    message: "Stored access can’t be read. Reconnect: where your customers go is kept, the other settings start from their defaults.",
  });
}
