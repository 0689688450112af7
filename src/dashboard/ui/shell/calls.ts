/** Calls to our own server: typed by its router, each with the token that is valid at that moment. */
import { createTRPCClient, httpLink } from "@trpc/client";
import type { AppRouter } from "@/dashboard/api/router";
import { dashboardBridge, freshToken } from "./bridge";
import { sessionIsOver } from "./session";

/** No batching: a chunk may wait 20 seconds for its outcomes and would hold up whatever shares its request. */
export const createApi = () => createTRPCClient<AppRouter>({ links: [httpLink({ url: "/api/trpc", fetch: authorizedFetch })] });

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

export function withIdentity(init: RequestInit | undefined): RequestInit {
  const { token, saleorApiUrl } = dashboardBridge().getState();
  const headers = new Headers(init?.headers);
  headers.set("authorization-bearer", token ?? "");
  headers.set("saleor-api-url", saleorApiUrl);
  return { ...init, headers };
}
