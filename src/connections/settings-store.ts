/**
 * The only reader and writer of settings. They rest in the app's private metadata in Saleor, sealed: one key per
 * provider, so that saving one cannot overwrite another. A session serves one request: the SDK's manager never
 * refreshes what it has read (@saleor/app-sdk 1.15.0).
 */
import { randomBytes } from "node:crypto";
import { AppSettingsDocument, DeletePrivateMetadataDocument, UpdatePrivateMetadataDocument } from "@graphql/generated/graphql";
import { EncryptedMetadataManager, type MetadataEntry } from "@saleor/app-sdk/settings-manager";
import type { TypedDocumentNode } from "@urql/core";
import type { z } from "zod";
import type { Shop } from "@/model/shop";
import { type Sealer, SealUnreadable } from "@/platform/crypto";
import { type Read, SettingsUnavailable, type StoredConnection, storedConnection, storedShop } from "./stored";

type Reply<R> =
  | { kind: "ok"; data: R; errors: readonly unknown[] }
  | { kind: "denied" }
  | { kind: "unavailable"; reason: string }
  | { kind: "refused"; codes: readonly string[] };

/** The part of the Saleor client that is used here. */
interface SaleorCalls {
  request<R, V>(document: TypedDocumentNode<R, V>, variables: V, options?: { signal?: AbortSignal }): Promise<Reply<R>>;
}

interface SettingsStoreDeps {
  /** Speaks with the app's own token; `null` = the shop is not (or no longer) installed. */
  saleor(shop: Shop): Promise<SaleorCalls | null>;
  sealer: Sealer;
}

/** Well inside the 30 seconds that a save holds its claim: nothing of ours lands after somebody else's turn began. */
const timeoutMs = 20_000;

/** All of it throws `SettingsUnavailable` when Saleor could not be asked. */
export interface SettingsSession {
  read(provider: string): Promise<Read<StoredConnection>>;
  write(provider: string, value: StoredConnection): Promise<void>;
  wipe(provider: string): Promise<void>;
  /** Made at first use. */
  pepper(): Promise<Read<string>>;
  /** Where the old one cannot be read any more: hashes made with it say nothing from now on. */
  renewPepper(): Promise<string>;
  keepPepper(pepper: string): Promise<void>;
  /** What rests under another key than the present one. */
  stale(): Promise<{ pepper: boolean; providers: string[] }>;
}

export interface SettingsStore {
  session(shop: Shop): SettingsSession;
}

const shopKey = "crm-shop";
const keyOf = (provider: string) => `crm-${provider}`;

export function createSettingsStore(deps: SettingsStoreDeps): SettingsStore {
  return { session: (shop) => openSession(deps, shop) };
}

function openSession(deps: SettingsStoreDeps, shop: Shop): SettingsSession {
  const metadata = appMetadata(shop, (document, variables) => ask(deps, shop, document, variables));
  const manager = (scope: string) => sealedManager(deps.sealer, metadata, `${shop.saleorApiUrl}|${shop.appId}|${scope}`);
  const keepPepper = (pepper: string) => manager("shop").set({ key: shopKey, value: JSON.stringify({ pepper }) });
  const writePepper = async () => {
    const pepper = randomBytes(32).toString("base64url");
    await keepPepper(pepper);
    return pepper;
  };
  return {
    read: (provider) => readParsed(manager(provider), keyOf(provider), storedConnection),
    write: (provider, value) => manager(provider).set({ key: keyOf(provider), value: JSON.stringify(value) }),
    wipe: (provider) => manager(provider).delete(keyOf(provider)),
    async pepper() {
      const found = await readParsed(manager("shop"), shopKey, storedShop);
      if (found.kind === "unreadable") return found;
      return { kind: "found", value: found.kind === "found" ? found.value.pepper : await writePepper() };
    },
    renewPepper: writePepper,
    keepPepper,
    async stale() {
      const entries = await metadata.fetch();
      const stale = entries.filter(({ key, value }) => key.startsWith(keyOf("")) && !deps.sealer.isCurrent(value)).map(({ key }) => key);
      const providers = stale.filter((key) => key !== shopKey).map((key) => key.slice(keyOf("").length));
      return { pepper: stale.includes(shopKey), providers };
    },
  };
}

function sealedManager(sealer: Sealer, metadata: AppMetadata, bound: string): EncryptedMetadataManager {
  return new EncryptedMetadataManager({
    // The SDK insists on a key; ours are held by the sealer.
    encryptionKey: "held by the sealer",
    encryptionMethod: (value) => sealer.seal(value, bound),
    decryptionMethod: (value) => sealer.open(value, bound),
    fetchMetadata: metadata.fetch,
    mutateMetadata: metadata.update,
    deleteMetadata: metadata.remove,
  });
}

async function readParsed<T>(manager: EncryptedMetadataManager, key: string, schema: z.ZodType<T>): Promise<Read<T>> {
  try {
    const text = await manager.get(key);
    if (text === undefined) return { kind: "none" };
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? { kind: "found", value: parsed.data } : { kind: "unreadable", reason: "unknown_shape" };
  } catch (error) {
    if (error instanceof SealUnreadable) return { kind: "unreadable", reason: error.reason };
    throw error;
  }
}

interface AppMetadata {
  fetch(): Promise<MetadataEntry[]>;
  update(entries: MetadataEntry[]): Promise<MetadataEntry[]>;
  remove(keys: string[]): Promise<void>;
}

type Ask = <R, V>(document: TypedDocumentNode<R, V>, variables: V) => Promise<R>;

/** One read serves the whole session, until it writes. */
function appMetadata(shop: Shop, ask: Ask): AppMetadata {
  let known: Promise<MetadataEntry[]> | null = null;
  return {
    fetch() {
      known ??= fetchEntries(shop, ask);
      return known;
    },
    async update(entries) {
      known = null;
      const data = await ask(UpdatePrivateMetadataDocument, { id: shop.appId, input: entries });
      refuseErrors(data.updatePrivateMetadata);
      return entries;
    },
    async remove(keys) {
      known = null;
      const data = await ask(DeletePrivateMetadataDocument, { id: shop.appId, keys });
      refuseErrors(data.deletePrivateMetadata);
    },
  };
}

async function fetchEntries(shop: Shop, ask: Ask): Promise<MetadataEntry[]> {
  const { app } = await ask(AppSettingsDocument, {});
  // A token of another installation would read an empty place: that is not "nothing configured".
  if (app?.id !== shop.appId) throw new SettingsUnavailable("app_not_recognised");
  return app.privateMetadata.map(({ key, value }) => ({ key, value }));
}

async function ask<R, V>(deps: SettingsStoreDeps, shop: Shop, document: TypedDocumentNode<R, V>, variables: V): Promise<R> {
  const calls = await deps.saleor(shop);
  if (!calls) throw new SettingsUnavailable("not_installed");
  const reply = await calls.request(document, variables, { signal: AbortSignal.timeout(timeoutMs) });
  if (reply.kind === "ok" && reply.errors.length === 0) return reply.data;
  if (reply.kind === "unavailable") throw new SettingsUnavailable(reply.reason);
  throw new SettingsUnavailable(reply.kind === "denied" ? "saleor_denied" : "saleor_refused");
}

function refuseErrors(answer: { errors: readonly unknown[] } | null): void {
  if (answer === null || answer.errors.length > 0) throw new SettingsUnavailable("saleor_refused");
}
