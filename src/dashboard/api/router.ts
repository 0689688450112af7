/** Every call of the pages, with its shapes. Bodies follow. */
import { initTRPC } from "@trpc/server";
import { z } from "zod";
import type {
  AppInfo,
  ChunkAnswer,
  ConfirmResult,
  ConnectionView,
  KeyResult,
  OAuthStatus,
  OAuthTicket,
  ReasonCount,
  RunView,
  SaveResult,
  SettingsView,
  SyncNowResult,
  TargetsView,
} from "./views";

const t = initTRPC.create();
const later = <T>(): T => {
  throw new Error("not built yet");
};
const byId = t.procedure.input(z.object({ id: z.string() }));
const byRun = t.procedure.input(z.object({ runId: z.string() }));
const byAttempt = t.procedure.input(z.object({ attemptId: z.string() }));

export const appRouter = t.router({
  app: t.router({ info: t.procedure.query(() => later<AppInfo>()) }),
  connections: t.router({
    list: t.procedure.query(() => later<ConnectionView[]>()),
    get: byId.query(() => later<ConnectionView>()),
    targets: byId.query(() => later<TargetsView>()),
    settings: byId.query(() => later<SettingsView>()),
    saveSettings: t.procedure
      .input(z.object({ id: z.string(), version: z.number(), values: z.record(z.string(), z.union([z.string(), z.boolean()])) }))
      .mutation(() => later<SaveResult>()),
    setLive: t.procedure.input(z.object({ id: z.string(), live: z.boolean() })).mutation(() => later<ConnectionView>()),
    disconnect: byId.mutation(() => later<{ droppedChanges: number }>()),
  }),
  connect: t.router({
    ticket: t.procedure.input(z.object({ provider: z.string() })).mutation(() => later<OAuthTicket>()),
    status: byAttempt.query(() => later<OAuthStatus>()),
    withKey: t.procedure
      .input(z.object({ provider: z.string(), credentials: z.record(z.string(), z.string()) }))
      .mutation(() => later<KeyResult>()),
    confirm: byAttempt.mutation(() => later<ConfirmResult>()),
    cancel: byAttempt.mutation(() => later<Record<string, never>>()),
  }),
  runs: t.router({
    plan: t.procedure
      .input(z.object({ connectionId: z.string() }))
      .query(() => later<{ consequences: string[]; targetContacts: number | null; targetName: string }>()),
    start: t.procedure
      .input(z.object({ connectionId: z.string(), total: z.number().int().nullable() }))
      .mutation(() => later<RunView>()),
    chunk: t.procedure
      .input(z.object({ runId: z.string(), ids: z.array(z.string()).max(500), cursor: z.unknown() }))
      .mutation(() => later<ChunkAnswer>()),
    walkDone: t.procedure.input(z.object({ runId: z.string(), cursor: z.unknown() })).mutation(() => later<RunView>()),
    get: byRun.query(() => later<RunView>()),
    pause: byRun.mutation(() => later<RunView>()),
    resume: byRun.mutation(() => later<RunView>()),
    cancel: byRun.mutation(() => later<RunView>()),
    heartbeat: t.procedure
      .input(z.object({ runId: z.string(), problem: z.string().nullish() }))
      .mutation(() => later<RunView>()),
    reasons: byRun.query(() => later<ReasonCount[]>()),
    rows: t.procedure
      .input(z.object({ runId: z.string(), after: z.string().nullish(), limit: z.number().int().max(1000) }))
      .query(() =>
        later<{
          rows: { customerId: string; state: ReasonCount["state"]; reason: string; vendorText: string | null; at: string }[];
          next: string | null;
        }>(),
      ),
    retry: byRun.mutation(() => later<RunView>()),
  }),
  customers: t.router({
    syncNow: t.procedure
      .input(z.object({ connectionId: z.string(), who: z.string() }))
      .mutation(() => later<SyncNowResult>()),
  }),
});

export type AppRouter = typeof appRouter;
