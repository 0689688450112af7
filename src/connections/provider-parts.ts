/** What connections need to know of a provider, read off its zod objects. */
import type { z } from "zod";
import type { Shop } from "@/model/shop";
import type { AnyProvider, Link } from "@/providers/contract";
import { describeForm, secretFields } from "@/providers/kit/form";
import type { Mirror } from "./state-rows";
import type { StoredConnection } from "./stored";

export type FindProvider = (id: string) => AnyProvider | undefined;

/** Everything a link is made of that is known here; the wiring adds endpoints, limiter and log. */
export interface LinkInput {
  provider: AnyProvider;
  shop: Shop;
  settings: Record<string, unknown>;
  credentials: Record<string, unknown>;
  target: string;
  /** `null` before the account is known. */
  limitKey: string | null;
  signal: AbortSignal;
}
export type LinkTo = (input: LinkInput) => Link;

export function targetField(provider: AnyProvider): string | null {
  return describeForm(provider.settings).find((field) => field.kind === "target")?.name ?? null;
}

export function targetOf(provider: AnyProvider, settings: Record<string, unknown>): string {
  const field = targetField(provider);
  const target = field ? settings[field] : "";
  return typeof target === "string" ? target : "";
}

/** Limit keys of two vendors may not meet in one table. */
export function limitKeyOf(provider: AnyProvider, accountKey: string): string {
  return `${provider.id}:${accountKey}`;
}

export function mirrorOf(provider: AnyProvider, stored: StoredConnection): Mirror {
  return {
    limitKey: stored.account.limitKey,
    target: targetOf(provider, stored.settings),
    targetName: stored.targetName,
    live: stored.live,
  };
}

/** A typed secret is shown by its last four characters; one brought back by OAuth means nothing to a person. */
export function credentialEnding(provider: AnyProvider, stored: StoredConnection): string | null {
  if (stored.by !== "key") return null;
  const secret = secretFields(provider.credentials)
    .map((name) => stored.credentials[name])
    .find((value): value is string => typeof value === "string" && value.length > 8);
  return secret ? secret.slice(-4) : null;
}

export interface FieldProblem {
  /** Within a table of rows: `customFields.2.name`. */
  name: string;
  messageKey: string;
}

/** Schemas name their own problems by a code (`api_key_form`); what zod says itself is one sentence for all. */
export function problemsOf(error: z.ZodError): FieldProblem[] {
  return error.issues.map((issue) => ({ name: issue.path.map(String).join("."), messageKey: codeOf(issue.message) }));
}

function codeOf(message: string): string {
  return /^[a-z][a-z0-9_]*$/.test(message) ? message : "invalid_value";
}
