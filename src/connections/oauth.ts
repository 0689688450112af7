/**
 * Signing in at a provider. In: a staff user's wish from the frame, and two visits of a browser tab. Out: credentials,
 * sealed in the attempt until the same person confirms the account in the frame. No token in a URL, a browser or a log.
 */

import type { Failure } from "@/model/outcome";
import type { Shop, ShopId } from "@/model/shop";
import type { AccountView, ConfirmResult, KeyResult, OAuthStatus, OAuthTicket } from "@/model/views";
import { hashToken, randomId, randomToken, type Sealer, SealUnreadable, type Signer } from "@/platform/crypto";
import type { Db } from "@/platform/db";
import type { AnyProvider, Endpoints, ProviderLog } from "@/providers/contract";
import { blamedField, describeForm } from "@/providers/kit/form";
import type { Connections } from "./connections";
import { type Granted, granted } from "./granted";
import { type Attempt, closeAttempt, findAttempt, insertAttempt, sweepAttempts } from "./oauth-attempts";
import { type FindProvider, type LinkTo, limitKeyOf, problemsOf } from "./provider-parts";

export interface OAuthDeps {
  db: Db;
  connections: Pick<Connections, "connect" | "find" | "details">;
  sealer: Sealer;
  /** Made for the purpose "oauth state". */
  signer: Signer;
  provider: FindProvider;
  linkTo: LinkTo;
  endpoints(provider: AnyProvider): Endpoints;
  /** Our own id and secret with the vendor; `null` = this installation has none. */
  client(provider: AnyProvider): { clientId: string; clientSecret: string } | null;
  log: ProviderLog;
}

export interface Person {
  shop: Shop;
  staffUserId: string;
}
interface AttemptOf {
  attemptId: string;
  shopId: ShopId;
  staffUserId: string;
}

export function createOAuth(deps: OAuthDeps) {
  return {
    issueTicket: (input: Person & { provider: string; appBaseUrl: string }) => issueTicket(deps, input),
    status: (who: AttemptOf) => status(deps, who),
    withKey: (input: Person & { provider: string; credentials: Record<string, unknown> }) => withKey(deps, input),
    confirm: (who: AttemptOf) => confirm(deps, who),
    cancel: (who: AttemptOf) => cancel(deps, who),
    sweepAttempts: () => sweepAttempts(deps.db),
    /** What the doors in `pages/api/oauth` are made of. */
    deps,
  };
}

/** `null` where this installation has no client id for the provider. */
async function issueTicket(deps: OAuthDeps, input: Person & { provider: string; appBaseUrl: string }): Promise<OAuthTicket | null> {
  const provider = deps.provider(input.provider);
  if (!provider?.oauth || !deps.client(provider)) return null;
  const ticket = randomToken();
  const attempt = {
    id: randomId(),
    shopId: input.shop.id,
    provider: provider.id,
    staffUserId: input.staffUserId,
    ticketHash: hashToken(ticket),
  };
  const expiresAt = await insertAttempt(deps.db, attempt);
  const url = `${input.appBaseUrl}/api/oauth/${provider.id}/start?ticket=${ticket}`;
  return { attemptId: attempt.id, url, expiresAt: expiresAt.toISOString() };
}

/** Somebody else's attempt looks like one that ran out. */
async function status(deps: OAuthDeps, who: AttemptOf): Promise<OAuthStatus> {
  const attempt = await findAttempt(deps.db, who);
  if (!attempt || attempt.state === "cancelled") return { state: "expired" };
  if (attempt.state === "confirmed") return confirmedStatus(deps, attempt);
  if (attempt.state === "failed") return { state: "failed", reason: attempt.reason ?? "provider_failed" };
  if (attempt.state === "denied" || attempt.state === "wrong_browser") return { state: attempt.state };
  if (attempt.expired || attempt.state === "expired") return { state: "expired" };
  if (attempt.state === "granted") return grantedStatus(deps, attempt);
  return { state: attempt.state === "issued" ? "issued" : "opened" };
}

async function confirmedStatus(deps: OAuthDeps, { shop, provider }: Attempt): Promise<OAuthStatus> {
  const row = await deps.connections.find(shop.id, provider);
  return row ? { state: "confirmed", connectionId: row.id } : { state: "expired" };
}

function grantedStatus(deps: OAuthDeps, attempt: Attempt): OAuthStatus {
  const found = unseal(deps.sealer, attempt);
  return found ? { state: "granted", account: found.view } : { state: "expired" };
}

async function withKey(deps: OAuthDeps, input: Person & { provider: string; credentials: Record<string, unknown> }): Promise<KeyResult> {
  const provider = deps.provider(input.provider);
  if (!provider) return { kind: "refused", field: null, reason: "provider_unknown", vendorText: null };
  const typed = typedCredentials(provider, input.credentials);
  if ("problem" in typed) return typed.problem;
  const checked = await checkAccount(deps, { shop: input.shop, provider, credentials: typed.credentials, by: "key" });
  if (checked.kind !== "ok") return keyRefused(provider, checked);
  const attempt = {
    id: randomId(),
    shopId: input.shop.id,
    provider: provider.id,
    staffUserId: input.staffUserId,
    ticketHash: hashToken(randomToken()),
  };
  await insertAttempt(deps.db, attempt, { sealed: deps.sealer.seal(JSON.stringify(checked.value), attemptBound(input.shop, attempt)) });
  return { kind: "granted", attemptId: attempt.id, account: checked.value.view };
}

/** Only what the form shows is taken: nobody types what OAuth brings back. */
function typedCredentials(
  provider: AnyProvider,
  typed: Record<string, unknown>,
): { credentials: Record<string, unknown> } | { problem: KeyResult } {
  const fields = describeForm(provider.credentials);
  const shown = Object.fromEntries(fields.map(({ name }) => [name, typed[name]]));
  const missing = fields.find(({ name, kind }) => kind === "secret" && !shown[name]);
  if (missing) return { problem: { kind: "refused", field: missing.name, reason: "required", vendorText: null } };
  const parsed = provider.credentials.safeParse(shown);
  if (parsed.success) return { credentials: parsed.data };
  const problem = problemsOf(parsed.error)[0];
  return { problem: { kind: "refused", field: problem?.name ?? null, reason: problem?.messageKey ?? "invalid_value", vendorText: null } };
}

function keyRefused(provider: AnyProvider, failure: Failure): KeyResult {
  return {
    kind: "refused",
    field: failure.kind === "retry" ? null : blamedField(provider.credentials, failure.reason),
    reason: failure.reason,
    vendorText: failure.vendorText ?? null,
  };
}

/** For the page, which names a few. */
const NAMED_TARGETS = 20;

export type Checked = { kind: "ok"; value: Granted } | Failure;

/** Names the account behind fresh credentials. Its targets are told as well, where the provider tells them. */
export async function checkAccount(
  deps: OAuthDeps,
  input: { shop: Shop; provider: AnyProvider; credentials: Record<string, unknown>; by: Granted["by"] },
): Promise<Checked> {
  const { shop, provider, credentials, by } = input;
  const settings = provider.settings.parse({}) as Record<string, unknown>;
  const link = deps.linkTo({ provider, shop, settings, credentials, target: "", limitKey: null, signal: AbortSignal.timeout(20_000) });
  const answer = await provider.connect(link);
  if (answer.kind !== "ok") return answer;
  const targets = await provider.targets(link);
  if (targets.kind !== "ok" && targets.kind !== "retry") return targets;
  const { name, detail, owner, notes } = answer.value;
  const account = { limitKey: limitKeyOf(provider, answer.value.limitKey), name, detail };
  const known = targets.kind === "ok" ? targets.value : null;
  const contacts = known?.every((target) => target.contacts !== null)
    ? known.reduce((sum, target) => sum + (target.contacts ?? 0), 0)
    : null;
  const view: AccountView = {
    name,
    detail,
    owner: owner ?? null,
    shopHost: new URL(shop.saleorApiUrl).host,
    targets: known?.length ?? null,
    targetNames: (known ?? []).slice(0, NAMED_TARGETS).map((target) => target.name),
    contacts,
    notes: [...(notes ?? [])],
    replaces: await replacedAccount(deps, shop, provider.id, account.limitKey),
  };
  const [only] = by === "key" && known?.length === 1 ? known : [];
  return { kind: "ok", value: { by, credentials, account, view, onlyTarget: only ? { id: only.id, name: only.name } : null } };
}

/** The name of the account connected before, if it is another one. */
async function replacedAccount(deps: OAuthDeps, shop: Shop, provider: string, limitKey: string): Promise<string | null> {
  const row = await deps.connections.find(shop.id, provider);
  if (!row || row.limitKey === "" || row.limitKey === limitKey) return null;
  const details = await deps.connections.details(shop.id, row.id);
  return details.kind === "found" ? details.account.name : row.targetName || row.limitKey.slice(provider.length + 1);
}

async function confirm(deps: OAuthDeps, who: AttemptOf): Promise<ConfirmResult> {
  const attempt = await findAttempt(deps.db, who);
  if (!attempt) return { kind: "expired" };
  if (attempt.state === "confirmed") return confirmedBefore(deps, attempt);
  const provider = deps.provider(attempt.provider);
  const found = attempt.state === "granted" && !attempt.expired ? unseal(deps.sealer, attempt) : null;
  if (!provider || !found) return { kind: "expired" };
  const { by, credentials, account, onlyTarget } = found;
  const result = await deps.connections.connect({
    shop: attempt.shop,
    provider,
    staffUserId: attempt.staffUserId,
    by,
    credentials,
    account,
    onlyTarget,
  });
  if (result.kind === "connected") await closeAttempt(deps.db, attempt.id, "confirmed");
  return result;
}

/** A second click on Connect. */
async function confirmedBefore(deps: OAuthDeps, attempt: Attempt): Promise<ConfirmResult> {
  const row = await deps.connections.find(attempt.shop.id, attempt.provider);
  return row ? { kind: "connected", connectionId: row.id } : { kind: "expired" };
}

async function cancel(deps: OAuthDeps, who: AttemptOf): Promise<void> {
  const attempt = await findAttempt(deps.db, who);
  if (attempt && attempt.state !== "confirmed") await closeAttempt(deps.db, attempt.id, "cancelled");
}

function unseal(sealer: Sealer, attempt: Attempt): Granted | null {
  if (!attempt.sealed) return null;
  try {
    return granted.parse(JSON.parse(sealer.open(attempt.sealed, attemptBound(attempt.shop, attempt))));
  } catch (error) {
    if (error instanceof SealUnreadable) return null;
    throw error;
  }
}

export function attemptBound(shop: Shop, attempt: { id: string; provider: string }): string {
  return `${shop.saleorApiUrl}|${shop.appId}|${attempt.provider}|attempt ${attempt.id}`;
}
