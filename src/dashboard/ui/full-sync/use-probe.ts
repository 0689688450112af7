/** Asked before Start: may this person, from this browser, read customers from Saleor, and how many are there? */
import { useQuery } from "@tanstack/react-query";
import { Trouble } from "@/walk/trouble";
import { useInfo } from "../shell/info";
import { useSaleorAccess } from "./run-driver-provider";

export type Probe =
  | { kind: "looking" }
  | { kind: "ok"; total: number }
  | { kind: "no_permission" }
  | { kind: "refused"; why: "offline" | "denied" | "unreachable"; again(): void };

export function useProbe(connectionId: string): Probe {
  const access = useSaleorAccess();
  const { permissions } = useInfo();
  const query = useQuery({
    queryKey: ["saleor-customer-count", access.saleorApiUrl, connectionId],
    queryFn: async () => (await import("./saleor-source")).countCustomers(access),
    enabled: permissions.manageUsers && permissions.manageApps,
    staleTime: 60_000,
    retry: (failures, error) => failures < 2 && !(error instanceof Trouble && error.kind === "denied"),
  });
  if (!permissions.manageUsers || !permissions.manageApps) return { kind: "no_permission" };
  if (query.data !== undefined) return { kind: "ok", total: query.data };
  if (!query.isError) return { kind: "looking" };
  return { kind: "refused", why: whyNot(query.error), again: () => void query.refetch() };
}

function whyNot(error: unknown): "offline" | "denied" | "unreachable" {
  if (!navigator.onLine) return "offline";
  return error instanceof Trouble && error.kind === "denied" ? "denied" : "unreachable";
}
