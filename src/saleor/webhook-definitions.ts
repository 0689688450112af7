/**
 * Every webhook of the app: what the manifest declares, what is mended in installed shops, and which doors exist. Add a
 * line here and a document in graphql/subscriptions, nothing else.
 */

import {
  AccountConfirmedDocument,
  AccountDeletedDocument,
  AccountEmailChangedDocument,
  AddressDeletedDocument,
  AddressUpdatedDocument,
  AppDeletedDocument,
  CustomerCreatedDocument,
  CustomerDeletedDocument,
  CustomerMetadataUpdatedDocument,
  CustomerUpdatedDocument,
} from "@graphql/generated/graphql";
import type { WebhookManifest } from "@saleor/app-sdk/types";
import { type DocumentNode, print } from "graphql";

export type CoreVersion = readonly [major: number, minor: number, patch: number];

export interface WebhookDefinition {
  /** Saleor finds it again by this name: never renamed. */
  name: string;
  event: WebhookEvent;
  document: DocumentNode;
  /** Oldest core whose schema has the event. */
  minVersion: CoreVersion;
  path: string;
}

export type WebhookEvent =
  | "CUSTOMER_CREATED"
  | "CUSTOMER_UPDATED"
  | "CUSTOMER_METADATA_UPDATED"
  | "CUSTOMER_DELETED"
  | "ACCOUNT_CONFIRMED"
  | "ACCOUNT_EMAIL_CHANGED"
  | "ACCOUNT_DELETED"
  | "ADDRESS_UPDATED"
  | "ADDRESS_DELETED"
  | "APP_DELETED";

const OLDEST: CoreVersion = [3, 21, 0];

function webhook(event: WebhookEvent, document: DocumentNode, minVersion: CoreVersion = OLDEST): WebhookDefinition {
  const name = event.toLowerCase().replaceAll("_", "-");
  return { name, event, document, minVersion, path: `/api/webhooks/${name}` };
}

export const webhookDefinitions: readonly WebhookDefinition[] = [
  webhook("CUSTOMER_CREATED", CustomerCreatedDocument),
  webhook("CUSTOMER_UPDATED", CustomerUpdatedDocument),
  webhook("CUSTOMER_METADATA_UPDATED", CustomerMetadataUpdatedDocument),
  webhook("ACCOUNT_CONFIRMED", AccountConfirmedDocument),
  webhook("ACCOUNT_EMAIL_CHANGED", AccountEmailChangedDocument),
  webhook("ACCOUNT_DELETED", AccountDeletedDocument),
  webhook("ADDRESS_UPDATED", AddressUpdatedDocument),
  webhook("ADDRESS_DELETED", AddressDeletedDocument),
  // Earlier cores have the event but not the type: a query naming it fails the whole install (core 3.23, read 2026-08).
  webhook("CUSTOMER_DELETED", CustomerDeletedDocument, [3, 23, 5]),
  // Reaches the removed app itself only from 3.23.5 on.
  webhook("APP_DELETED", AppDeletedDocument, [3, 23, 5]),
];

export function webhooksFor(core: CoreVersion): readonly WebhookDefinition[] {
  return webhookDefinitions.filter((definition) => compareVersions(core, definition.minVersion) >= 0);
}

/** The form that manifests and mending share: what Saleor stores is compared with it. */
export function declareWebhook(definition: WebhookDefinition, apiBaseUrl: string): WebhookManifest & { targetUrl: string; query: string } {
  return {
    name: definition.name,
    targetUrl: `${apiBaseUrl}${definition.path}`,
    asyncEvents: [definition.event],
    query: print(definition.document),
    isActive: true,
  };
}

export function compareVersions(left: CoreVersion, right: CoreVersion): number {
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/** `3.23.28` or `3.23.28-a.1` as `shop { version }` says it; `null` = not a version. */
export function parseCoreVersion(text: string): CoreVersion | null {
  const parts = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)] : null;
}
