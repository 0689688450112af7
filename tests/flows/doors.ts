/** The app's doors, for a server of the tests' own. */
import * as cron from "@/pages/api/cron";
import * as health from "@/pages/api/health";
import * as inbound from "@/pages/api/inbound/[connection]/[secret]";
import * as manifest from "@/pages/api/manifest";
import * as metrics from "@/pages/api/metrics";
import * as oauthCallback from "@/pages/api/oauth/[provider]/callback";
import * as oauthStart from "@/pages/api/oauth/[provider]/start";
import * as register from "@/pages/api/register";
import * as trpc from "@/pages/api/trpc/[trpc]";
import * as webhooks from "@/pages/api/webhooks/[name]";
import type { ApiRoute } from "./serve-handler";

export const doors: Readonly<Record<string, ApiRoute>> = {
  "/api/cron": cron,
  "/api/health": health,
  "/api/inbound/[connection]/[secret]": inbound,
  "/api/metrics": metrics,
  "/api/manifest": manifest,
  "/api/register": register,
  "/api/webhooks/[name]": webhooks,
  "/api/trpc/[trpc]": trpc,
  "/api/oauth/[provider]/start": oauthStart,
  "/api/oauth/[provider]/callback": oauthCallback,
};
