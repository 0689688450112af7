/** The column beside the app in `npm run demo`: change a customer in Saleor, order trouble, watch what the providers hold. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import type { MailchimpSandbox } from "./mailchimp/index";
import type { MindboxSandbox } from "./mindbox/index";
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

interface Options {
  saleor: SaleorSandbox;
  mailchimp: MailchimpSandbox;
  mindbox: MindboxSandbox;
  port?: number;
}

export async function startDemoPanel(options: Options): Promise<DemoPanel> {
  const vendors = { mailchimp: options.mailchimp.url, mindbox: options.mindbox.url };
  const parts = JSON.stringify({ saleor: options.saleor.origin, vendors });
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
