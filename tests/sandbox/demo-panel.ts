/** The column beside the app in `npm run demo`: change a customer in Saleor, order trouble, watch what a vendor holds. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import type { SaleorSandbox } from "./saleor/saleor";

const FILES: Readonly<Record<string, { name: string; type: string }>> = {
  "/": { name: "demo-panel.html", type: "text/html" },
  "/panel.js": { name: "demo-panel.page.js", type: "text/javascript" },
  "/panel.css": { name: "demo-panel.css", type: "text/css" },
};

export interface DemoPanel {
  readonly url: string;
  close(): Promise<void>;
}

/** A stand-in's own page is shown below the forms; its control doors take the trouble. `throttle`: its word for that fault. */
export interface ShownVendor {
  id: string;
  title: string;
  url: string;
  throttle: string;
}

export async function startDemoPanel(options: { saleor: SaleorSandbox; vendors: ShownVendor[]; port?: number }): Promise<DemoPanel> {
  const parts = JSON.stringify({ saleor: options.saleor.origin, vendors: options.vendors });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://panel");
    const file = FILES[pathname];
    if (pathname === "/parts") return void response.writeHead(200, { "content-type": "application/json" }).end(parts);
    if (!file) return void response.writeHead(404).end();
    const text = readFileSync(resolve(import.meta.dirname, file.name), "utf8");
    response.writeHead(200, { "content-type": `${file.type}; charset=utf-8`, "cache-control": "no-store" }).end(text);
  });
  await new Promise<void>((listening) => server.listen(options.port ?? 0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
