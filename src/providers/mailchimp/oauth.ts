/**
 * Mailchimp's OAuth 2 ("Access User Data with OAuth 2", read 2026-08): no scopes, no PKCE, no refresh token, a token
 * never expires. In: the code. Out: `{accessToken, dc}` with a checked data centre. The token stays on the server.
 */
import { z } from "zod";
import type { Failure } from "@/model/outcome";
import type { Answer, Endpoints, OAuth } from "../contract";
import { classifyHttp } from "../kit/classify-http";
import { type HttpResult, send } from "../kit/http";
import { scrub } from "../kit/scrub";
import { DATA_CENTRE } from "./settings";

const token = z.object({ access_token: z.string().min(1) });
const metadata = z.object({ dc: z.string().regex(DATA_CENTRE) });
/** The metadata call may say it inside a 200 (recorded by grouparoo, 2021), so the body is read before the status. */
const refusal = z.object({ error: z.string().min(1), error_description: z.string().catch("") });

const loginBase = (endpoints: Endpoints) => (endpoints.login ?? "https://login.mailchimp.com").replace(/\/+$/, "");

export const oauth: OAuth = {
  clientEnv: { id: "MAILCHIMP_CLIENT_ID", secret: "MAILCHIMP_CLIENT_SECRET" },
  revokeUrl: "https://admin.mailchimp.com/account/oauth2/",

  authorizeUrl({ clientId, redirectUri, state, endpoints }) {
    const query = new URLSearchParams({ response_type: "code", client_id: clientId, redirect_uri: redirectUri, state });
    return `${loginBase(endpoints)}/oauth2/authorize?${query}`;
  },

  async exchange({ clientId, clientSecret, redirectUri, code, endpoints, signal }) {
    const base = loginBase(endpoints);
    const form = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uri: redirectUri,
      code,
    });
    const exchanged = read(await send({ method: "POST", url: `${base}/oauth2/token`, body: form, signal }), token);
    if (exchanged.kind !== "ok") return exchanged;
    const accessToken = exchanged.value.access_token;
    const headers = { authorization: `OAuth ${accessToken}` };
    const described = read(await send({ method: "GET", url: `${base}/oauth2/metadata`, headers, signal }), metadata);
    return described.kind === "ok" ? { kind: "ok", value: { accessToken, dc: described.value.dc } } : described;
  },
};

function read<T>(result: HttpResult, schema: z.ZodType<T>): Answer<T> {
  const said = result.kind === "response" ? refusal.safeParse(result.json) : null;
  if (said?.success) return refused(said.data);
  if (result.kind !== "response" || result.status >= 300) return classifyHttp(result);
  const parsed = schema.safeParse(result.json);
  return parsed.success ? { kind: "ok", value: parsed.data } : { kind: "retry", reason: "vendor_error" };
}

/** A used or expired code, another redirect address and wrong client credentials are all `invalid_grant`: only starting again helps. */
function refused({ error, error_description }: z.output<typeof refusal>): Failure {
  return { kind: "refused", reason: "sign_in_refused", vendorText: scrub(`${error} ${error_description}`) };
}
