/** The line to the Dashboard. One per tab: a second one would answer the handshake twice. */
import { AppBridge } from "@saleor/app-sdk/app-bridge";
import { useSyncExternalStore } from "react";

let bridge: AppBridge | null = null;

export function dashboardBridge(): AppBridge {
  bridge ??= new AppBridge();
  return bridge;
}

/** Our pages work only in the Dashboard's frame: elsewhere nobody would say who is looking. */
export const isInDashboard = () => window.self !== window.top;

export const tokenNow = () => dashboardBridge().getState().token;

const subscribeToHandshake = (listener: () => void) => dashboardBridge().subscribe("handshake", listener);
const isShaken = () => dashboardBridge().getState().ready;

/**
 * Whether the Dashboard has said who is looking. Not by the SDK's `useAppBridge`: that one listens only after it was drawn, and a
 * handshake between the two is missed for ever (app-sdk 1.15.0, `useAppBridge`, seen 2026-11-25).
 */
export const useIsHandshaken = () => useSyncExternalStore(subscribeToHandshake, isShaken, () => false);

/** Resolves when the token is another than `stale`, or after five seconds. */
export function freshToken(stale: string | undefined): Promise<boolean> {
  const line = dashboardBridge();
  if (line.getState().token !== stale) return Promise.resolve(true);
  return new Promise((resolve) => {
    const stop = line.subscribe("tokenRefresh", () => finish(true));
    const timer = setTimeout(() => finish(false), 5_000);
    function finish(isFresh: boolean) {
      clearTimeout(timer);
      stop();
      resolve(isFresh);
    }
  });
}
