/** Who the customers on a page are: asked of Saleor as the person who looks, kept in this page only. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { useSaleorAccess } from "../full-sync/run-driver-provider";
import type { SaleorAccess } from "../full-sync/saleor-source";
import { useInfo } from "../shell/info";

export interface CustomerName {
  name: string;
  email: string;
}

/** Saleor answers at most so many at once. */
const PER_READ = 100;

export interface Names {
  of(customerId: string): CustomerName | null;
  isLoading: boolean;
  /** `no_permission`: the person may not see customers. */
  problem: "no_permission" | "failed" | null;
  again(): void;
}

export function useNames(ids: readonly string[]): Names {
  const access = useSaleorAccess();
  const { permissions } = useInfo();
  const chunks = Array.from({ length: Math.ceil(ids.length / PER_READ) }, (_, n) => ids.slice(n * PER_READ, (n + 1) * PER_READ));
  const reads = useQueries({
    queries: chunks.map((chunk) => ({
      queryKey: ["saleor-names", access.saleorApiUrl, ...chunk],
      queryFn: () => readNames(access, chunk),
      enabled: permissions.manageUsers,
      staleTime: 60_000,
      retry: 1,
    })),
  });
  return {
    of: (id) => reads.find(({ data }) => data?.has(id))?.data?.get(id) ?? null,
    isLoading: permissions.manageUsers && reads.some(({ isPending }) => isPending),
    problem: permissions.manageUsers ? (reads.some(({ isError }) => isError) ? "failed" : null) : "no_permission",
    again: () => {
      for (const read of reads) if (read.isError) void read.refetch();
    },
  };
}

export async function readNames(access: SaleorAccess, ids: readonly string[]): Promise<Map<string, CustomerName>> {
  return (await import("./ask-names")).askNames(access, ids);
}

/** The id behind an address; `null` = Saleor has no such customer. */
export function useIdByEmail(email: string) {
  const access = useSaleorAccess();
  return useQuery({
    queryKey: ["saleor-id-by-email", access.saleorApiUrl, email],
    queryFn: async () => (await import("./ask-names")).askIdByEmail(access, email),
    enabled: email !== "",
    staleTime: 30_000,
    retry: 1,
  });
}
