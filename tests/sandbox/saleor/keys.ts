/** One RSA key signs staff tokens and webhooks, as in Saleor; its public half is at /.well-known/jwks.json. */
import {
  calculateJwkThumbprint,
  errors,
  exportJWK,
  FlattenedSign,
  generateKeyPair,
  type JWK,
  jwtVerify,
  type KeyLike,
  SignJWT,
} from "jose";
import type { StaffClaims, StaffTokenOptions } from "./types";

export interface Keys {
  jwks(): { keys: JWK[] };
  rotate(): Promise<void>;
  /** The value of the `saleor-signature` header: a detached JWS over the unencoded body. */
  signWebhook(rawBody: string): Promise<string>;
  staffToken(issuer: string, options: StaffTokenOptions, appPermissions: readonly string[]): Promise<string>;
  verify(token: string): Promise<StaffClaims | { refused: "ExpiredSignatureError" | "InvalidTokenError" }>;
}

interface Pair {
  privateKey: KeyLike;
  publicKey: KeyLike;
  kid: string;
  jwk: JWK;
}

async function makePair(): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  const bare = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(bare);
  return { privateKey, publicKey, kid, jwk: { ...bare, key_ops: ["verify"], use: "sig", kid, alg: "RS256" } };
}

export async function makeKeys(): Promise<Keys> {
  let pair = await makePair();
  return {
    jwks: () => ({ keys: [pair.jwk] }),
    async rotate() {
      pair = await makePair();
    },
    async signWebhook(rawBody) {
      const signed = await new FlattenedSign(new TextEncoder().encode(rawBody))
        .setProtectedHeader({ alg: "RS256", kid: pair.kid, b64: false, crit: ["b64"] })
        .sign(pair.privateKey);
      return `${signed.protected}..${signed.signature}`;
    },
    staffToken: (issuer, options, appPermissions) => mint(pair, issuer, options, appPermissions),
    verify: (token) => verify(pair, token),
  };
}

/** Claims as core 3.23.28 writes them for an app page; `permissions` is what app and user both hold. */
function mint(pair: Pair, issuer: string, options: StaffTokenOptions, appPermissions: readonly string[]): Promise<string> {
  const { appId, permissions = ["MANAGE_APPS", "MANAGE_USERS"], email = "staff@test-shop.dev", expiresInSeconds = 300, claims } = options;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: issuer,
    owner: "saleor",
    type: "thirdparty",
    app: appId,
    permissions: permissions.filter((one) => appPermissions.includes(one)),
    user_permissions: permissions,
    user_id: Buffer.from("User:900001").toString("base64"),
    email,
    is_staff: true,
    token: "sessionkey01",
    ...(options.extensionId && { app_extension: options.extensionId }),
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256", kid: pair.kid })
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds)
    .sign(pair.privateKey);
}

async function verify(pair: Pair, token: string): ReturnType<Keys["verify"]> {
  try {
    const { payload } = await jwtVerify(token, pair.publicKey, { algorithms: ["RS256"] });
    return payload as unknown as StaffClaims;
  } catch (error) {
    return { refused: error instanceof errors.JWTExpired ? "ExpiredSignatureError" : "InvalidTokenError" };
  }
}
