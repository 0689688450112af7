import { useQuery } from "@tanstack/react-query";
import type { ConnectionView, TargetsView } from "@/dashboard/api/views";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";

export type TargetOption = Extract<TargetsView, { kind: "ok" }>["targets"][number];

/** Every place contacts can go to at the provider. What could not be loaded is never shown as "none". */
export function useTargets(connection: ConnectionView) {
  const { permissions } = useInfo();
  const enabled = permissions.manageApps && connection.account !== null;
  const query = useQuery(
    useTRPC().connections.targets.queryOptions({ id: connection.id }, { enabled, staleTime: 60_000, refetchOnWindowFocus: false }),
  );
  const targets = query.data?.kind === "ok" ? query.data.targets : null;
  return {
    targets,
    isLoading: enabled && query.isPending,
    isReloading: query.isFetching,
    /** Reason code, or `""` when our own server did not answer. */
    failure: query.data?.kind === "failed" ? query.data : query.isError ? { kind: "failed" as const, reason: "", vendorText: null } : null,
    reload: () => void query.refetch(),
    nameOf: (id: string) =>
      targets?.find((target) => target.id === id)?.name ?? (connection.target?.id === id ? connection.target.name : id),
  };
}

export type Targets = ReturnType<typeof useTargets>;

/** Asked for the chosen one only: an account may have a hundred. What could not be asked is simply not said. */
export function useRequiredFields(connection: ConnectionView, target: string): string[] {
  const { permissions } = useInfo();
  const enabled = permissions.manageApps && target !== "";
  const options = { enabled, staleTime: 60_000, retry: false, refetchOnWindowFocus: false };
  return useQuery(useTRPC().connections.requiredFields.queryOptions({ id: connection.id, target }, options)).data ?? [];
}
