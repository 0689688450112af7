/** What is shown stands in the address, so that it can be linked to and outlives a reload. No name or e-mail ever does. */
import { useRouter } from "next/router";
import { useMemo } from "react";
import type { ActivityRowView } from "@/dashboard/api/views";
import { useGo } from "../shell/leave";

type State = ActivityRowView["state"];

export interface ActivityFilter {
  connectionId: string;
  state: State | null;
  reason: string | null;
  after: string | null;
  before: string | null;
  /** Looked at closely, by id. */
  customer: string | null;
}

export const STATES: readonly State[] = ["waiting", "retrying", "refused", "gave_up", "skipped", "in_sync", "gone"];

export function activityPath(connectionId: string, filter: Partial<Omit<ActivityFilter, "connectionId">>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value) params.set(name, value);
  const query = params.toString();
  return `/c/${connectionId}/activity${query ? `?${query}` : ""}`;
}

export function useActivityFilter(): ActivityFilter & { show(change: Partial<Omit<ActivityFilter, "connectionId">>): void } {
  const { query } = useRouter();
  const go = useGo();
  return useMemo(() => {
    const one = (name: string) => (typeof query[name] === "string" && query[name] !== "" ? query[name] : null);
    const connectionId = String(query.connection);
    const state = STATES.find((known) => known === one("state")) ?? null;
    const now = { state, reason: one("reason"), after: one("after"), before: one("before"), customer: one("customer") };
    return {
      connectionId,
      ...now,
      show: (change) => go(activityPath(connectionId, { ...now, after: null, before: null, customer: null, ...change })),
    };
  }, [query, go]);
}
