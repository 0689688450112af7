/** A full sync that people and machines interrupt: what was done stays done, and the rest follows. Each into an audience of its own. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { chooseAudience, eventually, goTo, setUp, startFullSync, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

const CUSTOMERS = 1500;
/** Staff and people without a possible address are never sent. */
const NEARLY_ALL = CUSTOMERS - 20;

describe("A full sync that is interrupted", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  const sizeOf = (audience: string) => stack.mailchimp.audience(audience).size;
  const text = (pattern: RegExp | string) => merchant.app.getByText(pattern).first();
  const button = (name: string) => merchant.app.getByRole("button", { name });
  const finished = () => text(/^Finished/).waitFor({ timeout: 60_000 });

  beforeAll(async () => {
    // A token lives 9 seconds, so that the Dashboard refreshes it in the middle of things.
    const dashboard = { tokenTtlSeconds: 9 };
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: CUSTOMERS }, dashboard }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant, "Press");
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  beforeEach(() => slow());
  afterEach((context) => onFailure(context, merchant));

  /** Slow enough to act in the middle of it. */
  function slow(): void {
    stack.saleor.dials.pageDelayMs = 700;
    stack.mailchimp.latencyMs = 150;
  }
  function fast(): void {
    stack.saleor.dials.pageDelayMs = 0;
    stack.mailchimp.latencyMs = 0;
  }

  /** To an audience that holds nobody yet; resolves when the first customers have arrived there. */
  async function underWay(audience: string, options: { whenLeft?: "Pause" } = {}): Promise<void> {
    await moveTo(audience);
    if (options.whenLeft) await merchant.app.getByRole("radio", { name: options.whenLeft }).click();
    await startFullSync(merchant, "Start full sync");
    await text("Running").waitFor();
    await eventually(
      () => sizeOf(audience),
      (size) => size > 0,
      30,
    );
  }

  async function moveTo(audience: string): Promise<void> {
    await goTo(merchant, "Settings");
    await chooseAudience(merchant, audience);
    await button("Save").click();
    await button("Change audience").click();
    await toast(merchant.page, "Settings saved");
    await goTo(merchant, "Status");
  }

  it("pauses, sends nothing more, and goes on where it stood", async () => {
    await underWay("Wholesale");
    const place = await button("Pause").boundingBox();
    await button("Pause").click();
    await button("Resume").waitFor();
    await merchant.picture("full-sync-paused");
    // A second click at the same place does nothing unasked for.
    const { x, width } = (await button("Resume").boundingBox())!;
    const middle = place!.x + place!.width / 2;
    expect(middle > x && middle < x + width).toBe(true);
    const before = sizeOf("Wholesale");
    expect(before).toBeLessThan(NEARLY_ALL);
    await merchant.page.waitForTimeout(1500);
    expect(sizeOf("Wholesale")).toBe(before);
    fast();
    await button("Resume").click();
    await finished();
    expect(sizeOf("Wholesale")).toBeGreaterThan(NEARLY_ALL);
    await text(/^1,500 customers:/).waitFor();
  });

  it("is not disturbed by refreshed tokens and by a Saleor that fails now and then", async () => {
    stack.saleor.fail({ kind: "error500", times: 2, after: 6, auth: "staff" });
    stack.saleor.fail({ kind: "cut", times: 1, after: 8, auth: "staff" });
    await underWay("Spring campaign");
    await merchant.page.getByRole("button", { name: "Refresh token" }).click();
    await finished();
    expect(sizeOf("Spring campaign")).toBeGreaterThan(NEARLY_ALL);
    await text(/^1,500 customers:/).waitFor();
    stack.saleor.heal();
  });

  it("waits while Mailchimp is down, and says so", async () => {
    await underWay("Autumn campaign");
    stack.mailchimp.fail({ kind: "error500" });
    await text(/We try again by ourselves|Mailchimp is not answering/).waitFor({ timeout: 30_000 });
    await merchant.picture("full-sync-mailchimp-down");
    stack.mailchimp.heal();
    fast();
    await finished();
    expect(sizeOf("Autumn campaign")).toBeGreaterThan(NEARLY_ALL);
  });

  it("offers to go on when the tab was closed and is opened again", async () => {
    await underWay("Summer campaign", { whenLeft: "Pause" });
    const url = merchant.page.url();
    await merchant.close();
    merchant = await visit(browser, url);
    await text(/^Paused at|was left at/).waitFor({ timeout: 60_000 });
    await merchant.picture("full-sync-left");
    fast();
    await button("Resume").click();
    await finished();
    expect(sizeOf("Summer campaign")).toBeGreaterThan(NEARLY_ALL);
  });

  it("survives a deployment in its middle: every customer has an outcome in the end", async () => {
    await underWay("Winter campaign");
    const before = stack.app;
    await stack.restartApp();
    expect(await before.ended).toBe(0);
    fast();
    await text(/^Finished/)
      .or(button("Resume"))
      .first()
      .waitFor({ timeout: 60_000 });
    if (await button("Resume").isVisible()) await button("Resume").click();
    await finished();
    expect(sizeOf("Winter campaign")).toBeGreaterThan(NEARLY_ALL);
    await text(/^1,500 customers:/).waitFor();
  });

  it("is cancelled after a question, and says what was done", async () => {
    await underWay("Old shop import");
    await button("Cancel…").click();
    const dialog = merchant.app.getByRole("dialog", { name: "Cancel full sync?" });
    await dialog.getByRole("button", { name: "Cancel full sync" }).click();
    await text(/^Cancelled at/).waitFor();
    await merchant.picture("full-sync-cancelled");
  });
});
