/**
 * Says whether a webhook really comes from the shop it names. Saleor drops an event for good on 401 and tries again on
 * 5xx, so "refused" is said only when a key set of that shop was at hand and its key did not make this signature;
 * everything else is trouble of ours or of the network. A signature by a known key costs no outbound request.
 */
import type { KeyObject } from "node:crypto";
import type { APL, AuthData } from "@saleor/app-sdk/APL";
import { decodeProtectedHeader, errors, flattenedVerify } from "jose";
import type { JwksCache } from "./jwks";

export type WebhookVerdict =
  | { kind: "ok"; authData: AuthData }
  /** 401: not signed by this shop. */
  | { kind: "refused" }
  /** 400: not a signature at all. */
  | { kind: "malformed" }
  /** 503: could not judge (`unknown_shop`, `apl_unreadable`, or why the keys could not be had). */
  | { kind: "trouble"; reason: string };

export interface SignedWebhook {
  saleorApiUrl: string;
  /** The `saleor-signature` header: a JWS with detached payload. */
  signature: string;
  rawBody: string | Uint8Array;
}

export type VerifyWebhook = (webhook: SignedWebhook) => Promise<WebhookVerdict>;

export function createWebhookVerifier({ apl, jwks }: { apl: Pick<APL, "get">; jwks: JwksCache }): VerifyWebhook {
  return async ({ saleorApiUrl, signature, rawBody }) => {
    const jws = readSignature(signature);
    if (jws === null) return { kind: "malformed" };
    const authData = await read(apl, saleorApiUrl);
    if (authData === "unreadable") return { kind: "trouble", reason: "apl_unreadable" };
    if (authData === undefined) return { kind: "trouble", reason: "unknown_shop" };
    const answer = await jwks.find(authData, jws.kid);
    if (answer.kind === "trouble") return answer;
    for (const key of answer.keys) {
      if (await isSignedBy(key, jws, rawBody)) return { kind: "ok", authData };
    }
    return { kind: "refused" };
  };
}

interface Jws {
  protected: string;
  signature: string;
  kid: string | undefined;
}

function readSignature(header: string): Jws | null {
  const [protectedHeader = "", , signature = ""] = header.split(".");
  if (protectedHeader === "" || signature === "") return null;
  try {
    const { kid } = decodeProtectedHeader({ protected: protectedHeader });
    return { protected: protectedHeader, signature, kid };
  } catch {
    return null;
  }
}

async function read(apl: Pick<APL, "get">, saleorApiUrl: string): Promise<AuthData | undefined | "unreadable"> {
  try {
    return await apl.get(saleorApiUrl);
  } catch {
    return "unreadable";
  }
}

async function isSignedBy(key: KeyObject, jws: Jws, rawBody: string | Uint8Array): Promise<boolean> {
  const payload = typeof rawBody === "string" ? new TextEncoder().encode(rawBody) : rawBody;
  try {
    const { protectedHeader } = await flattenedVerify({ protected: jws.protected, signature: jws.signature, payload }, key, {
      algorithms: ["RS256"],
    });
    // The same key signs staff tokens, whose payload is encoded: only the detached form is a webhook.
    return protectedHeader?.b64 === false;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}
