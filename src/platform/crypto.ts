/**
 * Seals what only this installation may read. AES-256-GCM under keys derived from SECRET_KEY; a value says which key
 * sealed it, so that keys can rotate. In: text and where it belongs. Out: `v1.<key id>.<iv>.<ciphertext>.<tag>`.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

/** The value is there and we cannot read it: another SECRET_KEY, a damaged value, or a value moved from elsewhere. */
export class SealUnreadable extends Error {
  constructor(
    readonly reason: "unknown_key" | "damaged" | "unknown_format",
    cause?: unknown,
  ) {
    super(`A sealed value cannot be read (${reason})`, { cause });
    this.name = "SealUnreadable";
  }
}

export interface SecretKeys {
  current: string;
  /** Still reads, never writes. */
  previous?: string | null;
}

export interface Sealer {
  /** `bound` ties the value to its place: it opens nowhere else. */
  seal(text: string, bound: string): string;
  /** Throws `SealUnreadable`. */
  open(sealed: string, bound: string): string;
  /** Sealed with the present key: nothing to do after a change of keys. */
  isCurrent(sealed: string): boolean;
}

interface DerivedKey {
  id: string;
  bytes: Buffer;
}

const version = "v1";

export function createSealer(keys: SecretKeys): Sealer {
  const current = deriveKey(keys.current);
  const known = new Map(
    allOf(keys)
      .map((secret) => deriveKey(secret))
      .map((key) => [key.id, key] as const),
  );
  return {
    seal: (text, bound) => seal(current, text, bound),
    open: (sealed, bound) => open(known, sealed, bound),
    isCurrent: (sealed) => sealed.startsWith(`${version}.${current.id}.`),
  };
}

function allOf(keys: SecretKeys): string[] {
  return keys.previous ? [keys.current, keys.previous] : [keys.current];
}

function deriveKey(secret: string): DerivedKey {
  const bytes = derive(secret, "settings");
  return { bytes, id: createHash("sha256").update(bytes).digest("hex").slice(0, 8) };
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "saleor-crm", `${purpose} v1`, 32));
}

function seal(key: DerivedKey, text: string, bound: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, iv).setAAD(Buffer.from(bound));
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [version, key.id, ...[iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString("base64url"))].join(".");
}

function open(known: ReadonlyMap<string, DerivedKey>, sealed: string, bound: string): string {
  const parts = sealed.split(".");
  if (parts.length !== 5 || parts[0] !== version) throw new SealUnreadable("unknown_format");
  const [, keyId, iv, ciphertext, tag] = parts as [string, string, string, string, string];
  const key = known.get(keyId);
  if (!key) throw new SealUnreadable("unknown_key");
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, decode(iv), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(bound)).setAuthTag(decode(tag));
    return Buffer.concat([decipher.update(decode(ciphertext)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new SealUnreadable("damaged", cause);
  }
}

function decode(part: string): Buffer {
  return Buffer.from(part, "base64url");
}

/** Signs what travels through a browser and back. A previous key still verifies, so that a rotation breaks no sign-in. */
export interface Signer {
  sign(payload: string): string;
  /** The payload, or null where the signature is not ours. */
  verify(signed: string): string | null;
}

export function createSigner(keys: SecretKeys, purpose: string): Signer {
  const derived = allOf(keys).map((secret) => derive(secret, purpose));
  const mac = (key: Buffer, body: string) => createHmac("sha256", key).update(body).digest();
  return {
    sign(payload) {
      const body = Buffer.from(payload).toString("base64url");
      return `${body}.${mac(derived[0]!, body).toString("base64url")}`;
    },
    verify(signed) {
      const [body, signature, rest] = signed.split(".");
      if (!body || !signature || rest !== undefined) return null;
      const given = decode(signature);
      const ours = derived.some((key) => isSame(mac(key, body), given));
      return ours ? decode(body).toString("utf8") : null;
    },
  };
}

function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** For tickets and nonces: 256 random bits need no slow hash. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

export function randomId(): string {
  return randomBytes(8).toString("hex");
}
