/**
 * One shop's uses of its providers: settings and credentials (sealed, in Saleor), and the mirror of them that the rest
 * of the app may read. Credentials leave this room on a link only, never towards a page.
 */

import type { ConnectionId, SaleorApiUrl, Shop, ShopId } from "@/model/shop";
import type { CheckView, ConnectionView, SettingsView, TargetsView } from "@/model/views";
import type { AnyProvider } from "@/providers/contract";
import { asFormValue, describeForm } from "@/providers/kit/form";
import { createOpen, type Opened } from "./open";
import { credentialEnding } from "./provider-parts";
import { resealShop } from "./reseal";
import { type Act, connect, disconnect, type NewConnection, type SavesDeps, saveSettings, setLive } from "./saves";
import { ensureShop, loadShop } from "./shops";
import { findRow, listRows, type StateRow, type StoredHealth, setHealth } from "./state-rows";

interface ConnectionsDeps extends SavesDeps {
  providers: readonly AnyProvider[];
}

type Details =
  | {
      kind: "found";
      version: number;
      account: NonNullable<ConnectionView["account"]>;
      target: ConnectionView["target"];
      values: SettingsView["values"];
      savedAt: string;
    }
  | Exclude<Opened, { kind: "open" }>;

export type Connections = ReturnType<typeof createConnections>;

export function createConnections(deps: ConnectionsDeps) {
  const { open, forget } = createOpen(deps);
  return {
    ensureShop: (saleorApiUrl: SaleorApiUrl, appId: string) => ensureShop(deps.db, saleorApiUrl, appId),
    loadShop: (shop: Shop) => loadShop(deps, shop),
    /** For the drain, before each batch; for pages with the shop that asks. */
    open,
    /** Mirror rows: no question to Saleor. */
    list: (shopId: ShopId): Promise<StateRow[]> => listRows(deps.db, shopId),
    find: (shopId: ShopId, provider: string) => findRow(deps.db, shopId, provider),
    details: async (shopId: ShopId, id: ConnectionId) => describe(deps, await open(id, shopId)),
    targets: (shopId: ShopId, id: ConnectionId, signal: AbortSignal) => targets(deps, open, { shopId, id, signal }),
    check: (input: CheckInput) => check(deps, open, input),
    saveSettings: (act: Act, change: { version: number; values: Record<string, unknown> }) => saveSettings(deps, act, change),
    setLive: (act: Act, live: boolean) => setLive(deps, act, live),
    disconnect: async (act: Act) => {
      forget(act.id);
      return disconnect(deps, act);
    },
    connect: (input: NewConnection) => connect(deps, input),
    /** After a change of SECRET_KEY. */
    reseal: (shop: Shop, options: { dryRun: boolean }) => resealShop(deps, shop, options),
    /** @returns whether this is news: then somebody may be told. */
    markHealth: (id: ConnectionId, health: Exclude<StoredHealth, "ok">, reason: string) => setHealth(deps.db, id, health, reason),
    clearHealth: (id: ConnectionId) => setHealth(deps.db, id, "ok", null),
  };
}

function describe(deps: ConnectionsDeps, opened: Opened): Details {
  if (opened.kind !== "open") return opened;
  const { stored, settings, target, version, provider: id } = opened.connection;
  const provider = deps.provider(id)!;
  const { name, detail } = stored.account;
  return {
    kind: "found",
    version,
    savedAt: stored.savedAt,
    account: { name, detail, connectedAt: stored.connectedAt, by: stored.by, credentialEnding: credentialEnding(provider, stored) },
    target: target === "" ? null : { id: target, name: stored.targetName },
    values: formValues(provider, settings),
  };
}

/** What stands in the form: nothing hidden, nothing secret. */
function formValues(provider: AnyProvider, settings: Record<string, unknown>): SettingsView["values"] {
  const shown = describeForm(provider.settings).filter((field) => field.kind !== "secret");
  return Object.fromEntries(shown.map(({ name, default: fallback }) => [name, asFormValue(settings[name]) ?? fallback ?? ""]));
}

async function targets(
  deps: ConnectionsDeps,
  open: ReturnType<typeof createOpen>["open"],
  { shopId, id, signal }: { shopId: ShopId; id: ConnectionId; signal: AbortSignal },
): Promise<TargetsView> {
  const opened = await open(id, shopId);
  if (opened.kind !== "open") return { kind: "failed", reason: "reason" in opened ? opened.reason : "gone", vendorText: null };
  const { shop, settings, credentials, target, limitKey, provider: providerId } = opened.connection;
  const provider = deps.provider(providerId)!;
  const answer = await provider.targets(deps.linkTo({ provider, shop, settings, credentials, target, limitKey, signal }));
  if (answer.kind !== "ok") return { kind: "failed", reason: answer.reason, vendorText: answer.vendorText ?? null };
  return { kind: "ok", targets: answer.value.map((found) => ({ ...found, notes: [...found.notes] })) };
}

interface CheckInput {
  shopId: ShopId;
  id: ConnectionId;
  /** The setting, and the whole form as it stands on the page. */
  name: string;
  values: Record<string, unknown>;
  signal: AbortSignal;
}

/** Asks about what is typed, saved or not; a form that does not parse yet is asked about nothing. */
async function check(deps: ConnectionsDeps, open: ReturnType<typeof createOpen>["open"], input: CheckInput): Promise<CheckView> {
  const opened = await open(input.id, input.shopId);
  if (opened.kind !== "open") return { kind: "failed", reason: "reason" in opened ? opened.reason : "gone", vendorText: null };
  const { shop, settings: saved, credentials, target, limitKey, provider: providerId } = opened.connection;
  const provider = deps.provider(providerId)!;
  const isOffered = describeForm(provider.settings).some(({ name, check }) => check && name === input.name);
  const parsed = provider.settings.safeParse({ ...saved, ...input.values });
  if (!provider.check || !isOffered) return { kind: "failed", reason: "not_checkable", vendorText: null };
  if (!parsed.success) return { kind: "failed", reason: "settings_incomplete", vendorText: null };
  const settings = parsed.data as Record<string, unknown>;
  const link = deps.linkTo({ provider, shop, settings, credentials, target, limitKey, signal: input.signal });
  const answer = await provider.check(link, input.name);
  if (answer.kind === "ok") return { kind: "ok", code: answer.value.code };
  return { kind: "failed", reason: answer.reason, vendorText: answer.vendorText ?? null };
}
