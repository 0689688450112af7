/** What only a person can mend is said in Saleor too, beside the app, and taken back when it is mended. */
import type { ConnectionId, Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import { dismissProblem, raiseProblem } from "@/saleor/app-problems";
import type { SaleorClient } from "@/saleor/client";
import { findRowWithShop, type StoredHealth } from "./state-rows";

export interface ProblemsDeps {
  db: Db;
  clientOf(shop: Shop): Promise<SaleorClient | null>;
  title(provider: string): string;
}

const sentences: Partial<Record<StoredHealth, (title: string) => string>> = {
  reconnect: (title) => `${title}: reconnect needed. Customer changes are kept and wait.`,
  target_gone: (title) =>
    `${title}: the place customers were sent to no longer exists. Choose another one; customer changes are kept and wait.`,
  unreadable: (title) => `${title}: stored access can’t be read. Reconnect; customer changes are kept and wait.`,
};

export function createProblems(deps: ProblemsDeps) {
  const keyOf = (provider: string) => `${provider}-stopped`;

  async function withClient(id: ConnectionId, act: (client: SaleorClient, provider: string) => Promise<unknown>): Promise<void> {
    const found = await findRowWithShop(deps.db, id);
    const client = found ? await deps.clientOf(found.shop) : null;
    if (found && client) await act(client, found.row.provider);
  }

  return {
    raise: (id: ConnectionId, health: StoredHealth) =>
      withClient(id, async (client, provider) => {
        const message = sentences[health]?.(deps.title(provider));
        if (message) await raiseProblem(client, { key: keyOf(provider), message });
      }),
    /** Many customers vanished from Saleor at once: nothing is removed until a person has looked. */
    raiseBrake: (id: ConnectionId, absent: number) =>
      withClient(id, (client, provider) => {
        const message = `${deps.title(provider)}: ${absent} customers vanished from Saleor at once. Nothing was removed. Look before going on.`;
        return raiseProblem(client, { key: `${provider}-vanished`, message });
      }),
    dismiss: (id: ConnectionId) => withClient(id, (client, provider) => dismissProblem(client, keyOf(provider))),
  };
}
