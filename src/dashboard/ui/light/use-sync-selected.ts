import { useState } from "react";
import type { SyncSelectedResult } from "@/dashboard/api/views";
import { api } from "./use-standings";

/** Small enough that something is seen to move. */
const AT_ONCE = 10;

type Row = Extract<SyncSelectedResult, { kind: "sent" }>["rows"][number];

export interface Progress {
  rows: readonly Row[];
  /** Reason code, or `failed` where no answer came: the rest was not sent. */
  problem: string | null;
}

const NOTHING: Progress = { rows: [], problem: null };

/** Customers to connections: each connection by itself, in steps. */
export function useSyncSelected(customerIds: readonly string[]) {
  const [progress, setProgress] = useState<Record<string, Progress>>({});
  const [stage, setStage] = useState<"before" | "busy" | "done">("before");
  const syncTo = async (connectionId: string) => {
    const note = (change: (known: Progress) => Progress) =>
      setProgress((all) => ({ ...all, [connectionId]: change(all[connectionId] ?? NOTHING) }));
    note(() => NOTHING);
    for (let start = 0; start < customerIds.length; start += AT_ONCE) {
      const ids = customerIds.slice(start, start + AT_ONCE);
      const result = await api.standings.sync.mutate({ connectionId, customerIds: ids }).catch(() => null);
      if (result?.kind === "sent") {
        note(({ rows }) => ({ rows: [...rows, ...result.rows], problem: null }));
        continue;
      }
      note(({ rows }) => ({ rows, problem: result?.reason ?? "failed" }));
      return;
    }
  };
  return {
    progress,
    isBusy: stage === "busy",
    isDone: stage === "done",
    async sync(connectionIds: readonly string[]) {
      setStage("busy");
      await Promise.all(connectionIds.map(syncTo));
      setStage("done");
    },
  };
}
