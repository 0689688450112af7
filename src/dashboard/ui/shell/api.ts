/** Calls to our own server in the pages: kept, asked again, shared between the parts of a page. */
import { QueryClient } from "@tanstack/react-query";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "@/dashboard/api/router";
import { statusOf } from "./answers";
import { type createApi, withIdentity } from "./calls";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export type Api = ReturnType<typeof createApi>;

/** The page goes away: the browser sends this nevertheless, and nobody is left to hear the answer. */
export function sayWhileLeaving(path: `runs.${"left" | "pause" | "cancel"}`, input: { runId: string }): void {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(input);
  fetch(`/api/trpc/${path}`, withIdentity({ method: "POST", keepalive: true, headers, body })).catch(() => {});
}

export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: { queries: { staleTime: 5_000, retry: (failures, error) => failures < 2 && isWorthRetrying(error) } },
  });

function isWorthRetrying(error: unknown): boolean {
  const status = statusOf(error);
  return status === null || status >= 500;
}
