/**
 * Saves one connection's settings so that neither of two people, nor a crash, leaves a mixture behind: look, decide,
 * claim the row as it was seen, write to Saleor, let the row follow. docs/adr/0003 says why there is no transaction.
 */
import type { ConnectionId, Shop } from "@/model/shop";
import { randomId } from "@/platform/crypto";
import type { Db } from "@/platform/db";
import type { SettingsSession, SettingsStore } from "./settings-store";
import { claim, claimNew, findRow, finish, type Mirror, release, removeRow, type StateRow } from "./state-rows";
import { type Read, SettingsUnavailable, type StoredConnection } from "./stored";

export interface Found {
  row: StateRow | null;
  stored: Read<StoredConnection>;
  session: SettingsSession;
}

/** What to save; identity, version and time are filled in here. */
export type Draft = Omit<StoredConnection, "connectionId" | "version" | "savedAt">;
export type Decision<Answer> = { save: Draft; forgetDeliveries: boolean } | { answer: Answer };

export type WriteResult<Answer> =
  | { kind: "saved"; stored: StoredConnection }
  | { kind: "answer"; answer: Answer }
  /** Somebody else saves at this moment, or did between our look and our turn. */
  | { kind: "busy" }
  | { kind: "unavailable"; reason: string };

export interface GuardedWriteDeps {
  db: Db;
  store: SettingsStore;
  ledgerReset(connectionId: ConnectionId): Promise<void>;
}

interface GuardedWriteInput<Answer> {
  shop: Shop;
  provider: string;
  mirrorOf(stored: StoredConnection): Mirror;
  decide(found: Found): Promise<Decision<Answer>> | Decision<Answer>;
}

export async function guardedWrite<Answer>(deps: GuardedWriteDeps, input: GuardedWriteInput<Answer>): Promise<WriteResult<Answer>> {
  try {
    const session = deps.store.session(input.shop);
    // The row before Saleor: a save that ends in between raises the version, and our claim fails.
    const row = await findRow(deps.db, input.shop.id, input.provider);
    const stored = await session.read(input.provider);
    const decision = await input.decide({ row, stored, session });
    if ("answer" in decision) return { kind: "answer", answer: decision.answer };
    const turn = await takeTurn(deps.db, input, row, stored);
    if (!turn) return { kind: "busy" };
    return await write(deps, input, { session, turn, decision });
  } catch (error) {
    if (error instanceof SettingsUnavailable) return { kind: "unavailable", reason: error.reason };
    throw error;
  }
}

interface Turn {
  id: ConnectionId;
  claimed: number;
  isNew: boolean;
}

async function takeTurn(
  db: Db,
  { shop, provider }: { shop: Shop; provider: string },
  row: StateRow | null,
  stored: Read<StoredConnection>,
): Promise<Turn | null> {
  if (row) return (await claim(db, row)) ? { id: row.id, claimed: row.version + 1, isNew: false } : null;
  const { connectionId: id, version } = stored.kind === "found" ? stored.value : { connectionId: randomId(), version: 0 };
  const claimed = version + 1;
  return (await claimNew(db, { id, shopId: shop.id, provider, version: claimed })) ? { id, claimed, isNew: true } : null;
}

async function write<Answer>(
  deps: GuardedWriteDeps,
  input: GuardedWriteInput<Answer>,
  { session, turn, decision }: { session: SettingsSession; turn: Turn; decision: { save: Draft; forgetDeliveries: boolean } },
): Promise<WriteResult<Answer>> {
  const stored = { ...decision.save, connectionId: turn.id, version: turn.claimed + 1, savedAt: new Date().toISOString() };
  try {
    await session.write(input.provider, stored);
  } catch (error) {
    await giveTurnBack(deps.db, turn);
    throw error;
  }
  if (decision.forgetDeliveries) await deps.ledgerReset(turn.id);
  return (await finish(deps.db, turn.id, turn.claimed, input.mirrorOf(stored))) ? { kind: "saved", stored } : { kind: "busy" };
}

async function giveTurnBack(db: Db, turn: Turn): Promise<void> {
  if (turn.isNew) await removeRow(db, turn.id, turn.claimed);
  else await release(db, turn.id, turn.claimed);
}
