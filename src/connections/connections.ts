/**
 * One shop's uses of its providers: settings and credentials (sealed, in Saleor), and the mirror of them that the rest
 * of the app may read. Credentials leave this room on a link only, never towards a page.
 */

import type { ConnectionId, SaleorApiUrl, Shop, ShopId } from "@/model/shop";
import type { CheckView, ConnectionView, HeldView, SettingsView, TargetsView } from "@/model/views";
import type { AnyProvider, Link } from "@/providers/contract";
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
    /** What the provider demands of everybody who goes to that target. Empty where it could not be asked: nothing hangs on it. */
    requiredFields: (shopId: ShopId, id: ConnectionId, target: string, signal: AbortSignal) =>
      requiredFields(deps, open, { shopId, id, target, signal }),
    /** `null` = no such contact, or it could not be read. */
    held: (shopId: ShopId, id: ConnectionId, remoteKey: string, signal: AbortSignal) => held(deps, open, { shopId, id, remoteKey, signal }),
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

type Open = ReturnType<typeof createOpen>["open"];
interface Which {
  shopId: ShopId;
  id: ConnectionId;
  signal: AbortSignal;
}

type Line = { kind: "open"; provider: AnyProvider; link: Link } | Exclude<Opened, { kind: "open" }>;

/** @param target another one than the saved one, for a look before it is saved. */
async function lineTo(deps: ConnectionsDeps, open: Open, { shopId, id, signal }: Which, target?: string): Promise<Line> {
  const opened = await open(id, shopId);
  if (opened.kind !== "open") return opened;
  const { connection } = opened;
  const provider = deps.provider(connection.provider)!;
  return { kind: "open", provider, link: deps.linkTo({ ...connection, provider, target: target ?? connection.target, signal }) };
}

async function targets(deps: ConnectionsDeps, open: Open, which: Which): Promise<TargetsView> {
  const line = await lineTo(deps, open, which);
  if (line.kind !== "open") return { kind: "failed", reason: "reason" in line ? line.reason : "gone", vendorText: null };
  const answer = await line.provider.targets(line.link);
  if (answer.kind !== "ok") return { kind: "failed", reason: answer.reason, vendorText: answer.vendorText ?? null };
  return { kind: "ok", targets: answer.value.map((found) => ({ ...found, notes: [...found.notes] })) };
}

async function requiredFields(deps: ConnectionsDeps, open: Open, which: Which & { target: string }): Promise<string[]> {
  const line = await lineTo(deps, open, which, which.target);
  const answer = line.kind === "open" ? await line.provider.fields(line.link) : null;
  return answer?.kind === "ok" ? answer.value.filter(({ required }) => required).map(({ label }) => label) : [];
}

async function held(deps: ConnectionsDeps, open: Open, which: Which & { remoteKey: string }): Promise<HeldView | null> {
  const line = await lineTo(deps, open, which);
  const answer = line.kind === "open" ? await line.provider.customers.read(line.link, { remoteKey: which.remoteKey }) : null;
  if (answer?.kind !== "ok" || !answer.value) return null;
  const { email, status, fields, tags, url } = answer.value;
  return { email, status, fields: { ...fields }, tags: [...tags], url: url ?? null };
}

type CheckInput = Which & {
  /** The setting, and the whole form as it stands on the page. */
  name: string;
  values: Record<string, unknown>;
};

/** Asks about what is typed, saved or not; a form that does not parse yet is asked about nothing. */
async function check(deps: ConnectionsDeps, open: Open, input: CheckInput): Promise<CheckView> {
  const line = await lineTo(deps, open, input);
  if (line.kind !== "open") return { kind: "failed", reason: "reason" in line ? line.reason : "gone", vendorText: null };
  const { provider, link } = line;
  const isOffered = describeForm(provider.settings).some(({ name, check }) => check && name === input.name);
  const parsed = provider.settings.safeParse({ ...link.settings, ...input.values });
  if (!provider.check || !isOffered) return { kind: "failed", reason: "not_checkable", vendorText: null };
  if (!parsed.success) return { kind: "failed", reason: "settings_incomplete", vendorText: null };
  const answer = await provider.check({ ...link, settings: parsed.data as Record<string, unknown> }, input.name);
  if (answer.kind === "ok") return { kind: "ok", code: answer.value.code };
  return { kind: "failed", reason: answer.reason, vendorText: answer.vendorText ?? null };
}
