/**
 * What a shop reads when the app is installed, once: Saleor never looks again. A core refuses the whole manifest for one
 * event type that it does not know, so the answer depends on who asks.
 */
import type { AppManifest, SaleorSchemaVersion } from "@saleor/app-sdk/types";
import type { Env } from "@/platform/env";
import packageJson from "../../package.json";
import { extensionsFor } from "./extensions";
import { type CoreVersion, declareWebhook, webhooksFor } from "./webhook-definitions";

export interface BaseUrls {
  /** Where the pages are. */
  iframe: string;
  /** Where Saleor reaches us. */
  api: string;
}

/** 3.23.0 to 3.23.4 announce themselves as 3.23 but lack the type CustomerDeleted. */
const REQUIRED_SALEOR = ">=3.21 <3.23.0 || >=3.23.5 <4";
const LOWEST: SaleorSchemaVersion = [3, 21];

const ABOUT =
  "Keeps your customers up to date in Mailchimp: live while you work, and all at once when you start. Names, tags from metadata and deletions follow; nobody is re-subscribed, and every customer's state can be looked up.";

export function baseUrlsOf(env: Pick<Env, "APP_IFRAME_BASE_URL" | "APP_API_BASE_URL">, requestBaseUrl: string): BaseUrls {
  return { iframe: env.APP_IFRAME_BASE_URL ?? requestBaseUrl, api: env.APP_API_BASE_URL ?? requestBaseUrl };
}

type ManifestEnv = Pick<Env, "MANIFEST_APP_ID" | "HOMEPAGE_URL" | "SUPPORT_URL" | "PRIVACY_URL">;

export function buildManifest({
  baseUrls,
  schemaVersion = LOWEST,
  env,
}: {
  baseUrls: BaseUrls;
  schemaVersion?: SaleorSchemaVersion | undefined;
  env: ManifestEnv;
}): AppManifest {
  // The header names no patch; the range above has already kept out those that would matter.
  const core: CoreVersion = [schemaVersion[0], schemaVersion[1], Number.MAX_SAFE_INTEGER];
  return {
    id: env.MANIFEST_APP_ID,
    name: "CRM",
    version: packageJson.version,
    about: ABOUT,
    author: "CRM for Saleor authors",
    requiredSaleorVersion: REQUIRED_SALEOR,
    permissions: ["MANAGE_USERS"],
    appUrl: baseUrls.iframe,
    tokenTargetUrl: `${baseUrls.api}/api/register`,
    homepageUrl: env.HOMEPAGE_URL ?? `${baseUrls.iframe}/`,
    supportUrl: env.SUPPORT_URL ?? `${baseUrls.iframe}/support`,
    dataPrivacyUrl: env.PRIVACY_URL ?? `${baseUrls.iframe}/privacy`,
    brand: { logo: { default: `${baseUrls.api}/logo.png` } },
    extensions: extensionsFor(core, baseUrls.iframe),
    webhooks: webhooksFor(core).map((definition) => declareWebhook(definition, baseUrls.api)),
  };
}
