/** The audit log, and the banner of what should be known. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { setUp, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

describe("Problems and the audit log", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;

  beforeAll(async () => {
    // Given up after a second of failing, so that a test can see it.
    const env = { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5", GIVE_UP_HOURS: "0.0003" };
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 0 }, env }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant);
    await merchant.app.getByRole("button", { name: "Live sync" }).click();
    await toast(merchant.page, "Live sync turned on");
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  it("says on the connection's pages that customers were given up, and leads to them", async () => {
    stack.mailchimp.fail({ kind: "error500" });
    await stack.saleor.customers.create({ email: "often@shop-one.dev", firstName: "Often" });
    await merchant.app.getByRole("link", { name: "Status", exact: true }).click();
    await merchant.app.getByText("1 customer could not be sent for days").waitFor({ timeout: 60_000 });
    stack.mailchimp.heal();
    await merchant.picture("status-gave-up");
    expect(await merchant.barriers()).toEqual([]);
    await merchant.app.getByRole("button", { name: "Show", exact: true }).click();
    await merchant.app.getByRole("row", { name: /Often/ }).waitFor();
  });

  it("shows who did what", async () => {
    await merchant.app.getByRole("link", { name: /Overview/ }).click();
    await merchant.app.getByRole("link", { name: "Audit log" }).click();
    await merchant.app.getByText("Turned on live sync with Mailchimp").waitFor();
    await merchant.app.getByText("Connected Mailchimp").waitFor();
    for (const theme of ["dark", "light"]) {
      await merchant.page.getByRole("combobox", { name: "Theme" }).selectOption(theme);
      await merchant.app.locator(`html[data-theme=${theme}]`).waitFor({ state: "attached" });
      await merchant.picture(`audit-${theme}`);
      expect(await merchant.barriers()).toEqual([]);
    }
  });

  it("is not shown to a person who may not manage apps", async () => {
    await merchant.close();
    const dashboard = await stack.openDashboard({ permissions: ["MANAGE_USERS"] });
    merchant = await visit(browser, dashboard.appPage(stack.appId, "/audit"));
    await merchant.app.getByText("You need the permission “Manage apps”").waitFor();
    await merchant.picture("audit-no-permission");
  });
});
