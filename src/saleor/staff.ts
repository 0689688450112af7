/**
 * Says who is asking from the Dashboard and whether they may. The SDK's `verifyJWT` checks neither issuer nor type and
 * fetches the keys on every call (app-sdk 1.15.0, read 2026-08), so the token is judged here, with kept keys.
 */
import type { APL, AuthData } from "@saleor/app-sdk/APL";
import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import { z } from "zod";
import { now } from "@/platform/clock";
import type { JwksCache } from "./jwks";
import { sharedJwks } from "./outbound";

export type PermissionName = "MANAGE_APPS" | "MANAGE_USERS";

export interface Staff {
  userId: string;
  email?: string;
  permissions: readonly string[];
}

export type StaffVerdict =
  | { kind: "ok"; staff: Staff; authData: AuthData }
  /** 401. Codes: no_token, not_installed, malformed, expired, wrong_issuer, wrong_app, wrong_type, bad_signature. */
  | { kind: "unauthenticated"; code: string }
  /** 403. */
  | { kind: "forbidden"; missing: readonly PermissionName[] }
  /** 503: the shop's keys or our own store could not be read, which says nothing about the person. */
  | { kind: "unavailable"; reason: string };

export interface StaffRequest {
  apl: Pick<APL, "get">;
  saleorApiUrl: string | undefined;
  token: string | undefined;
  permissions: readonly PermissionName[];
  jwks?: JwksCache;
}

const claims = z.object({
  iss: z.string(),
  app: z.string(),
  type: z.string(),
  user_id: z.string().min(1),
  email: z.string().optional(),
  user_permissions: z.array(z.string()).default([]),
});

/** Saleor and we may disagree about the time by this much. */
const CLOCK_TOLERANCE_SECONDS = 10;

export async function verifyStaff({ apl, saleorApiUrl, token, permissions, jwks = sharedJwks() }: StaffRequest): Promise<StaffVerdict> {
  if (!token || !saleorApiUrl) return refused("no_token");
  // Only an address found in our own store may say where the keys are, or a stranger brings their own.
  let authData: AuthData | undefined;
  try {
    authData = await apl.get(saleorApiUrl);
  } catch {
    return { kind: "unavailable", reason: "apl_unreadable" };
  }
  if (!authData) return refused("not_installed");
  const payload = await verifiedPayload(token, authData, jwks);
  if (payload.kind !== "payload") return payload;
  return judge(payload.claims, authData, permissions);
}

async function verifiedPayload(token: string, authData: AuthData, jwks: JwksCache) {
  const kid = readKid(token);
  if (kid === null) return refused("malformed");
  const found = await jwks.find(authData, kid);
  if (found.kind === "trouble") return { kind: "unavailable" as const, reason: found.reason };
  let code = "bad_signature";
  for (const key of found.keys) {
    try {
      const options = { algorithms: ["RS256"], clockTolerance: CLOCK_TOLERANCE_SECONDS, requiredClaims: ["exp"], currentDate: now() };
      return { kind: "payload" as const, claims: (await jwtVerify(token, key, options)).payload };
    } catch (error) {
      code = codeOf(error) ?? code;
    }
  }
  return refused(code);
}

function judge(payload: unknown, authData: AuthData, permissions: readonly PermissionName[]): StaffVerdict {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return refused("malformed");
  const { iss, app, type, user_id, email, user_permissions } = parsed.data;
  if (iss !== authData.saleorApiUrl) return refused("wrong_issuer");
  if (app !== authData.appId) return refused("wrong_app");
  if (type !== "thirdparty") return refused("wrong_type");
  const missing = permissions.filter((permission) => !user_permissions.includes(permission));
  if (missing.length > 0) return { kind: "forbidden", missing };
  return { kind: "ok", staff: { userId: user_id, email, permissions: user_permissions }, authData };
}

const refused = (code: string) => ({ kind: "unauthenticated" as const, code });

function readKid(token: string): string | undefined | null {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid || error instanceof errors.JWTClaimValidationFailed)
    return "malformed";
  if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
  throw error;
}
