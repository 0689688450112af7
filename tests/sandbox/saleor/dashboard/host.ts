/**
 * A page that treats the app as the Dashboard does: same frame, same sandbox attributes per version, same handshake and
 * messages (dashboard 3.21.21, 3.22.44, 3.23.27, read 2026-08). It only looks roughly like it.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import { readBody, sendJson } from "../api";
import { InstallationFailed } from "../install";
import type { SaleorSandbox } from "../saleor";
import { behaviourOf, isAtLeast, schemaVersionOf } from "../versions";

export interface DashboardOptions {
  saleor: SaleorSandbox;
  /** Where the app's pages are. Default: what its manifest said at installation. */
  appUrl?: string;
  port?: number;
  host?: string;
  theme?: "light" | "dark";
  /** As the Dashboard writes them: `en`, `ru`, `pt-BR`. */
  locale?: string;
  /** What the person at the screen may do in the shop. Default: MANAGE_APPS and MANAGE_USERS. */
  permissions?: readonly string[];
  email?: string;
  tokenTtlSeconds?: number;
  /** Shown in a column of 380 px on the right. */
  panelUrl?: string;
}

export interface Dashboard {
  readonly url: string;
  /** The page of an installed app, with a deep path inside it. */
  appPage(appId: string, path?: string): string;
  /** The Dashboard's own page about a customer, with what apps put on it; without an id the list. */
  customerPage(customerId?: string): string;
  /** The page that installs from a manifest. */
  installPage(manifestUrl: string): string;
  close(): Promise<void>;
}

const DASHBOARD_VERSIONS: Readonly<Record<string, string>> = { "3.21": "3.21.21", "3.22": "3.22.44", "3.23": "3.23.27" };
/** As many as one page of the Dashboard's list shows. */
const SHOWN_CUSTOMERS = 100;
const FRAME_RIGHTS = "allow-same-origin allow-forms allow-scripts allow-downloads";

const FILES: Readonly<Record<string, { name: string; type: string }>> = {
  "/__host/page.js": { name: "page.js", type: "text/javascript" },
  "/__host/frame.js": { name: "frame.js", type: "text/javascript" },
  "/__host/customers.js": { name: "customers.js", type: "text/javascript" },
  "/__host/page.css": { name: "page.css", type: "text/css" },
};
const fileText = (name: string) => readFileSync(resolve(import.meta.dirname, name), "utf8");

const tokenWish = z.object({ appId: z.string(), extensionId: z.string().optional(), permissions: z.array(z.string()) });
const installWish = z.object({ manifestUrl: z.string() });

export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { saleor, port = 0, host = "127.0.0.1" } = options;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://dashboard");
    const file = FILES[pathname];
    if (file) return sendText(response, file.type, fileText(file.name));
    if (pathname === "/__host/session") return sendJson(response, 200, sessionOf(options, searchParams.get("app")));
    if (pathname === "/__host/token") return sendJson(response, 200, { token: await tokenFor(options, await readBody(request)) });
    if (pathname === "/__host/install") return installFor(saleor, await readBody(request), response);
    return sendText(response, "text/html", fileText("page.html"));
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) =>
      sendJson(response, 500, { error: error instanceof Error ? error.message : "failed" }),
    );
  });
  await new Promise<void>((listening) => server.listen(port, host, listening));
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    appPage: (appId, path = "/") => `${url}/extensions/app/${encodeURIComponent(appId)}/${path.replace(/^\//, "")}`,
    customerPage: (customerId) => `${url}/customers${customerId ? `/${encodeURIComponent(customerId)}` : ""}`,
    installPage: (manifestUrl) => `${url}/extensions/install/custom?manifestUrl=${encodeURIComponent(manifestUrl)}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function sendText(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" }).end(text);
}

/** Everything the page needs to know before it can draw itself. Without an app in the address: the one that is installed. */
function sessionOf(options: DashboardOptions, wantedApp: string | null) {
  const { saleor, theme = "light", locale = "en", permissions = ["MANAGE_APPS", "MANAGE_USERS"], panelUrl = null } = options;
  const app = wantedApp ? saleor.app(wantedApp) : saleor.installedApps().at(-1);
  const dashboardVersion = DASHBOARD_VERSIONS[schemaVersionOf(saleor.version)] ?? "3.23.27";
  return {
    app:
      app && !app.removed
        ? {
            id: app.id,
            name: app.name,
            author: app.author,
            logoUrl: app.logoUrl,
            url: options.appUrl ?? app.appUrl,
            extensions: app.extensions,
          }
        : null,
    customers: saleor.customers
      .all()
      .slice(0, SHOWN_CUSTOMERS)
      .map(({ id, email, firstName, lastName }) => ({ id, email, firstName, lastName })),
    saleorApiUrl: saleor.apiUrl,
    domain: new URL(saleor.apiUrl).host,
    saleorVersion: saleor.version,
    dashboardVersion,
    widgetResize: isAtLeast(dashboardVersion, "3.23.8"),
    popupClose: isAtLeast(dashboardVersion, "3.22.31"),
    sandbox: behaviourOf(saleor.version).popups ? `${FRAME_RIGHTS} allow-popups` : FRAME_RIGHTS,
    theme,
    locale,
    permissions,
    panelUrl,
  };
}

function tokenFor({ saleor, tokenTtlSeconds = 300, email }: DashboardOptions, body: string): Promise<string> {
  const { appId, extensionId, permissions } = tokenWish.parse(JSON.parse(body));
  return saleor.staffToken({ appId, extensionId, permissions, expiresInSeconds: tokenTtlSeconds, email });
}

async function installFor(saleor: SaleorSandbox, body: string, response: ServerResponse): Promise<void> {
  const { manifestUrl } = installWish.parse(JSON.parse(body));
  try {
    const { appId } = await saleor.install(manifestUrl);
    sendJson(response, 200, { appId });
  } catch (error) {
    if (!(error instanceof InstallationFailed)) throw error;
    sendJson(response, 400, { error: error.message });
  }
}
