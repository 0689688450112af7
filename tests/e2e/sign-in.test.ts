/** Connecting when things go wrong: each way says so and leaves a way on. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { chooseAudience, connectBySignIn, LAST_AUDIENCE, openConnectPage, openSignIn, save, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

describe("Connecting Mailchimp", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  const open = async (options?: Parameters<typeof visit>[2]) => {
    await merchant?.close();
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId), options);
  };

  beforeAll(async () => {
    // 3.21 frames us without allow-popups: the narrowest room to sign in from.
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 30, version: "3.21.69" } }), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  it("says that access was not given, and offers to try again", async () => {
    await open();
    await openConnectPage(merchant);
    const tab = await openSignIn(merchant);
    await tab.getByRole("button", { name: "Deny" }).click();
    await tab.getByRole("heading", { name: "Access was not given" }).waitFor();
    await merchant.app.getByText("Access was not given.").waitFor();
    await merchant.picture("connect-denied");
    await merchant.app.getByRole("button", { name: "Try again" }).click();
    await merchant.app.getByRole("button", { name: "Connect Mailchimp" }).waitFor();
  });

  it("says that the tab did not open when the browser blocked it, and hands out the link", async () => {
    await open({
      prepare: async (page) => {
        await page.addInitScript(() => {
          window.open = () => null;
        });
      },
    });
    await openConnectPage(merchant);
    await merchant.app.getByRole("button", { name: "Connect Mailchimp" }).click();
    await merchant.app.getByText("The Mailchimp tab did not open.").waitFor();
    await merchant.app.getByRole("button", { name: "Copy link" }).waitFor();
    await merchant.picture("connect-blocked");
  });

  it("refuses a sign-in that was finished in another browser", async () => {
    await open();
    await openConnectPage(merchant);
    const tab = await openSignIn(merchant);
    const stranger = await browser.newContext();
    const elsewhere = await stranger.newPage();
    await elsewhere.goto(tab.url());
    await elsewhere.getByRole("button", { name: "Allow" }).click();
    await elsewhere.getByRole("heading", { name: "Another browser" }).waitFor();
    await stranger.close();
    await merchant.app.getByText("The sign-in was finished in another browser.").waitFor();
  });

  it("refuses a wrong API key under its field", async () => {
    await open();
    await openConnectPage(merchant);
    await merchant.app.getByText("Use an API key instead").click();
    const field = merchant.app.getByRole("textbox", { name: "API key" });
    await field.fill("not-a-key");
    await merchant.app.getByRole("button", { name: "Connect with key" }).click();
    await merchant.app.getByText("A Mailchimp key ends with a dash and a data centre, such as -us6.").waitFor();
    await field.fill(`${"0".repeat(32)}-us21`);
    await merchant.app.getByRole("button", { name: "Connect with key" }).click();
    await merchant.app.getByText("Mailchimp does not accept this key.").waitFor();
    await merchant.picture("connect-key-refused");
  });

  it("connects from a Dashboard that allows the frame no popups", async () => {
    await open();
    await connectBySignIn(merchant);
    await toast(merchant.page, "Mailchimp connected");
    await merchant.app.getByText("Choose an audience and save first.").waitFor();
    // Not among the first few, and warned of all the same.
    await chooseAudience(merchant, "Birthday club");
    await merchant.app.getByText("This audience requires Birthday. Customers without it will be refused.").waitFor();
    await merchant.picture("settings-required-field");
    await chooseAudience(merchant, LAST_AUDIENCE);
    await merchant.app.getByText(/This audience requires/).waitFor({ state: "detached" });
    await save(merchant);
  });

  it("says that only a person can mend a removed access, keeps the changes, and delivers them after reconnecting", async () => {
    await merchant.app.getByRole("button", { name: "Live sync" }).click();
    await toast(merchant.page, "Live sync turned on");
    stack.mailchimp.revokeAll();
    const [, customer] = stack.saleor.customers.all();
    await stack.saleor.customers.update(customer!.id, { firstName: "Waiting" });
    await merchant.app.getByRole("link", { name: "Status", exact: true }).click();
    await merchant.app.getByText("Mailchimp no longer accepts our access.").waitFor();
    await merchant.picture("reconnect");
    await merchant.app.getByRole("button", { name: "Reconnect" }).click();
    await merchant.app.getByRole("heading", { name: "Connect Mailchimp", exact: true }).waitFor();
    const tab = await openSignIn(merchant);
    await tab.getByRole("button", { name: "Allow" }).click();
    await merchant.app.getByRole("button", { name: "Connect", exact: true }).click();
    await merchant.app.getByRole("link", { name: "Settings" }).waitFor();
    await expect
      .poll(() => stack.mailchimp.audience(LAST_AUDIENCE).member(customer!.email)?.merge_fields.FNAME, { timeout: 20_000 })
      .toBe("Waiting");
  });
});

describe("An installation without an OAuth app", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 30 }, oauth: false }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  it("connects by an API key and shows only its end from then on", async () => {
    const key = stack.mailchimp.accounts[0]!.apiKey;
    await openConnectPage(merchant);
    await merchant.app.getByRole("textbox", { name: "API key" }).fill(key);
    await merchant.picture("connect-key");
    await merchant.app.getByRole("button", { name: "Connect with key" }).click();
    await merchant.app.getByRole("button", { name: "Connect", exact: true }).click();
    await merchant.app.getByText(/connected by API key that ends in/).waitFor();
    expect(await merchant.app.locator("body").innerText()).not.toContain(key);
  });
});
