import { useState } from "react";
import type { StandingView, SyncNowResult } from "@/dashboard/api/views";
import { api } from "./use-standings";

/** What "Sync now" came to with one connection. */
export type Sent = "sending" | "failed" | Exclude<SyncNowResult, { kind: "done" }>;

/** One customer, to every connection that takes it; each row turns by itself. */
export function useSyncNow(customerId: string, refresh: () => Promise<void>) {
  const [sent, setSent] = useState<Record<string, Sent>>({});
  const note = (id: string, what: Sent | null) =>
    setSent((known) => {
      const { [id]: _, ...others } = known;
      return what === null ? others : { ...others, [id]: what };
    });
  const syncOne = async (connectionId: string) => {
    note(connectionId, "sending");
    try {
      const result = await api.customers.syncNow.mutate({ connectionId, who: customerId });
      await refresh();
      // What was done stands in the row itself.
      note(connectionId, result.kind === "done" ? null : result);
    } catch {
      note(connectionId, "failed");
    }
  };
  return {
    sent,
    isBusy: Object.values(sent).includes("sending"),
    sync: (standings: readonly StandingView[]) => Promise.all(standings.filter(takesMore).map((one) => syncOne(one.connectionId))),
  };
}

export const takesMore = ({ sending }: Pick<StandingView, "sending">) => sending === "on" || sending === "off";
