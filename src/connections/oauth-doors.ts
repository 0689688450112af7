/**
 * The two visits of the sign-in tab. Start: a one-time ticket becomes a cookie, and the tab goes on to the provider.
 * Callback: signed state, cookie and attempt must agree before the code is exchanged, here on the server.
 */
import { z } from "zod";
import type { Failure } from "@/model/outcome";
import { hashToken, randomToken } from "@/platform/crypto";
import { isLoopbackHost } from "@/platform/public-address";
import type { AnyProvider, OAuth as ProviderOAuth } from "@/providers/contract";
import { attemptBound, checkAccount, type OAuthDeps } from "./oauth";
import { type Attempt, end, endOpened, grant, howItStands, openAttempt, takeAnswer } from "./oauth-attempts";
import { type DoorAnswer, type PageKind, page, redirect } from "./oauth-pages";

export interface Visit {
  provider: string;
  query: Readonly<Record<string, unknown>>;
  cookies: Readonly<Record<string, string | undefined>>;
  /** Our own public address, without a slash at the end. */
  appBaseUrl: string;
}

const minutesValid = 10;
const state = z.object({ attemptId: z.string(), shopId: z.string(), nonceHash: z.string(), expiresAt: z.number() });
type State = z.output<typeof state>;

interface Vendor {
  provider: AnyProvider;
  oauth: ProviderOAuth;
  client: { clientId: string; clientSecret: string };
}

function vendorOf(deps: OAuthDeps, id: string): Vendor | null {
  const provider = deps.provider(id);
  const client = provider?.oauth ? deps.client(provider) : null;
  return provider?.oauth && client ? { provider, oauth: provider.oauth, client } : null;
}

export async function visitStart(deps: OAuthDeps, visit: Visit): Promise<DoorAnswer> {
  const vendor = vendorOf(deps, visit.provider);
  if (!vendor) return page("not_set_up", { title: "" });
  const { provider, oauth, client } = vendor;
  const { ticket } = visit.query;
  if (typeof ticket !== "string" || ticket === "") return page("unknown_link", provider);
  const nonce = randomToken();
  const nonceHash = hashToken(nonce);
  const attempt = await openAttempt(deps.db, { ticketHash: hashToken(ticket), provider: provider.id, nonceHash });
  if (!attempt) return page("used", provider);
  deps.log.info({ shop: attempt.shop.id, provider: provider.id, attempt: attempt.id }, "sign-in opened");
  const signed = deps.signer.sign(
    JSON.stringify({
      attemptId: attempt.id,
      shopId: attempt.shop.id,
      nonceHash,
      expiresAt: Date.now() + minutesValid * 60_000,
    } satisfies State),
  );
  const location = oauth.authorizeUrl({
    clientId: client.clientId,
    redirectUri: redirectUri(visit),
    state: signed,
    endpoints: deps.endpoints(provider),
  });
  return redirect(location, nonceCookie(visit, attempt.id, nonce));
}

export async function visitCallback(deps: OAuthDeps, visit: Visit): Promise<DoorAnswer> {
  const vendor = vendorOf(deps, visit.provider);
  if (!vendor) return page("not_set_up", { title: "" });
  const { provider } = vendor;
  const told = readState(deps, visit.query.state);
  if (!told) return page("unknown_link", provider);
  if (told.expiresAt < Date.now()) {
    await endOpened(deps.db, told.attemptId, "expired");
    return page("expired", provider);
  }
  const nonce = visit.cookies[cookieName(told.attemptId)];
  if (!nonce || hashToken(nonce) !== told.nonceHash) {
    await endOpened(deps.db, told.attemptId, "wrong_browser");
    return page("wrong_browser", provider);
  }
  const attempt = await takeAnswer(deps.db, { id: told.attemptId, shopId: told.shopId, provider: provider.id, nonceHash: told.nonceHash });
  if (!attempt) return page(await howItStands(deps.db, told.attemptId), provider);
  const fields = { shop: attempt.shop.id, provider: provider.id, attempt: attempt.id };
  try {
    const answer = await takeCode(deps, { vendor, visit, attempt });
    deps.log.info({ ...fields, kind: answer.kind, reason: answer.reason }, "sign-in answered");
    return page(answer.kind, { title: provider.title, lines: answer.lines });
  } catch (error) {
    deps.log.error({ ...fields, err: error }, "sign-in broke");
    await end(deps.db, attempt.id, "failed", "our_fault");
    return page("our_fault", provider);
  }
}

interface CodeAnswer {
  kind: PageKind;
  reason?: string;
  lines?: readonly string[];
}

async function takeCode(deps: OAuthDeps, input: { vendor: Vendor; visit: Visit; attempt: Attempt }): Promise<CodeAnswer> {
  const { vendor, visit, attempt } = input;
  const { error, code } = visit.query;
  if (error === "access_denied") {
    await end(deps.db, attempt.id, "denied");
    return { kind: "denied" };
  }
  if (error !== undefined || typeof code !== "string" || code === "")
    return failed(deps, attempt, { kind: "refused", reason: "provider_error" });
  const exchanged = await vendor.oauth.exchange({
    ...vendor.client,
    code,
    redirectUri: redirectUri(visit),
    endpoints: deps.endpoints(vendor.provider),
    signal: AbortSignal.timeout(20_000),
  });
  if (exchanged.kind !== "ok") return failed(deps, attempt, exchanged);
  const credentials = vendor.provider.credentials.safeParse(exchanged.value);
  if (!credentials.success) return failed(deps, attempt, { kind: "refused", reason: "provider_error" });
  const checked = await checkAccount(deps, { shop: attempt.shop, provider: vendor.provider, credentials: credentials.data, by: "oauth" });
  if (checked.kind !== "ok") return failed(deps, attempt, checked);
  const isInTime = await grant(deps.db, attempt.id, deps.sealer.seal(JSON.stringify(checked.value), attemptBound(attempt.shop, attempt)));
  const { name, shopHost } = checked.value.view;
  return isInTime
    ? { kind: "granted", lines: [`${vendor.provider.title} account ${name} for the shop ${shopHost}.`] }
    : { kind: "expired" };
}

async function failed(deps: OAuthDeps, attempt: Attempt, failure: Failure): Promise<CodeAnswer> {
  await end(deps.db, attempt.id, "failed", failure.reason);
  return { kind: failure.kind === "retry" ? "provider_failed" : "provider_refused", reason: failure.reason };
}

function readState(deps: OAuthDeps, given: unknown): State | null {
  const payload = typeof given === "string" ? deps.signer.verify(given) : null;
  const parsed = payload === null ? null : state.safeParse(JSON.parse(payload));
  return parsed?.success ? parsed.data : null;
}

/** Must be the same, to the letter, at both visits and at the exchange. */
function redirectUri({ appBaseUrl, provider }: Visit): string {
  return `${appBaseUrl}/api/oauth/${provider}/callback`;
}

/** One per attempt, so that two sign-ins in one browser don't spoil each other. */
const cookieName = (attemptId: string) => `crm_sign_in_${attemptId}`;

function nonceCookie({ appBaseUrl }: Visit, attemptId: string, nonce: string): string {
  const { protocol, pathname, hostname } = new URL(appBaseUrl);
  // A proxy may speak http to us and https to the browser, so only this very machine goes without Secure.
  const isSecure = protocol === "https:" || !isLoopbackHost(hostname);
  // Lax: the provider's redirect back is a top-level navigation from another site.
  const parts = [
    `${cookieName(attemptId)}=${nonce}`,
    `Path=${pathname.replace(/\/+$/, "")}/api/oauth`,
    `Max-Age=${minutesValid * 60}`,
    "HttpOnly",
    "SameSite=Lax",
  ];
  return [...parts, ...(isSecure ? ["Secure"] : [])].join("; ");
}
