/**
 * `npm run bench:pages`: what a browser fetches for the first load of each page, and how long until its own content stands.
 * Script is counted twice: what the page names in its HTML, and everything fetched until nothing more is on its way.
 */
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { launchChromium } from "../../scripts/chromium";
import { ensureBuild } from "../../scripts/ensure-build";
import { type Stack, startStack } from "../../scripts/stack";
import { setUp } from "../e2e/steps";
import { frameOf, visit } from "../e2e/visit";
import { machine } from "./machine";

const kB = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;

await ensureBuild();
const [stack, browser] = await Promise.all([startStack({ saleor: { customers: 60 } }), launchChromium()]);
console.log(`\nnpm run bench:pages · ${machine()} · gzipped script\n`);
await first("first run", stack.dashboard.appPage(stack.appId));
const connection = await connected(stack, browser);
await first("overview", stack.dashboard.appPage(stack.appId));
for (const page of ["", "/activity", "/settings", "/fields", "/consent", "/runs"])
  await first(page.slice(1) || "status", stack.dashboard.appPage(stack.appId, `${connection}${page}`));
await first("widget", stack.dashboard.customerPage(stack.saleor.customers.all()[0]!.id));
await browser.close();
await stack.close();
process.exit(0);

async function connected({ dashboard, appId }: Stack, chromium: Browser): Promise<string> {
  const merchant = await visit(chromium, dashboard.appPage(appId));
  await setUp(merchant);
  const path = new URL((await frameOf(merchant.page)).url()).pathname.replace(/\/settings$/, "");
  await merchant.app.getByRole("button", { name: "Live sync" }).click();
  await merchant.page.locator(".toast", { hasText: "Live sync turned on" }).waitFor();
  await merchant.close();
  return path;
}

/** A browser that has been nowhere yet. */
async function first(name: string, url: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const named: string[] = [];
  const bodies = new Map<string, Promise<Buffer | null>>();
  page.on("response", (answer) => {
    if (!answer.url().startsWith(stack.app.url)) return;
    if (answer.request().resourceType() === "document") void answer.text().then((html) => named.push(...scriptsIn(html)));
    if (answer.request().resourceType() === "script")
      bodies.set(
        new URL(answer.url()).pathname,
        answer.body().catch(() => null),
      );
  });
  const began = performance.now();
  await page.goto(url);
  const frame = page.frameLocator("#frame");
  await frame.locator("h1").waitFor({ state: "attached" });
  await frame.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  const took = performance.now() - began;
  await page.waitForLoadState("networkidle");
  let [initial, all] = [0, 0];
  for (const [path, body] of bodies) {
    const size = gzipSync((await body) ?? "", { level: 9 }).length;
    all += size;
    if (named.includes(path)) initial += size;
  }
  console.log(`  ${name.padEnd(12)} named ${kB(initial)}, until all is there ${kB(all)}, content after ${(took / 1000).toFixed(2)} s`);
  await context.close();
}

function scriptsIn(html: string): string[] {
  return [...html.matchAll(/<script[^>]*\bsrc="([^"]+)"/g)].map(([, src]) => src!);
}
