/**
 * The public keys of shops. One key set signs both webhooks and staff tokens. Keys are imported once and kept for ten
 * minutes; a key id we don't know makes us look again, but never more than every few seconds for one shop: otherwise
 * anybody could have us knock on a shop by sending nonsense.
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { type FetchAnswer, FetchTrouble, type GuardedFetch } from "./guarded-fetch";

export interface ShopKeys {
  saleorApiUrl: string;
  /** The key set kept from the last time, used while the shop cannot be asked. */
  jwks?: string | undefined;
}

export type KeysAnswer =
  /** Every key that may have signed. Empty = the shop's present key set does not hold that key id. */
  { kind: "keys"; keys: readonly KeyObject[] } | { kind: "trouble"; reason: string };

export interface JwksCache {
  find(shop: ShopKeys, kid: string | undefined): Promise<KeysAnswer>;
}

export type FetchedJwks = { kind: "jwks"; text: string; keys: ParsedJwks } | { kind: "trouble"; reason: string };
type ParsedJwks = ReadonlyMap<string, KeyObject>;

export interface JwksCacheOptions {
  fetch: GuardedFetch;
  now?: () => number;
  maxAgeMs?: number;
  /** How long a shop whose keys could not be had is left alone. */
  pauseMs?: number;
  /** A key set that differs from the one handed in, e.g. to be kept beside the token. */
  onFresh?: (saleorApiUrl: string, text: string) => void;
}

interface Entry {
  keys: ParsedJwks | null;
  fetchedAt: number;
  failedAt: number;
  trouble: string;
  inFlight: Promise<boolean> | null;
  /** Extra looks for unknown key ids: five at once, then one every ten seconds. */
  extraLooks: { left: number; since: number };
}

const EXTRA_LOOKS = 5;
const EXTRA_LOOK_EVERY_MS = 10_000;

export function createJwksCache({ fetch, onFresh, now = Date.now, maxAgeMs = 600_000, pauseMs = 5_000 }: JwksCacheOptions): JwksCache {
  const entries = new Map<string, Entry>();

  const entryOf = ({ saleorApiUrl, jwks }: ShopKeys): Entry => {
    const known = entries.get(saleorApiUrl);
    if (known) return known;
    const never = Number.NEGATIVE_INFINITY;
    const extraLooks = { left: EXTRA_LOOKS, since: now() };
    const keys = jwks ? parseJwks(jwks) : null;
    const entry: Entry = { keys, fetchedAt: never, failedAt: never, trouble: "not_fetched", inFlight: null, extraLooks };
    entries.set(saleorApiUrl, entry);
    return entry;
  };

  const refresh = async (shop: ShopKeys, entry: Entry): Promise<boolean> => {
    const answer = await fetchJwks(fetch, shop.saleorApiUrl).finally(() => {
      entry.inFlight = null;
    });
    if (answer.kind === "trouble") {
      entry.failedAt = now();
      entry.trouble = answer.reason;
      return false;
    }
    entry.keys = answer.keys;
    entry.fetchedAt = now();
    if (answer.text !== shop.jwks) onFresh?.(shop.saleorApiUrl, answer.text);
    return true;
  };

  /** One look at a time per shop, shared by all who wait for it. Answers whether we know the shop's keys of this moment. */
  const look = async (shop: ShopKeys, entry: Entry): Promise<boolean> => {
    if (entry.inFlight === null && now() - entry.failedAt < pauseMs) return false;
    entry.inFlight ??= refresh(shop, entry);
    return entry.inFlight;
  };

  const mayLookAgain = ({ extraLooks }: Entry): boolean => {
    const earned = Math.floor((now() - extraLooks.since) / EXTRA_LOOK_EVERY_MS);
    extraLooks.left = Math.min(EXTRA_LOOKS, extraLooks.left + earned);
    extraLooks.since += earned * EXTRA_LOOK_EVERY_MS;
    if (extraLooks.left === 0) return false;
    extraLooks.left -= 1;
    return true;
  };

  return {
    async find(shop, kid) {
      const entry = entryOf(shop);
      let current = now() - entry.fetchedAt > maxAgeMs && (await look(shop, entry));
      if (!current && pick(entry.keys, kid).length === 0) current = mayLookAgain(entry) && (await look(shop, entry));
      const keys = pick(entry.keys, kid);
      if (keys.length > 0 || current) return { kind: "keys", keys };
      return { kind: "trouble", reason: entry.keys === null ? entry.trouble : "unknown_key" };
    },
  };
}

function pick(keys: ParsedJwks | null, kid: string | undefined): readonly KeyObject[] {
  if (keys === null) return [];
  if (kid === undefined) return [...keys.values()];
  const key = keys.get(kid);
  return key ? [key] : [];
}

/** Saleor serves its keys at the origin of the API address (core 3.23.28, read 2026-08). */
export const jwksUrlOf = (saleorApiUrl: string) => `${new URL(saleorApiUrl).origin}/.well-known/jwks.json`;

export async function fetchJwks(fetch: GuardedFetch, saleorApiUrl: string): Promise<FetchedJwks> {
  let answer: FetchAnswer;
  try {
    answer = await fetch(jwksUrlOf(saleorApiUrl));
  } catch (error) {
    if (error instanceof FetchTrouble) return { kind: "trouble", reason: error.reason };
    throw error;
  }
  if (answer.status !== 200) return { kind: "trouble", reason: `http_${answer.status}` };
  const keys = parseJwks(answer.text);
  return keys === null ? { kind: "trouble", reason: "no_usable_key" } : { kind: "jwks", text: answer.text, keys };
}

const jwk = z.looseObject({ kty: z.literal("RSA"), n: z.string().min(1), e: z.string().min(1), kid: z.string().optional() });

/** The usable RSA signing keys by key id; `null` = this is no key set to judge a signature by. */
export function parseJwks(text: string): ParsedJwks | null {
  const document = z.object({ keys: z.array(z.unknown()) }).safeParse(parseJson(text));
  if (!document.success) return null;
  const keys = document.data.keys.flatMap((entry, index) => {
    const parsed = jwk.safeParse(entry);
    if (!parsed.success || parsed.data.use === "enc") return [];
    const key = importKey(parsed.data);
    return key ? [[parsed.data.kid ?? `#${index}`, key] as const] : [];
  });
  return keys.length > 0 ? new Map(keys) : null;
}

function importKey({ n, e }: { n: string; e: string }): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: "RSA", n, e }, format: "jwk" });
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
