/** Everything a person may change about a connection. Each act is one guarded write and one line in the audit. */

import type { ConnectionId, Shop } from "@/model/shop";
import type { SaveResult } from "@/model/views";
import type { AnyProvider, Target } from "@/providers/contract";
import { type AuditEntry, audit } from "./audit";
import { type Decision, type Draft, type Found, type GuardedWriteDeps, guardedWrite, type WriteResult } from "./guarded-write";
import { type FieldProblem, type FindProvider, type LinkTo, mirrorOf, problemsOf, targetField, targetOf } from "./provider-parts";
import { claim, listRows, release, removeRow, type StateRow, setHealth } from "./state-rows";
import { SettingsUnavailable, type StoredConnection } from "./stored";

export interface SavesDeps extends GuardedWriteDeps {
  provider: FindProvider;
  linkTo: LinkTo;
}

/** Whose connection, and who acts. */
export interface Act {
  shop: Shop;
  id: ConnectionId;
  staffUserId: string | null;
}

type LiveResult = { kind: "done" } | { kind: "no_target" } | { kind: "gone" } | { kind: "unavailable"; reason: string };
type DisconnectResult = { kind: "disconnected"; droppedChanges: number } | { kind: "gone" } | { kind: "unavailable"; reason: string };

interface Place {
  row: StateRow;
  provider: AnyProvider;
}

/** Only a connection of this shop, whatever id the page sent. */
async function placeOf(deps: SavesDeps, { shop, id }: Act): Promise<Place | null> {
  const row = (await listRows(deps.db, shop.id)).find((candidate) => candidate.id === id);
  const provider = row && deps.provider(row.provider);
  return row && provider ? { row, provider } : null;
}

const gone = { kind: "unavailable", reason: "gone" } as const;

export async function saveSettings(
  deps: SavesDeps,
  act: Act,
  change: { version: number; values: Record<string, unknown> },
): Promise<SaveResult> {
  const place = await placeOf(deps, act);
  if (!place) return gone;
  const { provider } = place;
  const noted = { changed: [] as string[], targetChanged: false };
  const result = await guardedWrite<SaveResult>(deps, {
    shop: act.shop,
    provider: provider.id,
    mirrorOf: (stored) => mirrorOf(provider, stored),
    async decide({ stored }) {
      if (stored.kind !== "found") return { answer: { kind: "unavailable", reason: stored.kind === "none" ? "gone" : "unreadable" } };
      if (stored.value.version !== change.version) return { answer: { kind: "conflict", changedAt: stored.value.savedAt } };
      const decision = await decideSettings(deps, { act, provider, current: stored.value, values: change.values });
      if ("save" in decision) {
        noted.changed = changedNames(stored.value.settings, decision.save.settings);
        noted.targetChanged = decision.forgetDeliveries;
      }
      return decision;
    },
  });
  if (result.kind === "answer") return result.answer;
  if (result.kind === "busy") return { kind: "conflict", changedAt: null };
  if (result.kind === "unavailable") return result;
  if (mendsIt(place.row, noted)) await setHealth(deps.db, act.id, "ok", null);
  if (noted.changed.length > 0) await note(deps, act, "settings_changed", { provider: provider.id, changed: noted.changed });
  return { kind: "saved", version: result.stored.version, targetChanged: noted.targetChanged };
}

/** What stopped the connection may have been a setting. A refused credential is mended by connecting again, and by nothing else. */
function mendsIt({ health, healthReason }: StateRow, noted: { changed: readonly string[]; targetChanged: boolean }): boolean {
  if (health === "target_gone") return noted.targetChanged;
  return health === "reconnect" && healthReason !== "credentials_refused" && noted.changed.length > 0;
}

async function decideSettings(
  deps: SavesDeps,
  { act, provider, current, values }: { act: Act; provider: AnyProvider; current: StoredConnection; values: Record<string, unknown> },
): Promise<Decision<SaveResult>> {
  const parsed = provider.settings.safeParse({ ...current.settings, ...values });
  if (!parsed.success) return { answer: { kind: "invalid", problems: problemsOf(parsed.error) } };
  const target = targetOf(provider, parsed.data);
  if (target === targetOf(provider, current.settings)) return { save: { ...current, settings: parsed.data }, forgetDeliveries: false };
  const chosen = await findTarget(deps, { act, provider, current, settings: parsed.data, target });
  if ("answer" in chosen) return chosen;
  const live = current.live && target !== "";
  return { save: { ...current, settings: parsed.data, targetName: chosen.name, live }, forgetDeliveries: true };
}

/** The provider is asked only about a new target, so that other settings can be saved while it does not answer. */
async function findTarget(
  deps: SavesDeps,
  input: { act: Act; provider: AnyProvider; current: StoredConnection; settings: Record<string, unknown>; target: string },
): Promise<{ name: string } | { answer: SaveResult }> {
  const { act, provider, current, settings, target } = input;
  if (target === "") return { name: "" };
  const link = deps.linkTo({
    provider,
    shop: act.shop,
    settings,
    credentials: current.credentials,
    target,
    limitKey: current.account.limitKey,
    signal: AbortSignal.timeout(20_000),
  });
  const targets = await provider.targets(link);
  if (targets.kind !== "ok") return { answer: { kind: "unavailable", reason: targets.reason } };
  const found = targets.value.find((candidate: Target) => candidate.id === target);
  if (found) return { name: found.name };
  const problem: FieldProblem = { name: targetField(provider) ?? "", messageKey: "target_gone" };
  return { answer: { kind: "invalid", problems: [problem] } };
}

function changedNames(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .sort();
}

export async function setLive(deps: SavesDeps, act: Act, live: boolean): Promise<LiveResult> {
  const place = await placeOf(deps, act);
  if (!place) return { kind: "gone" };
  const result = await patiently(() =>
    guardedWrite<LiveResult>(deps, {
      shop: act.shop,
      provider: place.provider.id,
      mirrorOf: (stored) => mirrorOf(place.provider, stored),
      decide: ({ stored }) => decideLive(place.provider, stored, live),
    }),
  );
  if (result.kind === "answer") return result.answer;
  if (result.kind !== "saved") return { kind: "unavailable", reason: result.kind === "busy" ? "being_saved" : result.reason };
  await note(deps, act, live ? "live_on" : "live_off", { provider: place.provider.id });
  return { kind: "done" };
}

function decideLive(provider: AnyProvider, stored: Found["stored"], live: boolean): Decision<LiveResult> {
  if (stored.kind === "none") return { answer: { kind: "gone" } };
  if (stored.kind === "unreadable") return { answer: { kind: "unavailable", reason: "unreadable" } };
  if (stored.value.live === live) return { answer: { kind: "done" } };
  if (live && targetOf(provider, stored.value.settings) === "") return { answer: { kind: "no_target" } };
  return { save: { ...stored.value, live }, forgetDeliveries: false };
}

/** A switch has no form behind it that could be out of date: it waits its turn. */
async function patiently<Answer>(write: () => Promise<WriteResult<Answer>>): Promise<WriteResult<Answer>> {
  for (let attempt = 1; ; attempt++) {
    const result = await write();
    if (result.kind !== "busy" || attempt === 5) return result;
    await new Promise((resolve) => setTimeout(resolve, 150 * attempt));
  }
}

/** The credential goes first: a disconnect that breaks off leaves a row that opens nothing, never the reverse. */
export async function disconnect(deps: SavesDeps, act: Act): Promise<DisconnectResult> {
  const place = await placeOf(deps, act);
  if (!place) return { kind: "gone" };
  if (!(await claim(deps.db, place.row))) return { kind: "unavailable", reason: "being_saved" };
  try {
    await deps.store.session(act.shop).wipe(place.provider.id);
  } catch (error) {
    await release(deps.db, act.id, place.row.version + 1);
    if (error instanceof SettingsUnavailable) return { kind: "unavailable", reason: error.reason };
    throw error;
  }
  const { waiting } = await removeRow(deps.db, act.id, place.row.version + 1);
  await note(deps, act, "disconnected", { provider: place.provider.id, droppedChanges: waiting });
  return { kind: "disconnected", droppedChanges: waiting };
}

export interface NewConnection {
  shop: Shop;
  provider: AnyProvider;
  staffUserId: string;
  by: "oauth" | "key";
  credentials: Record<string, unknown>;
  account: StoredConnection["account"];
  /** Where customers go, if the key was made for one such place. */
  onlyTarget: { id: string; name: string } | null;
}

type ConnectResult = { kind: "connected"; connectionId: ConnectionId } | { kind: "unavailable"; reason: string };

/** The same account again keeps its settings; another one starts from nothing. */
export async function connect(deps: SavesDeps, input: NewConnection): Promise<ConnectResult> {
  const { shop, provider } = input;
  const result = await patiently(() =>
    guardedWrite<never>(deps, {
      shop,
      provider: provider.id,
      mirrorOf: (stored) => mirrorOf(provider, stored),
      decide: (found) => decideConnect(deps, input, found),
    }),
  );
  if (result.kind !== "saved") return { kind: "unavailable", reason: result.kind === "unavailable" ? result.reason : "being_saved" };
  const connectionId = result.stored.connectionId;
  await setHealth(deps.db, connectionId, "ok", null);
  await note(deps, { shop, id: connectionId, staffUserId: input.staffUserId }, "connected", { provider: provider.id, by: input.by });
  return { kind: "connected", connectionId };
}

async function decideConnect(deps: SavesDeps, input: NewConnection, { row, stored, session }: Found): Promise<Decision<never>> {
  const pepper = await session.pepper();
  if (pepper.kind === "unreadable") {
    await session.renewPepper();
    for (const other of await listRows(deps.db, input.shop.id)) await deps.ledgerReset(other.id);
  }
  const { by, credentials, account } = input;
  const fresh = { by, credentials, account, connectedAt: new Date().toISOString() };
  if (stored.kind === "found" && stored.value.account.limitKey === account.limitKey) {
    return { save: { ...stored.value, ...fresh }, forgetDeliveries: false };
  }
  return {
    save: { ...fresh, ...start(input, row, stored.kind) },
    forgetDeliveries: row !== null && row.limitKey !== account.limitKey,
  };
}

/**
 * Where the old settings cannot be read, the row still knows the account and where its contacts went. Live stays off
 * then: the other choices are back at their defaults, and the merchant must see that first.
 */
function start(
  { provider, account: { limitKey }, onlyTarget }: NewConnection,
  row: StateRow | null,
  stored: string,
): Pick<Draft, "settings" | "live" | "targetName"> {
  const settings = provider.settings.parse({}) as Record<string, unknown>;
  const field = targetField(provider);
  const isKept = stored === "unreadable" && row?.limitKey === limitKey && field !== null;
  if (!isKept && field && onlyTarget)
    return { settings: { ...settings, [field]: onlyTarget.id }, live: false, targetName: onlyTarget.name };
  if (!isKept) return { settings, live: false, targetName: "" };
  return { settings: { ...settings, [field]: row.target }, live: false, targetName: row.targetName };
}

async function note(deps: SavesDeps, act: Act, action: AuditEntry["action"], detail: AuditEntry["detail"]): Promise<void> {
  await audit(deps.db, { shopId: act.shop.id, connectionId: act.id, staffUserId: act.staffUserId, action, detail });
}
