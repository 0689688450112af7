/** A full sync that needs no page: started so, or left by its page. Each into an audience of its own. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { chooseAudience, eventually, goTo, setUp, startFullSync, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

const CUSTOMERS = 1500;
/** Staff and people without a possible address are never sent. */
const NEARLY_ALL = CUSTOMERS - 20;

describe("A full sync in the background", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  const sizeOf = (audience: string) => stack.mailchimp.audience(audience).size;
  const text = (pattern: RegExp | string) => merchant.app.getByText(pattern).first();
  const button = (name: string) => merchant.app.getByRole("button", { name });
  const allArrive = (audience: string) =>
    eventually(
      () => sizeOf(audience),
      (size) => size > NEARLY_ALL,
      60,
    );

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: CUSTOMERS } }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant, "Press");
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  beforeEach(() => {
    stack.saleor.dials.pageDelayMs = 700;
    stack.mailchimp.latencyMs = 150;
  });
  afterEach((context) => onFailure(context, merchant));

  function fast(): void {
    stack.saleor.dials.pageDelayMs = 0;
    stack.mailchimp.latencyMs = 0;
  }

  async function moveTo(audience: string): Promise<void> {
    await goTo(merchant, "Settings");
    await chooseAudience(merchant, audience);
    await button("Save").click();
    await button("Change audience").click();
    await toast(merchant.page, "Settings saved");
    await goTo(merchant, "Status");
    // Whoever reloads before the Dashboard has heard of it comes back to Settings.
    await merchant.page.waitForURL((url) => !url.href.includes("settings"));
  }

  async function runInBackground(): Promise<void> {
    await button("Run in the background").click();
    const dialog = merchant.app.getByRole("dialog", { name: "Run full sync in the background?" });
    await dialog.getByRole("checkbox").click();
    await dialog.getByRole("button", { name: "Run in the background" }).click();
    await text("Running in the background").waitFor();
  }

  const someArrive = (audience: string) =>
    eventually(
      () => sizeOf(audience),
      (size) => size > 0,
      30,
    );

  /** As the Dashboard does it: the app's frame goes, the tab stays. */
  const leave = () => merchant.page.evaluate(() => document.getElementById("frame")?.remove());

  it("says before it starts what it would do, and asks with that number", async () => {
    fast();
    await moveTo("Wholesale");
    await button("Preview").click();
    await text(/^About 1,\d00 new .* \(from a sample of 200\)$/).waitFor();
    await merchant.picture("full-sync-preview");
    await button("Start full sync").click();
    await text(/^About 1,\d00 contacts more on your Mailchimp plan/).waitFor();
    await button("Back").click();
    expect(sizeOf("Wholesale")).toBe(0);
  });

  it("runs without any page once it was started so", async () => {
    await runInBackground();
    await text("You can close this page.").waitFor();
    await merchant.picture("full-sync-background");
    const url = merchant.page.url();
    await merchant.close();
    fast();
    await allArrive("Wholesale");
    merchant = await visit(browser, url);
    await text(/^Finished/).waitFor({ timeout: 60_000 });
    await text(/^1,500 customers:/).waitFor();
  });

  it("goes on by itself when its page is left, and is finished when the person comes back", async () => {
    await moveTo("Spring campaign");
    await startFullSync(merchant);
    await text("If you leave this page, it goes on in the background.").waitFor();
    await someArrive("Spring campaign");
    await leave();
    fast();
    await allArrive("Spring campaign");
    await merchant.page.reload();
    await text(/^Finished/).waitFor({ timeout: 60_000 });
    await text(/^1,500 customers:/).waitFor();
  });

  it("pauses when its page is left, where that was the choice, and can go on in the background", async () => {
    await moveTo("Autumn campaign");
    await merchant.app.getByRole("radio", { name: "Pause" }).click();
    await startFullSync(merchant);
    await text("If you leave this page, it pauses.").waitFor();
    await someArrive("Autumn campaign");
    await leave();
    await merchant.page.reload();
    await text(/^Paused at/).waitFor();
    expect(sizeOf("Autumn campaign")).toBeLessThan(NEARLY_ALL);
    fast();
    await button("Run in the background").click();
    await text(/^Finished/).waitFor({ timeout: 60_000 });
    expect(sizeOf("Autumn campaign")).toBeGreaterThan(NEARLY_ALL);
  });

  it("is handed over in its middle, without a break", async () => {
    await moveTo("Winter campaign");
    await startFullSync(merchant);
    await someArrive("Winter campaign");
    await button("Continue in the background").click();
    await text("Running in the background").waitFor();
    fast();
    await text(/^Finished/).waitFor({ timeout: 60_000 });
    expect(sizeOf("Winter campaign")).toBeGreaterThan(NEARLY_ALL);
  });

  it("is offered where this browser may not read customers from Saleor", async () => {
    await moveTo("Summer campaign");
    stack.saleor.dials.cors = "refuse";
    await merchant.page.reload();
    await text("This browser may not read customers from Saleor.").waitFor({ timeout: 30_000 });
    await merchant.picture("full-sync-cors-background");
    fast();
    await runInBackground();
    await text(/^Finished/).waitFor({ timeout: 60_000 });
    expect(sizeOf("Summer campaign")).toBeGreaterThan(NEARLY_ALL);
    stack.saleor.dials.cors = "any";
  });
});
