/** Says what is wrong where people look who have not opened the app: beside it in the Dashboard, and at the operator's address. */
import type { Alert, AlertKind } from "@/ledger/alerts";
import { alertSaid, findAlerts } from "@/ledger/alerts";
import type { Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import { dismissProblem, raiseProblem } from "@/saleor/app-problems";
import type { SaleorClient } from "@/saleor/client";
import { type AlertWebhook, callAlertWebhook } from "./alert-webhook";
import { findRowWithShop } from "./state-rows";

interface AlertsDeps {
  db: Db;
  clientOf(shop: Shop): Promise<SaleorClient | null>;
  title(provider: string): string;
  webhook: AlertWebhook | null;
  warn(fields: Record<string, unknown>, message: string): void;
}

const sentences: Record<AlertKind, (title: string) => string> = {
  gave_up: (title) => `${title}: some customers could not be sent for days. Open the app to see why, and try again.`,
  down: (title) => `${title} has not answered for an hour. Customer changes are kept and wait.`,
  erase_held: (title) =>
    `${title}: many customers were deleted at once. Their contacts are not erased before somebody confirms it in the app.`,
  late: (title) => `${title}: customer changes have waited for more than an hour. Nothing is lost.`,
};

export function createAlerts(deps: AlertsDeps) {
  async function say(alert: Alert): Promise<boolean> {
    const found = await findRowWithShop(deps.db, alert.connectionId);
    if (!found) return true;
    const { row, shop } = found;
    const message = sentences[alert.kind](deps.title(row.provider));
    const wasHeard = deps.webhook
      ? await callAlertWebhook(deps.webhook, {
          event: alert.isOver ? "problem_cleared" : "problem_raised",
          kind: alert.kind,
          shop: shop.saleorApiUrl,
          provider: row.provider,
          connection: row.id,
          since: alert.since.toISOString(),
          message,
        })
      : true;
    // Best effort: older cores know no problems, and the state stands in the app all the same.
    const client = await deps.clientOf(shop);
    const key = `${row.provider}-${alert.kind.replace("_", "-")}`;
    if (client) await (alert.isOver ? dismissProblem(client, key) : raiseProblem(client, { key, message }));
    return wasHeard;
  }

  return {
    /** Called every minute or so. What could not be said is said the next time. */
    async look(): Promise<void> {
      for (const alert of await findAlerts(deps.db)) {
        const isSaid = await say(alert).catch(() => false);
        if (isSaid) await alertSaid(deps.db, alert);
        else deps.warn({ connection: alert.connectionId, kind: alert.kind }, "an alert was not heard, it is said again");
      }
    },
  };
}
