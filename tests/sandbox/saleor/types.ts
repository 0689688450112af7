/** The nouns of the stand-in Saleor that its files and its users share. */
import type { Micros } from "./instants";

export interface StaffTokenOptions {
  appId: string;
  /** Of one of the app's extensions: refused where the person lacks a permission that it was installed with. */
  extensionId?: string;
  /** What the person holds in the shop. Default: MANAGE_APPS and MANAGE_USERS. */
  permissions?: readonly string[];
  expiresInSeconds?: number;
  email?: string;
  /** Overrides single claims, to make tokens that must be refused. */
  claims?: Readonly<Record<string, unknown>>;
}

export interface StaffClaims {
  app: string;
  permissions: readonly string[];
  user_permissions: readonly string[];
  user_id: string;
  email: string;
}

export interface InstalledApp {
  id: string;
  identifier: string;
  name: string;
  version: string;
  appUrl: string | null;
  author: string | null;
  logoUrl: string | null;
  token: string;
  permissions: readonly string[];
  active: boolean;
  removed: boolean;
  meta: Readonly<Record<string, string>>;
  privateMeta: Readonly<Record<string, string>>;
  /** As the manifest said at installation. No mutation changes them. */
  extensions: readonly InstalledExtension[];
}

export interface InstalledExtension {
  id: string;
  label: string;
  mount: string;
  target: string;
  url: string;
  permissions: readonly string[];
}

export interface StoredWebhook {
  id: string;
  appId: string;
  name: string;
  targetUrl: string;
  isActive: boolean;
  query: string | null;
  events: readonly string[];
}

export interface AppProblem {
  id: string;
  appId: string;
  key: string;
  message: string;
  count: number;
  isCritical: boolean;
  createdAt: Micros;
  updatedAt: Micros;
  dismissed: boolean;
}

/** Who sent a request. A token that is not exactly 30 characters long is never an app's (core 3.23.28). */
export type Caller =
  | { kind: "app"; app: InstalledApp }
  | { kind: "staff"; claims: StaffClaims }
  | { kind: "nobody" }
  | { kind: "refused"; code: "ExpiredSignatureError" | "InvalidTokenError" };

export interface Attempt {
  at: number;
  /** HTTP status, or what happened instead of one. */
  answer: number | "timeout" | "connection" | "inactive";
}

export interface Delivery {
  id: number;
  event: string;
  appId: string;
  webhookName: string;
  targetUrl: string;
  customerId: string | null;
  status: "pending" | "success" | "failed";
  attempts: Attempt[];
  /** The stored bytes: the same for every attempt. */
  body: string;
}

export interface JournalledRequest {
  at: number;
  operationName: string | null;
  auth: Caller["kind"];
  status: number | "cut" | "hang";
  ms: number;
}
