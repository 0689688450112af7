import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { sayWhileLeaving, useTRPC, useTRPCClient } from "../shell/api";
import { dashboardBridge, tokenNow } from "../shell/bridge";
import { useInfo } from "../shell/info";
import { type Drive, RunDriver } from "./run-driver";
import type { SaleorAccess } from "./saleor-source";

const Context = createContext<RunDriver | null>(null);

export const RunDriverProvider = ({ children }: { children: ReactNode }) => {
  const api = useTRPCClient();
  const access = useSaleorAccess();
  const queryClient = useQueryClient();
  const { connections } = useTRPC();
  const [driver] = useState(
    () =>
      new RunDriver({
        api,
        part: (parting, runId) => sayWhileLeaving(`runs.${parting}`, { runId }),
        source: async () => (await import("./saleor-source")).saleorSource(access),
        onEnd: () => void queryClient.invalidateQueries(connections.pathFilter()),
      }),
  );
  useEffect(() => {
    const leave = () => driver.leave();
    window.addEventListener("pagehide", leave);
    return () => window.removeEventListener("pagehide", leave);
  }, [driver]);
  return <Context.Provider value={driver}>{children}</Context.Provider>;
};

export function useRunDriver(): RunDriver {
  const driver = useContext(Context);
  if (!driver) throw new Error("RunDriverProvider is missing");
  return driver;
}

export function useDrive(connectionId: string): Drive | null {
  const driver = useRunDriver();
  const read = () => driver.drive(connectionId);
  return useSyncExternalStore(driver.subscribe, read, read);
}

export function useSaleorAccess(): SaleorAccess {
  const info = useInfo();
  const { saleorApiUrl, saleorVersion } = dashboardBridge().getState();
  return { saleorApiUrl, coreVersion: info.coreVersion ?? (saleorVersion || null), token: tokenNow };
}
