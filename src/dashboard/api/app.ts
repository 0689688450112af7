import { AppIdentityDocument } from "@graphql/generated/graphql";
import { z } from "zod";
import { clientCredentials } from "@/platform/env";
import type { AnyProvider } from "@/providers/contract";
import { describeForm } from "@/providers/kit/form";
import { versionIn } from "@/saleor/core-version";
import { needingAny, router } from "./trpc";
import type { AppInfo, FormField, ProviderInfo } from "./views";

export const appRoutes = router({
  /** Anybody who may open the app: the page needs to know what else they may. */
  info: needingAny("MANAGE_APPS", "MANAGE_USERS").query(async ({ ctx }): Promise<AppInfo> => {
    const client = await ctx.rooms.clientOf(ctx.shop);
    const [identity, language, setup] = await Promise.all([
      client?.request(AppIdentityDocument, {}),
      ctx.rooms.staffLanguage.of(ctx.shop.id, ctx.staff.userId),
      ctx.rooms.setupView.of(ctx.shop.id),
    ]);
    return {
      shopHost: new URL(ctx.shop.saleorApiUrl).host,
      coreVersion: identity?.kind === "ok" ? versionIn(identity.data) : null,
      permissions: {
        manageApps: ctx.staff.permissions.includes("MANAGE_APPS"),
        manageUsers: ctx.staff.permissions.includes("MANAGE_USERS"),
      },
      sandbox: ctx.rooms.env.CRM_SANDBOX,
      language,
      setup,
      providers: Object.values(ctx.rooms.providers).map(describeProvider),
    };
  }),

  setLanguage: needingAny("MANAGE_APPS", "MANAGE_USERS")
    .input(z.object({ language: z.enum(["en", "ru"]).nullable() }))
    .mutation(async ({ ctx, input }) => {
      await ctx.rooms.staffLanguage.set(ctx.shop.id, ctx.staff.userId, input.language);
      return {};
    }),
});

function describeProvider(provider: AnyProvider): ProviderInfo {
  const signIn = provider.oauth && clientCredentials(provider.oauth.clientEnv) !== null;
  return {
    id: provider.id,
    title: provider.title,
    connectBy: signIn ? ["oauth", "key"] : ["key"],
    credentialFields: formFields(provider.credentials),
    revokeUrl: provider.oauth?.revokeUrl ?? null,
  };
}

export function formFields(schema: AnyProvider["settings"]): FormField[] {
  return describeForm(schema).map((field) => ({ ...field, default: field.default ?? "" }));
}
