import type { ActivityRow } from "@/ledger/activity";
import type { ActivityRowView } from "./views";

export function presentActivity(row: ActivityRow): ActivityRowView {
  return {
    customerId: row.customerId,
    state: row.state,
    reason: row.reason,
    vendorText: row.vendorText,
    warnings: row.warnings,
    attempts: row.attempts,
    at: row.at.toISOString(),
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    nextTryAt: row.dueAt?.toISOString() ?? null,
  };
}
