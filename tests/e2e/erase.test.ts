/** Somebody asks to be forgotten: found by e-mail, erased everywhere, and a receipt to hand over. Also what waits by the policy. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { eventually, goTo, LAST_AUDIENCE, save, setUp, toast } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

const EMAIL = "anna.novak@shop-one.dev";

describe("Erasing a person", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  let customerId = "";
  let connection = "";
  const button = (name: string | RegExp) => merchant.app.getByRole("button", { name });
  const text = (pattern: RegExp | string) => merchant.app.getByText(pattern).first();
  const member = (email = EMAIL) => stack.mailchimp.audience(LAST_AUDIENCE).member(email);
  const receipt = () => merchant.app.getByRole("table", { name: "Erasure receipt" });

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 3 } }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant);
    connection = new URL((await frameOf(merchant.page)).url()).pathname.replace(/\/settings$/, "");
    await button("Live sync").click();
    await toast(merchant.page, "Live sync turned on");
    await connectRetailCrm();
    await merchant.page.goto(stack.dashboard.appPage(stack.appId, `${connection}/settings`));
    ({ id: customerId } = await stack.saleor.customers.create({ email: EMAIL, firstName: "Anna", lastName: "Novak" }));
    await eventually(() => member(), Boolean, 60);
    await eventually(() => stack.retailcrm.customer(EMAIL), Boolean, 60);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  async function connectRetailCrm(): Promise<void> {
    await merchant.page.goto(stack.dashboard.appPage(stack.appId, "/connect/retailcrm"));
    await merchant.app.getByRole("textbox", { name: "Account address" }).fill(stack.retailcrm.address);
    await merchant.app.getByRole("textbox", { name: "API key" }).fill(stack.retailcrm.keys.main.value);
    await button("Test the key").click();
    await merchant.app.getByRole("heading", { name: "Connect this RetailCRM account?" }).waitFor();
    await merchant.app.getByRole("button", { name: "Connect", exact: true }).click();
    await toast(merchant.page, "RetailCRM connected");
    await merchant.app.getByRole("combobox", { name: "Site" }).click();
    await merchant.app.getByRole("option", { name: /Main shop/ }).click();
    await save(merchant);
    await button("Live sync").click();
    await toast(merchant.page, "Live sync turned on");
  }

  it("is reached by the e-mail, and says what will happen at each connection before anything does", async () => {
    await goTo(merchant, "Status");
    await merchant.app.getByRole("link", { name: "Activity", exact: true }).click();
    await merchant.app.getByRole("searchbox", { name: "Search by e-mail" }).fill(EMAIL);
    await merchant.app.getByRole("link", { name: /Anna Novak/ }).click();
    await button("Erase everywhere…").click();
    const dialog = merchant.app.getByRole("dialog", { name: "Erase Anna Novak everywhere?" });
    await dialog.getByText(/return only through Mailchimp’s own form/).waitFor();
    await dialog.getByText(/its API cannot delete customers/).waitFor();
    await dialog.getByText(/marked “do not sync” first/).waitFor();
    await merchant.picture("erase-question");
    expect(await merchant.barriers()).toEqual([]);
    await dialog.getByRole("button", { name: "Back" }).click();
    expect(member()).toBeTruthy();
  });

  it("shows what waits while a provider is down, goes on by itself, and gives a receipt", async () => {
    stack.retailcrm.fail({ kind: "error500" });
    await button("Erase everywhere…").click();
    await merchant.app
      .getByRole("dialog")
      .getByText(/marked “do not sync” first/)
      .waitFor();
    await merchant.app.getByRole("dialog").getByRole("button", { name: "Erase everywhere", exact: true }).click();
    await receipt().getByText("Waiting").waitFor({ timeout: 40_000 });
    await receipt()
      .getByText(/permanently deleted/)
      .waitFor();
    await merchant.picture("erase-waiting");
    expect(member()).toBeUndefined();
    stack.retailcrm.heal();
    await button("Try again now").click();
    await receipt()
      .getByText(/delete them in RetailCRM by hand/)
      .waitFor({ timeout: 60_000 });
    await receipt().getByText("Waiting").waitFor({ state: "detached" });
    await merchant.picture("erase-done");
    expect(await merchant.barriers()).toEqual([]);

    const [download] = await Promise.all([merchant.page.waitForEvent("download"), button("Download receipt").click()]);
    expect(JSON.parse(readFileSync(await download.path(), "utf8"))).toMatchObject({
      customer: { id: customerId, name: "Anna Novak", email: EMAIL },
      doNotSyncInSaleor: true,
      isComplete: true,
      connections: [
        { provider: "mailchimp", asked: "erase", answer: "erased" },
        { provider: "retailcrm", asked: "tag", answer: "tagged" },
      ],
    });
    expect(stack.saleor.customers.get(customerId)?.privateMeta.crm_do_not_sync).toBe("yes");
    expect(merchant.page.url()).not.toMatch(/anna|@|%40/i);
  });

  it("shows who is going to be erased by the policy, and until when it can be called off", async () => {
    await merchant.page.goto(stack.dashboard.appPage(stack.appId, `${connection}/settings`));
    await merchant.app.getByRole("radio", { name: /^Erase it for good/ }).click();
    await merchant.app.getByRole("radio", { name: /^7 days/ }).click();
    await merchant.picture("erase-policy");
    await save(merchant);
    const { id } = await stack.saleor.customers.create({ email: "leaver@shop-one.dev", firstName: "Leaving", lastName: "Soon" });
    await eventually(() => member("leaver@shop-one.dev"), Boolean, 60);
    await stack.saleor.customers.delete(id);
    await goTo(merchant, "Status");
    await text("1 contact of a deleted customer is going to be erased").waitFor();
    await merchant.picture("erase-soon");
    expect(await merchant.barriers()).toEqual([]);
    await button("Show").click();
    await merchant.app
      .getByRole("cell", { name: /going to be permanently deleted/ })
      .first()
      .waitFor();
  });

  it.each(["light", "dark"] as const)("has no barrier that axe finds, and nothing sideways, in a narrow window (%s)", async (theme) => {
    const dashboard = await stack.openDashboard({ theme });
    const path = `${connection}/activity?customer=${encodeURIComponent(customerId)}`;
    const seen = await visit(browser, dashboard.appPage(stack.appId, path), { width: 480 });
    await seen.app.getByRole("table", { name: "Erasure receipt" }).waitFor();
    await seen.picture(`erase-receipt-${theme}-480`);
    expect(await seen.barriers()).toEqual([]);
    const overflow = await (await frameOf(seen.page)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await seen.close();
  });
});
