/** The three OAuth end points (official guide "Access User Data with OAuth 2", read 2026-08). No scopes, no refresh, no PKCE. */
import { randomBytes } from "node:crypto";
import { consentPage, refusalPage } from "./consent-page";
import { type Account, issueToken, type World } from "./world";

export interface OAuthRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  text: string;
  contentType: string;
  authorization: string;
}
export interface OAuthReply {
  status: number;
  contentType?: string;
  text?: string;
  location?: string;
}

const html = (status: number, text: string): OAuthReply => ({ status, contentType: "text/html; charset=utf-8", text });
const json = (status: number, body: unknown): OAuthReply => ({ status, contentType: "application/json", text: JSON.stringify(body) });
const failure = (status: number, error: string, error_description: string) => json(status, { error, error_description });

export function answerOAuth(world: World, request: OAuthRequest): OAuthReply {
  const route = `${request.method} ${request.path}`;
  if (route === "GET /oauth2/authorize") return showConsent(world, request.query);
  if (route === "POST /oauth2/authorize") return decide(world, request);
  if (route === "POST /oauth2/token") return exchange(world, request);
  if (route === "GET /oauth2/metadata") return metadata(world, request);
  return failure(404, "not_found", "No such page");
}

function wrongRequest(world: World, query: URLSearchParams): string | undefined {
  if (query.get("response_type") !== "code") return "response_type must be code";
  if (query.get("client_id") !== world.options.clientId) return "This application is not registered (unknown client_id)";
  if (!URL.canParse(query.get("redirect_uri") ?? "")) return "redirect_uri is missing or is not a URL";
  return undefined;
}

function showConsent(world: World, query: URLSearchParams): OAuthReply {
  const wrong = wrongRequest(world, query);
  return wrong ? html(400, refusalPage(wrong)) : html(200, consentPage(world.accounts, query));
}

function decide(world: World, request: OAuthRequest): OAuthReply {
  const form = new URLSearchParams(request.text);
  const wrong = wrongRequest(world, form);
  if (wrong) return html(400, refusalPage(wrong));
  const redirectUri = form.get("redirect_uri") ?? "";
  const back = new URL(redirectUri);
  if (form.get("decision") === "allow") back.searchParams.set("code", newCode(world, redirectUri, form.get("account")));
  else back.searchParams.set("error", "access_denied");
  const state = form.get("state");
  if (state !== null) back.searchParams.set("state", state);
  return { status: 302, location: back.href };
}

function newCode(world: World, redirectUri: string, accountId: string | null): string {
  const account = world.accounts.find((one) => one.seed.accountId === accountId) ?? world.accounts[0];
  if (!account) throw new Error("The stand-in has no account");
  const code = randomBytes(16).toString("hex");
  world.codes.set(code, { account, redirectUri, expires: Date.now() + world.options.codeLifetimeMs });
  return code;
}

/** `invalid_grant` covers another redirect_uri, a used or expired code and wrong client credentials alike. */
function exchange(world: World, request: OAuthRequest): OAuthReply {
  if (!request.contentType.startsWith("application/x-www-form-urlencoded")) {
    return failure(400, "invalid_request", "The body must be form encoded");
  }
  const form = new URLSearchParams(request.text);
  if (form.get("grant_type") !== "authorization_code")
    return failure(400, "unsupported_grant_type", "grant_type must be authorization_code");
  const known = form.get("client_id") === world.options.clientId && form.get("client_secret") === world.options.clientSecret;
  const account = known ? redeem(world, form) : undefined;
  if (!account) return failure(400, "invalid_grant", "The code, redirect_uri or client credentials are not valid");
  return json(200, { access_token: issueToken(world, account), expires_in: 0, scope: null });
}

function redeem(world: World, form: URLSearchParams): Account | undefined {
  const code = form.get("code") ?? "";
  const grant = world.codes.get(code);
  world.codes.delete(code);
  const good = grant && grant.expires > Date.now() && grant.redirectUri === form.get("redirect_uri");
  return good ? grant.account : undefined;
}

/** A wrong token is told in the body of a 200: readers must look there before they look at the status. */
function metadata(world: World, request: OAuthRequest): OAuthReply {
  const token = /^OAuth (\S+)$/.exec(request.authorization)?.[1] ?? request.query.get("oauth_token") ?? "";
  const account = world.tokens.get(token);
  if (!account) return failure(200, "invalid_token", "The token is not valid");
  const { dc, name, email } = account.seed;
  return json(200, {
    dc,
    role: "owner",
    accountname: name,
    user_id: 100000001,
    login: { email, avatar: null, login_id: 200000002, login_name: email, login_email: email },
    login_url: "https://login.mailchimp.com",
    api_endpoint: `https://${dc}.api.mailchimp.com`,
  });
}
