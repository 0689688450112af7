/** What we may ask of the Dashboard around us. */
import { actions } from "@saleor/app-sdk/app-bridge";
import { useMemo } from "react";
import { dashboardBridge } from "./bridge";

export function useDashboard() {
  return useMemo(() => {
    const send = (action: Parameters<ReturnType<typeof dashboardBridge>["dispatch"]>[0]) => {
      dashboardBridge()
        .dispatch(action)
        .catch(() => {});
    };
    return {
      said: (title: string, text?: string) => send(actions.Notification({ status: "success", title, ...(text && { text }) })),
      failed: (title: string, text: string) => send(actions.Notification({ status: "error", title, text })),
      /** Call it inside the click, with no await before: else the browser takes the tab for a pop-up. */
      openTab: (to: string) => send(actions.Redirect({ to, newContext: true })),
    };
  }, []);
}
