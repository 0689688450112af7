import { z } from "zod";
import { readConsentLog } from "@/ledger/consent-log";
import { markKnown } from "@/ledger/marks";
import { changeRules } from "@/model/change-rules";
import type { EngineSettings } from "@/model/connection";
import { consentKey, consentRules, fieldRule, fieldRules, OPT_INS } from "@/model/rules";
import type { AnyProvider } from "@/providers/contract";
import { objectionTo, trial, tryChange } from "./change-rules";
import { saleorSilent, unreadable } from "./connections";
import { createField, fieldsOf, newField, previewFor } from "./mapping-look";
import { findConnection } from "./present";
import { type Admitted, needing, needingAny, notFound, router } from "./trpc";
import type {
  ChangeTrial,
  ConsentLogView,
  FieldCreated,
  FieldsView,
  InboundAddressView,
  Listening,
  RulesPreview,
  RulesSaved,
  RulesView,
} from "./views";

const LISTEN_MS = 20_000;
const allRules = z.object({
  fieldRules: fieldRules.optional(),
  consentRules: consentRules.optional(),
  changeRules: changeRules.optional(),
});
const byId = z.object({ id: z.string().max(100) });

export const mappingRoutes = router({
  rules: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(byId)
    .query(async ({ ctx, input }): Promise<RulesView> => {
      const { connection, provider } = await openFor(ctx, input.id);
      const settings = connection.settings as EngineSettings & Record<string, unknown>;
      const channels = (provider.customers.channels?.(settings) ?? []).map((id) => ({ id, defaultKey: consentKey(provider.id, id) }));
      return {
        version: connection.version,
        fieldRules: [...settings.fieldRules],
        consentRules: [...settings.consentRules],
        changeRules: [...settings.changeRules],
        eventForm: provider.events?.form.source ?? null,
        channels,
        optIns: [...(provider.customers.optIns ?? OPT_INS)],
        canCreateFields: provider.createField !== undefined,
        optOuts: optOutsOf(provider, ctx.rooms.env.OPT_OUTS_MINUTES),
      };
    }),

  fields: needing("MANAGE_APPS")
    .input(byId)
    .query(async ({ ctx, input }): Promise<FieldsView> => fieldsOf(ctx, await openFor(ctx, input.id))),

  createField: needing("MANAGE_APPS")
    .input(byId.extend({ field: newField }))
    .mutation(async ({ ctx, input }): Promise<FieldCreated> => createField(ctx, await openFor(ctx, input.id), input.field)),

  /** Draft rules at work on one customer, before they are saved. */
  preview: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(byId.extend({ who: z.string().trim().min(1).max(320), fieldRules: z.array(fieldRule).max(100) }))
    .query(
      async ({ ctx, input }): Promise<RulesPreview> =>
        previewFor(ctx, await openFor(ctx, input.id), { who: input.who, rules: input.fieldRules }),
    ),

  /** A change rule at work on typed values, before it is saved. Nothing is sent. */
  tryChange: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(byId.extend(trial.shape))
    .query(async ({ ctx, input }): Promise<ChangeTrial> => tryChange(ctx, await openFor(ctx, input.id), input)),

  /** Everybody who was sent is looked at again; only contacts whose result differs are written. */
  resend: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(byId)
    .mutation(async ({ ctx, input }): Promise<{ marked: number }> => {
      const row = await findConnection(ctx, input.id);
      if (!row) throw notFound("connection");
      const marked = await markKnown(ctx.rooms.db, row.id);
      if (row.limitKey) ctx.rooms.wake(row.limitKey);
      return { marked };
    }),

  /** Has the provider tell us about opt-outs, or makes sure that it does. */
  listen: needing("MANAGE_APPS")
    .input(byId)
    .mutation(async ({ ctx, input }): Promise<Listening> => {
      const { connection, provider } = await openFor(ctx, input.id);
      if (!provider.inbound?.listen) return { kind: "not_offered" };
      const link = ctx.rooms.linkTo({ ...connection, provider, shop: ctx.shop, signal: AbortSignal.timeout(LISTEN_MS) });
      const answer = await provider.inbound.listen(link, ctx.rooms.inboundAddress(ctx.appBaseUrl, connection));
      return answer.kind === "ok" ? { kind: "listening" } : { kind: "failed", reason: answer.reason };
    }),

  /** Where the provider is to send opt-outs, for whoever sets that up there. It holds a secret: not for everybody. */
  inboundAddress: needing("MANAGE_APPS")
    .input(byId)
    .query(async ({ ctx, input }): Promise<InboundAddressView | null> => {
      const { connection, provider } = await openFor(ctx, input.id);
      if (!provider.inbound?.block) return null;
      return { url: ctx.rooms.inboundAddress(ctx.appBaseUrl, connection).url, block: provider.inbound.block };
    }),

  /** Everything in the log about one person, in every connection of the shop. */
  consentLog: needing("MANAGE_APPS", "MANAGE_USERS")
    .input(byId.extend({ email: z.string().trim().min(3).max(320) }))
    .query(async ({ ctx, input }): Promise<ConsentLogView> => {
      const { connection } = await openFor(ctx, input.id);
      await ctx.rooms.audit({
        shopId: ctx.shop.id,
        connectionId: connection.id,
        staffUserId: ctx.staff.userId,
        action: "consent_exported",
        detail: { provider: connection.provider },
      });
      const entries = await readConsentLog(ctx.rooms.db, ctx.shop.id, ctx.rooms.personOf(connection.pepper, input.email));
      return entries.map((entry) => ({ ...entry, at: entry.at.toISOString() }));
    }),

  /** Rules of one kind or both; what is left out stays. */
  save: needing("MANAGE_APPS")
    .input(
      byId.extend({
        version: z.number().int(),
        fieldRules: z.array(z.unknown()).optional(),
        consentRules: z.array(z.unknown()).optional(),
        changeRules: z.array(z.unknown()).optional(),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<RulesSaved> => {
      const { fieldRules: fields, consentRules: consents, changeRules: changes } = input;
      const given = { fieldRules: fields, consentRules: consents, changeRules: changes };
      const checked = allRules.safeParse(given);
      if (!checked.success) return { kind: "invalid", problems: checked.error.issues.map(asProblem) };
      const values = Object.fromEntries(Object.entries(checked.data).filter(([name]) => given[name as keyof typeof given] !== undefined));
      const objection = fields || changes ? objectionTo(await openFor(ctx, input.id), values) : null;
      if (objection) return { kind: "invalid", problems: [objection] };
      const act = { shop: ctx.shop, id: input.id, staffUserId: ctx.staff.userId };
      return ctx.rooms.connections.saveSettings(act, { version: input.version, values });
    }),
});

function optOutsOf({ inbound, history }: AnyProvider, everyMinutes: number): RulesView["optOuts"] {
  if (inbound) return { by: inbound.listen ? "listening" : "block" };
  return history ? { by: "asking", everyMinutes } : null;
}

/** `fieldRules.3.target` says which rule; our own schema names its problems by a code. */
function asProblem({ path, message }: { path: PropertyKey[]; message: string }) {
  return { name: path.map(String).join("."), messageKey: /^[a-z][a-z_]*$/.test(message) ? message : "invalid_value" };
}

export type OpenedFor = Awaited<ReturnType<typeof openFor>>;

async function openFor(ctx: Admitted, id: string) {
  const opened = await ctx.rooms.connections.open(id, ctx.shop.id);
  if (opened.kind === "gone") throw notFound("connection");
  if (opened.kind === "unreadable") throw unreadable();
  if (opened.kind === "unavailable") throw saleorSilent();
  const provider = ctx.rooms.providers[opened.connection.provider];
  if (!provider) throw notFound("connection");
  return { connection: opened.connection, provider };
}
