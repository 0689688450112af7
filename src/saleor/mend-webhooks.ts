/**
 * Saleor never reads the manifest again, so after an upgrade of the app or of the core the app itself makes its webhooks in
 * a shop agree with the table. In: one shop. Out: one sentence per change. Never touches what is not this app's.
 */

import {
  AppIdentityDocument,
  AppWebhooksDocument,
  type AppWebhooksQuery,
  WebhookCreateDocument,
  WebhookDeleteDocument,
  WebhookUpdateDocument,
} from "@graphql/generated/graphql";
import type { AuthData } from "@saleor/app-sdk/APL";
import { type DocumentNode, parse, print } from "graphql";
import type { Log } from "@/platform/log";
import type { SaleorAnswer, SaleorClient } from "./client";
import { versionIn } from "./core-version";
import { declareWebhook, parseCoreVersion, type WebhookDefinition, webhookDefinitions, webhooksFor } from "./webhook-definitions";

export type Mended =
  | { kind: "mended"; changes: readonly string[]; failed: readonly string[] }
  /** The shop does not know our token: removed or deactivated. */
  | { kind: "uninstalled" }
  | { kind: "unavailable"; reason: string };

type Existing = NonNullable<NonNullable<AppWebhooksQuery["app"]>["webhooks"]>[number];

interface Change {
  sentence: string;
  apply(client: SaleorClient): Promise<SaleorAnswer<unknown>>;
}

export async function mendWebhooks({
  authData,
  client,
  baseUrl,
  log,
}: {
  authData: AuthData;
  client: SaleorClient;
  /** APP_API_BASE_URL; `null` = unknown without a request, so the address that the shop already calls is kept. */
  baseUrl: string | null;
  log: Log;
}): Promise<Mended> {
  const read = await readState(client);
  if (read.kind !== "state") return read;
  const base = baseUrl ?? baseUrlInUse(read.existing);
  if (base === null) return { kind: "unavailable", reason: "base_url_unknown" };
  const changes: string[] = [];
  const failed: string[] = [];
  for (const change of planMending(read.existing, webhooksFor(read.core), base)) {
    const problem = problemOf(await change.apply(client));
    if (problem === null) changes.push(change.sentence);
    else failed.push(`${change.sentence}: ${problem}`);
  }
  if (changes.length > 0) log.info({ shop: authData.saleorApiUrl, changes }, "webhooks mended");
  if (failed.length > 0) log.warn({ shop: authData.saleorApiUrl, failed }, "webhooks could not be mended");
  return { kind: "mended", changes, failed };
}

async function readState(client: SaleorClient) {
  const identity = await client.request(AppIdentityDocument, {});
  if (identity.kind !== "ok") return notRead(identity);
  const core = parseCoreVersion(versionIn(identity.data) ?? "");
  const answer = await client.request(AppWebhooksDocument, {});
  if (answer.kind !== "ok") return notRead(answer);
  const existing = answer.data.app?.webhooks;
  if (core === null || !existing || answer.errors.length > 0) return { kind: "unavailable" as const, reason: "partial_answer" };
  return { kind: "state" as const, core, existing };
}

function notRead(answer: Exclude<SaleorAnswer<unknown>, { kind: "ok" }>): Exclude<Mended, { kind: "mended" }> {
  if (answer.kind === "denied") return { kind: "uninstalled" };
  return { kind: "unavailable", reason: answer.kind === "refused" ? answer.codes.join(",") : answer.reason };
}

function planMending(existing: readonly Existing[], wanted: readonly WebhookDefinition[], base: string): Change[] {
  const used = new Set<string>();
  const changes = wanted.flatMap((definition) => {
    const present = existing.find((webhook) => webhook.name === definition.name && !used.has(webhook.id));
    if (present) used.add(present.id);
    return present ? updating(present, definition, base) : [creating(definition, base)];
  });
  const leftOver = existing.filter((webhook) => !used.has(webhook.id) && isOurs(webhook, base));
  return [...changes, ...leftOver.map(deleting)];
}

function creating(definition: WebhookDefinition, base: string): Change {
  const { name, targetUrl, query } = declareWebhook(definition, base);
  const input = { name, targetUrl, query, asyncEvents: [definition.event], isActive: true };
  return { sentence: `created ${name}`, apply: (client) => client.request(WebhookCreateDocument, { input }) };
}

function updating(present: Existing, definition: WebhookDefinition, base: string): Change[] {
  const { targetUrl, query } = declareWebhook(definition, base);
  const different = [
    present.targetUrl !== targetUrl && "address",
    normalised(present.subscriptionQuery) !== normalised(query) && "query",
    !present.isActive && "inactive",
    present.asyncEvents.map((event) => event.eventType).join() !== definition.event && "events",
  ].filter((what) => what !== false);
  if (different.length === 0) return [];
  const input = { targetUrl, query, asyncEvents: [definition.event], isActive: true };
  const sentence = `updated ${definition.name} (${different.join(", ")})`;
  return [{ sentence, apply: (client) => client.request(WebhookUpdateDocument, { id: present.id, input }) }];
}

function deleting(webhook: Existing): Change {
  return {
    sentence: `deleted ${webhook.name ?? "a nameless webhook"}`,
    apply: (client) => client.request(WebhookDeleteDocument, { id: webhook.id }),
  };
}

/** Names of the table, and doors of ours that an earlier version opened. */
function isOurs(webhook: Existing, base: string): boolean {
  return webhookDefinitions.some((definition) => definition.name === webhook.name) || webhook.targetUrl.startsWith(`${base}/api/webhooks/`);
}

function baseUrlInUse(existing: readonly Existing[]): string | null {
  for (const { targetUrl } of existing) {
    const definition = webhookDefinitions.find(({ path }) => targetUrl.endsWith(path));
    if (definition) return targetUrl.slice(0, -definition.path.length);
  }
  return null;
}

/** Saleor keeps the text as it was sent: blanks and line breaks are no difference. */
function normalised(query: string | null): string | null {
  if (query === null) return null;
  let document: DocumentNode;
  try {
    document = parse(query, { noLocation: true });
  } catch {
    return query;
  }
  return print(document);
}

function problemOf(answer: SaleorAnswer<unknown>): string | null {
  if (answer.kind === "ok")
    return errorsIn(answer.data) ?? (answer.errors.length > 0 ? answer.errors.map((error) => error.code).join(",") : null);
  if (answer.kind === "denied") return "denied";
  return answer.kind === "refused" ? answer.codes.join(",") : answer.reason;
}

function errorsIn(data: unknown): string | null {
  const results = Object.values(data as Record<string, { errors?: { code: string }[] } | null>);
  const codes = results.flatMap((result) => result?.errors ?? []).map((error) => error.code);
  return codes.length > 0 ? codes.join(",") : null;
}
