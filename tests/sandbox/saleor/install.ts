/**
 * The installation handshake of core 3.23.28 (read 2026-08): the manifest is fetched for the preview and again by the
 * worker, checked against the running core, then the token is posted to the app. Redirects are never followed.
 */
import { randomInt } from "node:crypto";
import { GraphQLError, type GraphQLSchema, parse, validate } from "graphql";
import { z } from "zod";
import { eventsOf } from "./subscriptions";
import type { InstalledApp } from "./types";
import { isAtLeast, satisfies, schemaVersionOf } from "./versions";
import type { World } from "./world";

/** Carries the sentence a merchant would see in the Dashboard. */
export class InstallationFailed extends Error {
  override readonly name = "InstallationFailed";
}

const url = z.url().max(200);
const manifestSchema = z.looseObject({
  id: z.string().min(1).max(256),
  name: z.string().min(1),
  version: z.string().min(1).max(60),
  tokenTargetUrl: url.optional(),
  appUrl: url.optional(),
  permissions: z.array(z.string()).default([]),
  about: z.string().optional(),
  author: z.string().trim().min(1).max(60).optional(),
  homepageUrl: url.optional(),
  supportUrl: url.optional(),
  dataPrivacyUrl: url.optional(),
  brand: z.looseObject({ logo: z.looseObject({ default: url.regex(/\.png(\?|$)/, "logo must be a PNG") }) }).optional(),
  requiredSaleorVersion: z.string().optional(),
  extensions: z
    .array(
      z.looseObject({
        label: z.string().max(256),
        mount: z.string(),
        target: z.string().default("POPUP"),
        url: z.string().max(200),
        permissions: z.array(z.string()).default([]),
        options: z.looseObject({}).optional(),
      }),
    )
    .default([]),
  webhooks: z
    .array(
      z.looseObject({
        name: z.string().max(255),
        targetUrl: url.max(255),
        query: z.string().min(1),
        asyncEvents: z.array(z.string()).default([]),
        isActive: z.boolean().default(true),
      }),
    )
    .default([]),
});
export type CheckedManifest = z.output<typeof manifestSchema>;

export interface Installation {
  appId: string;
  token: string;
  manifest: CheckedManifest;
}
export interface InstallOptions {
  /** What the installer grants. Default: what the manifest asks for. */
  permissions?: readonly string[];
  /** "Activate after installation", ticked by default. Unticked, the token is dead during the handshake. */
  activate?: boolean;
}

export async function install(
  world: World,
  schema: GraphQLSchema,
  manifestUrl: string,
  options: InstallOptions = {},
): Promise<Installation> {
  await fetchManifest(world, schema, manifestUrl);
  const manifest = await fetchManifest(world, schema, manifestUrl);
  const app = createApp(world, manifest, options);
  try {
    if (manifest.tokenTargetUrl) await register(world, manifest.tokenTargetUrl, app.token);
  } catch (error) {
    for (const webhook of world.store.webhooks.values()) if (webhook.appId === app.id) world.store.webhooks.delete(webhook.id);
    world.store.apps.delete(app.id);
    throw error;
  }
  return { appId: app.id, token: app.token, manifest };
}

async function fetchManifest(world: World, schema: GraphQLSchema, manifestUrl: string): Promise<CheckedManifest> {
  const answer = await reach(manifestUrl, { headers: saleorHeaders(world) });
  if (answer.status !== 200) throw new InstallationFailed(`Unable to fetch manifest (HTTP ${answer.status}).`);
  const parsed = manifestSchema.safeParse(await answer.json().catch(() => null));
  if (!parsed.success) throw new InstallationFailed(parsed.error.issues.map((one) => `${one.path.join(".")}: ${one.message}`).join("; "));
  const faults = faultsIn(world, schema, parsed.data);
  if (faults.length > 0) throw new InstallationFailed(faults.join("; "));
  return parsed.data;
}

function faultsIn(world: World, schema: GraphQLSchema, manifest: CheckedManifest): string[] {
  const { version, behaviour, store } = world;
  const faults: string[] = [];
  const range = manifest.requiredSaleorVersion;
  if (range && !satisfies(version, range)) faults.push(`requiredSaleorVersion: Saleor version ${version} is not supported by the app.`);
  if (!manifest.tokenTargetUrl && !behaviour.tokenTargetOptional) faults.push("tokenTargetUrl: Field required");
  if (behaviour.refusesManageApps && manifest.permissions.includes("MANAGE_APPS"))
    faults.push("permissions: MANAGE_APPS cannot be requested by an app.");
  if ([...store.apps.values()].some((app) => app.identifier === manifest.id && !app.removed))
    faults.push("id: App with the same identifier is already installed.");
  for (const { name, query } of manifest.webhooks) faults.push(...queryFaults(schema, query).map((fault) => `webhooks: ${name}: ${fault}`));
  for (const extension of manifest.extensions) faults.push(...extensionFaults(version, manifest, extension));
  return faults;
}

function queryFaults(schema: GraphQLSchema, query: string): string[] {
  try {
    return validate(schema, parse(query)).map((mistake) => mistake.message);
  } catch (error) {
    return [error instanceof GraphQLError ? error.message : "Subscription query is not valid."];
  }
}

const OLD_MOUNT =
  /^((CUSTOMER|PRODUCT|ORDER)_(OVERVIEW_CREATE|OVERVIEW_MORE_ACTIONS|DETAILS_MORE_ACTIONS)|NAVIGATION_(CATALOG|ORDERS|CUSTOMERS|DISCOUNTS|TRANSLATIONS|PAGES))$/;
const NEWEST_MOUNT = /^(HOMEPAGE_WIDGETS|SEARCH_ACTION)$/;

function extensionFaults(
  version: string,
  manifest: CheckedManifest,
  { label, mount, target, url: path, permissions, options }: CheckedManifest["extensions"][number],
): string[] {
  const faults: string[] = [];
  const since322 = isAtLeast(version, "3.22.0");
  if (!since322 && !OLD_MOUNT.test(mount)) faults.push(`extensions: Invalid mount: ${mount}`);
  if (since322 && !isAtLeast(version, "3.23.0") && NEWEST_MOUNT.test(mount)) faults.push(`extensions: Invalid mount: ${mount}`);
  const targets = since322 ? ["POPUP", "APP_PAGE", "NEW_TAB", "WIDGET"] : ["POPUP", "APP_PAGE"];
  if (!targets.includes(target)) faults.push(`extensions: Invalid target: ${target}`);
  if (target === "WIDGET" && !mount.endsWith("_WIDGETS")) faults.push(`extensions: ${label}: no widget on ${mount}`);
  if (options && "widgetTarget" in options && target !== "WIDGET") faults.push(`extensions: ${label}: widgetTarget without target WIDGET`);
  if (target === "APP_PAGE" && !path.startsWith("/")) faults.push(`extensions: ${label}: url must start with /`);
  if (path.startsWith("/") && !manifest.appUrl) faults.push(`extensions: ${label}: relative url needs appUrl`);
  if (permissions.some((one) => !manifest.permissions.includes(one))) faults.push(`extensions: ${label}: permission out of scope`);
  return faults;
}

const TOKEN_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const makeToken = () => Array.from({ length: 30 }, () => TOKEN_ALPHABET[randomInt(TOKEN_ALPHABET.length)]).join("");

function createApp({ store }: World, manifest: CheckedManifest, { permissions, activate = true }: InstallOptions): InstalledApp {
  const app: InstalledApp = {
    id: store.takeId("App"),
    identifier: manifest.id,
    name: manifest.name.slice(0, 60),
    version: manifest.version,
    appUrl: manifest.appUrl ?? null,
    author: manifest.author ?? null,
    logoUrl: manifest.brand?.logo.default ?? null,
    token: makeToken(),
    permissions: permissions ?? manifest.permissions,
    active: activate,
    removed: false,
    meta: {},
    privateMeta: {},
    extensions: manifest.extensions.map(({ label, mount, target, url: path, permissions: needed }, index) => ({
      id: Buffer.from(`AppExtension:${index + 1}`).toString("base64"),
      label,
      mount,
      target,
      url: path.startsWith("/") ? `${manifest.appUrl}${path}` : path,
      permissions: needed,
    })),
  };
  store.apps.set(app.id, app);
  for (const { name, targetUrl, query, asyncEvents, isActive } of manifest.webhooks) {
    const id = store.takeId("Webhook");
    const events = asyncEvents.length > 0 ? asyncEvents : eventsOf(query);
    store.webhooks.set(id, { id, appId: app.id, name, targetUrl, isActive, query, events });
  }
  return app;
}

/** A redirect is neither followed nor an error: the installation "succeeds" and the token is lost. */
async function register(world: World, tokenTargetUrl: string, token: string): Promise<void> {
  const answer = await reach(tokenTargetUrl, {
    method: "POST",
    headers: { ...saleorHeaders(world), "content-type": "application/json" },
    body: JSON.stringify({ auth_token: token }),
  });
  if (answer.status < 400) return;
  const told = z.object({ error: z.object({ message: z.string() }) }).safeParse(await answer.json().catch(() => null));
  throw new InstallationFailed(
    told.success ? told.data.error.message.slice(0, 255) : `App internal error (${answer.status}). Contact app support.`,
  );
}

function saleorHeaders({ apiUrl, version }: World): Record<string, string> {
  const [domain, schemaVersion] = [new URL(apiUrl).host, schemaVersionOf(version)];
  return {
    "saleor-domain": domain,
    "x-saleor-domain": domain,
    "saleor-api-url": apiUrl,
    "saleor-schema-version": schemaVersion,
    "user-agent": `Saleor/${schemaVersion}`,
  };
}

async function reach(target: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(target, { ...init, redirect: "manual", signal: AbortSignal.timeout(20_000) });
  } catch {
    throw new InstallationFailed("Failed to connect to app. Try later or contact with app support.");
  }
}
