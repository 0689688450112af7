import { useCallback, useEffect, useState } from "react";
import type { StandingsView } from "@/dashboard/api/views";
import { createApi } from "../shell/calls";
import { useOwnLanguage } from "../shell/own-language";

const AGAIN_MS = 3_000;

export const api = createApi();

export interface Standings {
  view: StandingsView | null;
  /** Why there is no view. One that was shown stays when it cannot be refreshed. */
  error: unknown;
  refresh(): Promise<void>;
}

/** Where these customers stand, asked again while something is on its way. */
export function useStandings(customerIds: readonly string[]): Standings {
  const key = customerIds.join();
  const [view, setView] = useState<StandingsView | null>(null);
  const [error, setError] = useState<unknown>(null);
  const refresh = useCallback(async () => {
    try {
      setView(await api.standings.of.query({ customerIds: key.split(",") }));
      setError(null);
    } catch (failure) {
      setError(failure);
    }
  }, [key]);
  useEffect(() => {
    if (key) void refresh();
  }, [key, refresh]);
  useEffect(() => {
    const isMoving = view?.standings.some(({ sending, rows }) => sending === "on" && rows.some(({ state }) => state === "waiting"));
    if (!isMoving) return;
    // Not while nobody looks.
    const timer = setInterval(() => document.visibilityState === "visible" && void refresh(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [view, refresh]);
  const isSpoken = useOwnLanguage(error && !view ? null : view?.language);
  return { view: isSpoken ? view : null, error: view ? null : error, refresh };
}
