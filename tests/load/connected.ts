/** The production build with one live connection, for benchmarks that need no browser. */
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { ensureBuild } from "../../scripts/ensure-build";
import { type Stack, type StackOptions, startStack } from "../../scripts/stack";
import type { AppRouter } from "../../src/dashboard/api/router";

export interface ConnectedStack {
  stack: Stack;
  page: TRPCClient<AppRouter>;
  connectionId: string;
}

export interface ConnectedStackOptions extends StackOptions {
  live?: boolean;
  /** How long the page's calls are accepted for. */
  tokenSeconds?: number;
}

export async function startConnectedStack(options: ConnectedStackOptions = {}): Promise<ConnectedStack> {
  await ensureBuild();
  const stack = await startStack(options);
  const { saleor, mailchimp, app, appId } = stack;
  const token = await saleor.staffToken({
    appId,
    permissions: ["MANAGE_APPS", "MANAGE_USERS"],
    expiresInSeconds: options.tokenSeconds ?? 3600,
  });
  const headers = { "saleor-api-url": saleor.apiUrl, "authorization-bearer": token };
  const page = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${app.url}/api/trpc`, headers })] });
  const granted = await page.connect.withKey.mutate({
    provider: "mailchimp",
    credentials: { apiKey: mailchimp.accounts[0]?.apiKey ?? "" },
  });
  if (granted.kind !== "granted") throw new Error(`not connected: ${granted.reason}`);
  const confirmed = await page.connect.confirm.mutate({ attemptId: granted.attemptId });
  if (confirmed.kind !== "connected") throw new Error("not connected");
  const { connectionId } = confirmed;
  const { version } = await page.connections.settings.query({ id: connectionId });
  await page.connections.saveSettings.mutate({ id: connectionId, version, values: { audience: mailchimp.audience().id } });
  if (options.live ?? true) await page.connections.setLive.mutate({ id: connectionId, live: true });
  return { stack, page, connectionId };
}
