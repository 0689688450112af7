/**
 * A shop introduces itself. Anybody can call this, and the call is not signed: the proof is that the shop at the claimed
 * address takes the token and says it belongs to this app. The SDK's handler asks that address without a look at where it
 * leads, follows redirects and keeps any text as keys (app-sdk 1.15.0, read 2026-08), so the steps are walked here through
 * the guarded way out; the answers keep the SDK's shape, whose message Saleor shows to the merchant.
 */

import { AppIdentityDocument } from "@graphql/generated/graphql";
import type { APL, AuthData } from "@saleor/app-sdk/APL";
import { z } from "zod";
import type { Log } from "@/platform/log";
import { createSaleorClient } from "./client";
import { type GuardedFetch, type GuardOptions, isAcceptableAddress } from "./guarded-fetch";
import type { OnInstalled } from "./install-hooks";
import { fetchJwks } from "./jwks";

export interface RegisterDeps {
  apl: APL;
  fetch: GuardedFetch;
  guard: GuardOptions;
  /** MANIFEST_APP_ID. */
  appIdentifier: string;
  allowedDomain: RegExp | undefined;
  onInstalled: OnInstalled;
  log: Log;
}

export interface RegisterRequest {
  saleorApiUrl: string | undefined;
  body: unknown;
}

export interface RegisterAnswer {
  status: number;
  body: { success: true } | { success: false; error: { code: string; message: string } };
}

const MAX_BYTES = 1_000_000;
const TIMEOUT_MS = 5_000;
const requestBody = z.object({ auth_token: z.string().min(1).max(512) });
const identity = z.object({ app: z.object({ id: z.string().min(1), identifier: z.string().nullish() }).nullable() });

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export async function registerShop(deps: RegisterDeps, request: RegisterRequest): Promise<RegisterAnswer> {
  const { saleorApiUrl } = request;
  try {
    const authData = await verify(deps, request);
    const previousAppId = await save(deps.apl, authData);
    deps.log.info({ shop: authData.saleorApiUrl, app: authData.appId, again: previousAppId !== null }, "installed in a shop");
    await announce(deps, authData, previousAppId === authData.appId ? null : previousAppId);
    return { status: 200, body: { success: true } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    deps.log.warn(
      { shop: saleorApiUrl, reason: error.code, status: error.status, err: error.cause },
      `installation refused: ${error.message}`,
    );
    return { status: error.status, body: { success: false, error: { code: error.code, message: error.message } } };
  }
}

async function verify(deps: RegisterDeps, { saleorApiUrl: claimed, body }: RegisterRequest): Promise<AuthData> {
  const parsed = requestBody.safeParse(body);
  if (!parsed.success) throw new Refusal(400, "MISSING_TOKEN", "The request holds no auth_token.");
  const saleorApiUrl = checkAddress(claimed, deps);
  const configured = await deps.apl.isConfigured?.();
  if (configured && !configured.configured) throw notStored("APL_NOT_CONFIGURED", configured.error);
  const token = parsed.data.auth_token;
  const appId = await askAppId(deps, saleorApiUrl, token);
  const keys = await fetchJwks(deps.fetch, saleorApiUrl);
  if (keys.kind === "trouble")
    throw new Refusal(
      503,
      "JWKS_NOT_AVAILABLE",
      "The app could not read the shop's public keys at /.well-known/jwks.json. Try again, or check that this address is reachable.",
    );
  return { token, saleorApiUrl, appId, jwks: keys.text };
}

function checkAddress(claimed: string | undefined, { allowedDomain, guard }: RegisterDeps): string {
  if (!claimed) throw new Refusal(400, "MISSING_ADDRESS", "The request does not name the shop (header saleor-api-url).");
  const url = parseSaleorApiUrl(claimed);
  if (url === null) throw new Refusal(400, "WRONG_ADDRESS", "The shop's address must look like https://shop.example.com/graphql/.");
  if (allowedDomain && ![url.hostname, url.host, claimed].some((text) => allowedDomain.test(text))) {
    throw new Refusal(
      403,
      "SALEOR_URL_PROHIBITED",
      `This app may not be installed in ${url.host}: whoever runs it allows other shops only (ALLOWED_DOMAIN_PATTERN).`,
    );
  }
  if (!isAcceptableAddress(claimed, guard)) throw addressRefused(url.host);
  return claimed;
}

/** The exact path matters: `ALLOWED_DOMAIN_PATTERN` could otherwise be satisfied by what follows the host. */
function parseSaleorApiUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const plain = url.username === "" && url.password === "" && url.search === "" && url.hash === "" && !/[?#\s\\]/.test(text);
  return plain && url.pathname === "/graphql/" && /^https?:$/.test(url.protocol) ? url : null;
}

const addressRefused = (host: string) =>
  new Refusal(
    403,
    "ADDRESS_REFUSED",
    `${host} must be a public https address. For a shop on a private network, whoever runs the app can list it in SALEOR_ALLOWED_HOSTS.`,
  );

async function askAppId({ fetch, appIdentifier }: RegisterDeps, saleorApiUrl: string, token: string): Promise<string> {
  const client = createSaleorClient({ saleorApiUrl, token, fetch, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
  const answer = await client.request(AppIdentityDocument, {});
  if (answer.kind === "unavailable") {
    if (answer.reason === "address_refused") throw addressRefused(new URL(saleorApiUrl).host);
    throw new Refusal(
      503,
      "SALEOR_UNREACHABLE",
      `The app could not reach ${new URL(saleorApiUrl).host} to check the installation. Check that its address is reachable from the internet and try again.`,
    );
  }
  const parsed = answer.kind === "ok" ? identity.safeParse(answer.data) : null;
  if (!parsed?.success || parsed.data.app === null) {
    throw new Refusal(
      401,
      "UNKNOWN_APP_ID",
      "The shop does not accept the token of this installation. Install the app with activation switched on.",
    );
  }
  if (parsed.data.app.identifier !== appIdentifier) {
    throw new Refusal(403, "FOREIGN_TOKEN", "The token belongs to another app.");
  }
  return parsed.data.app.id;
}

async function save(apl: APL, authData: AuthData): Promise<string | null> {
  try {
    const previous = await apl.get(authData.saleorApiUrl);
    await apl.set(authData);
    return previous?.appId ?? null;
  } catch (cause) {
    throw notStored("NOT_SAVED", cause);
  }
}

const notStored = (code: string, cause: unknown) =>
  new Refusal(
    503,
    code,
    "The app could not store this installation. Try again; if it stays, ask whoever runs the app to look at its log.",
    { cause },
  );

/** The shop is installed by now: what follows is also done at the next start, so its trouble is ours and not the merchant's. */
async function announce({ onInstalled, log }: RegisterDeps, authData: AuthData, previousAppId: string | null): Promise<void> {
  try {
    await onInstalled({ authData, previousAppId });
  } catch (error) {
    log.error({ shop: authData.saleorApiUrl, err: error }, "follow-up of the installation failed");
  }
}
