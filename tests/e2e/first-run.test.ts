/** The first ten minutes: led from nothing to a finished full sync, left on the way and taken up again. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { chooseAudience, connectBySignIn, firstRun, LAST_AUDIENCE, save, startFullSync, toast } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

const LOOKS = [
  { width: 1280, locale: "en", theme: "light" },
  { width: 480, locale: "en", theme: "dark" },
  { width: 1280, locale: "ru", theme: "dark" },
  { width: 480, locale: "ru", theme: "light" },
] as const;

/** Each step is looked at four times. */
describe("The first run", { timeout: 180_000 }, () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  const button = (name: string) => merchant.app.getByRole("button", { name, exact: true });
  const audience = () => stack.mailchimp.audience(LAST_AUDIENCE);
  const path = async () => new URL((await frameOf(merchant.page)).url()).pathname;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 40 } }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  const open = async (where = "/") => {
    await merchant.close();
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId, where));
  };

  /** The step as it stands, at two widths and in both languages, each once in each theme: the Dashboard's switches are turned. */
  async function look(name: string): Promise<void> {
    const { page, app } = merchant;
    const turn = async (width: number, locale: string, theme: string) => {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.getByRole("combobox", { name: "Theme" }).selectOption(theme);
      await page.locator("#locale").selectOption(locale);
      await app.locator(`html[data-theme=${theme}][lang=${locale}]`).waitFor({ state: "attached" });
      await page.setViewportSize({ width, height: 900 });
    };
    for (const { width, locale, theme } of LOOKS) {
      await turn(width, locale, theme);
      await merchant.picture(`first-run-${name}-${theme}-${locale}-${width}`);
      expect(await merchant.barriers(), `${name} ${theme} ${locale} ${width}`).toEqual([]);
      const wide = await (await frameOf(page)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wide, `${name} at ${width} px in ${locale}`).toBeLessThanOrEqual(0);
    }
    await turn(1280, "en", "light");
    expect(merchant.complaints).toEqual([]);
  }

  it("opens by itself and asks for a provider, saying why", async () => {
    await firstRun(merchant);
    expect(await path()).toBe("/setup");
    await merchant.app.getByText("You can connect more than one later. Nothing is sent before you go live.").waitFor();
    for (const title of ["Mailchimp", "RetailCRM", "Mindbox"])
      await merchant.app.getByRole("button", { name: `Connect ${title}` }).waitFor();
    await look("provider");
  });

  it("is left for the overview, which shows what is left, also after a reload", async () => {
    await button("Leave, continue later").click();
    await merchant.app.getByRole("heading", { name: "CRM connections" }).waitFor();
    await open();
    await merchant.app.getByRole("heading", { name: "Finish setup" }).waitFor();
    await merchant.app.getByText("0 of 6 done. Next: Provider.").waitFor();
    await look("checklist");
    await button("Hide").click();
    await merchant.app.getByRole("heading", { name: "Finish setup" }).waitFor({ state: "detached" });
    await merchant.app.getByText("Finish setup 0 of 6 done. Next: Provider.").waitFor();
    await button("Continue").click();
    await firstRun(merchant);
  });

  it("leads through the app's own pages to connect and to choose where to", async () => {
    await connectBySignIn(merchant);
    await toast(merchant.page, "Mailchimp connected");
    await merchant.app.getByText("Choose an audience and save.", { exact: false }).first().waitFor();
    await look("settings");
    await chooseAudience(merchant, LAST_AUDIENCE);
    await save(merchant);
    await merchant.app.getByText("Chosen and saved.", { exact: false }).waitFor();
    await button("Continue").click();
  });

  it("finds its place again where it was interrupted", async () => {
    await open();
    await firstRun(merchant);
    await merchant.app.getByRole("heading", { name: "Is this what should arrive?" }).waitFor();
  });

  it("shows three real customers, what would be sent and what would not, and writes nothing", async () => {
    const cards = merchant.app.getByText(/^Would become a new contact in Mailchimp|^Would not be sent to Mailchimp/);
    await cards.nth(2).waitFor();
    expect(await cards.count()).toBe(3);
    await look("look");
    expect(audience().size).toBe(0);
    await button("Continue").click();
  });

  it("goes live, says what is sent from then on, and offers the full sync", async () => {
    await merchant.app.getByRole("heading", { name: "Send changes to Mailchimp from now on?" }).waitFor();
    await look("live");
    await button("Turn on live sync").click();
    await toast(merchant.page, "Live sync turned on");
    await merchant.app.getByText("Live sync is on: changes in Saleor are sent to Mailchimp.").waitFor();
    await button("Continue").click();
    await startFullSync(merchant);
    await merchant.app
      .getByText(/^Finished/)
      .first()
      .waitFor({ timeout: 60_000 });
    await look("full-sync");
  });

  it("is over then: the overview has no checklist, and opens as itself", async () => {
    await open();
    await merchant.app.getByRole("heading", { name: "CRM connections" }).waitFor();
    await merchant.app.getByText(/customers in sync/).waitFor();
    expect(await merchant.app.getByText("Finish setup").count()).toBe(0);
  });

  it("says to those who may not that somebody else has to do it", async () => {
    await merchant.close();
    const dashboard = await stack.openDashboard({ permissions: ["MANAGE_USERS"] });
    merchant = await visit(browser, dashboard.appPage(stack.appId, "/setup?step=target"));
    await merchant.app.getByText("Someone with “Manage apps” has to do these steps.").waitFor();
  });
});
