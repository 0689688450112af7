/** Calls to our own server: typed by its router, each with the token that is valid at that moment. */
import { QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import type { AppRouter } from "@/dashboard/api/router";
import { dashboardBridge, freshToken } from "./bridge";
import { sessionIsOver } from "./session";

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

/** No batching: a chunk may wait 20 seconds for its outcomes and would hold up whatever shares its request. */
export const createApi = () => createTRPCClient<AppRouter>({ links: [httpLink({ url: "/api/trpc", fetch: authorizedFetch })] });

export type Api = ReturnType<typeof createApi>;

async function authorizedFetch(input: RequestInfo | URL | string, init?: RequestInit): Promise<Response> {
  const stale = dashboardBridge().getState().token;
  const first = await fetch(input, withIdentity(init));
  if (first.status !== 401) {
    sessionIsOver(false);
    return first;
  }
  await freshToken(stale);
  const second = await fetch(input, withIdentity(init));
  sessionIsOver(second.status === 401);
  return second;
}

/** The page goes away: the browser sends this nevertheless, and nobody is left to hear the answer. */
export function sayWhileLeaving(path: `runs.${"left" | "pause" | "cancel"}`, input: { runId: string }): void {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(input);
  fetch(`/api/trpc/${path}`, withIdentity({ method: "POST", keepalive: true, headers, body })).catch(() => {});
}

function withIdentity(init: RequestInit | undefined): RequestInit {
  const { token, saleorApiUrl } = dashboardBridge().getState();
  const headers = new Headers(init?.headers);
  headers.set("authorization-bearer", token ?? "");
  headers.set("saleor-api-url", saleorApiUrl);
  return { ...init, headers };
}

export const createQueryClient = () =>
  new QueryClient({
    defaultOptions: { queries: { staleTime: 5_000, retry: (failures, error) => failures < 2 && isWorthRetrying(error) } },
  });

export function statusOf(error: unknown): number | null {
  if (!(error instanceof TRPCClientError)) return null;
  const status = (error.data as { httpStatus?: unknown } | null)?.httpStatus;
  return typeof status === "number" ? status : null;
}

/** Permissions that would have been needed, as the server names them: all of them, or any one. */
export function missingOf(error: unknown): { names: string[]; isAny: boolean } {
  const data = error instanceof TRPCClientError ? (error.data as { missing?: unknown; isAny?: unknown } | null) : null;
  return { names: Array.isArray(data?.missing) ? data.missing.map(String) : [], isAny: data?.isAny === true };
}

function isWorthRetrying(error: unknown): boolean {
  const status = statusOf(error);
  return status === null || status >= 500;
}
