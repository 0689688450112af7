/** Every screen in both themes and two widths, for people with fewer rights, and for those who need more than a mouse. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { setUp, startFullSync } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

/** The frame is 1019 px wide in a window of 1280 (ui.md 1.1). */
const WIDTHS = [1280, 480] as const;

describe("How the pages look", () => {
  let stack: Stack;
  let browser: Browser;
  let seen: Visit;
  let connection = "";
  const screens = () =>
    [
      ["overview", "/"],
      ["connect", "/connect/mailchimp"],
      ["status", connection],
      ["settings", `${connection}/settings`],
      ["fields", `${connection}/fields`],
      ["consent", `${connection}/consent`],
    ] as const;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 60 } }), launchChromium()]);
    const merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant);
    connection = new URL((await frameOf(merchant.page)).url()).pathname.replace(/\/settings$/, "");
    await merchant.app.getByRole("link", { name: "Status", exact: true }).click();
    await startFullSync(merchant);
    await merchant.app
      .getByText(/^Finished/)
      .first()
      .waitFor();
    await merchant.close();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, seen));

  const open = async (path: string, options: { theme?: "light" | "dark"; permissions?: readonly string[]; width?: number } = {}) => {
    await seen?.close();
    const { width, ...page } = options;
    const dashboard = await stack.openDashboard(page);
    seen = await visit(browser, dashboard.appPage(stack.appId, path), { width });
    await seen.app.getByRole("heading", { level: 1 }).waitFor();
    await seen.app
      .locator("[aria-busy=true]")
      .first()
      .waitFor({ state: "detached" })
      .catch(() => undefined);
    return seen;
  };

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    it.each(["overview", "connect", "status", "settings", "fields", "consent"])(
      "%s has no barrier that axe finds, and nothing sideways",
      async (name) => {
        const path = screens().find(([one]) => one === name)![1];
        for (const width of WIDTHS) {
          const { picture, barriers, page, complaints } = await open(path, { theme, width });
          await picture(`${name}-${theme}-${width}`);
          expect(await barriers()).toEqual([]);
          const overflow = await (await frameOf(page)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
          expect(complaints).toEqual([]);
        }
      },
    );
  });

  it("follow the Dashboard's theme while they are open", async () => {
    const { page, app } = await open("/");
    const ground = async () =>
      (await frameOf(page)).evaluate(() => getComputedStyle(document.body).backgroundColor + document.documentElement.dataset.theme);
    const light = await ground();
    await page.getByRole("combobox", { name: "Theme" }).selectOption("dark");
    await expect.poll(ground).not.toBe(light);
    await app.getByRole("heading", { level: 1 }).waitFor();
  });

  it("say who can help where a person may not manage apps, and change nothing", async () => {
    await open(`${connection}/settings`, { permissions: ["MANAGE_USERS"] });
    await seen.app.getByText("You can look, not change.").waitFor();
    expect(await seen.app.getByRole("button", { name: "Save", exact: true }).count()).toBe(0);
    await seen.picture("settings-read-only");
    await open("/connect/mailchimp", { permissions: ["MANAGE_USERS"] });
    await seen.app.getByText("You need the permission “Manage apps” to connect a provider.").waitFor();
    await seen.picture("connect-no-permission");
  });

  it("start no full sync for a person who may not see customers, and say which permission is missing", async () => {
    await open(connection, { permissions: ["MANAGE_APPS"] });
    await seen.app.getByText(/needs the permissions “Manage apps” and “Manage customers”/).waitFor();
    await seen.picture("status-no-permission");
  });

  it("show a person without either permission nothing of the shop", async () => {
    await open("/", { permissions: ["MANAGE_ORDERS"] });
    await seen.app.getByText("You need the permission “Manage apps” or “Manage customers”.").first().waitFor();
    expect(await seen.app.locator("body").innerText()).not.toMatch(/Example Store|Zurich/);
    await seen.picture("overview-no-permission");
  });

  it("say before the start that this browser may not read customers from Saleor", async () => {
    stack.saleor.dials.cors = "refuse";
    await open(connection);
    await seen.app.getByText("This browser may not read customers from Saleor.").waitFor();
    await seen.picture("full-sync-cors");
    stack.saleor.dials.cors = "any";
  });

  it("are not shown in a frame of a page that is no Dashboard of ours", async () => {
    const policy = (await fetch(stack.app.url)).headers.get("content-security-policy");
    expect(policy).toMatch(/frame-ancestors https: http:\/\/localhost:\* http:\/\/127\.0\.0\.1:\*/);
    expect(policy).toMatch(/script-src 'self';/);
  });

  it("outside the Dashboard point back to it", async () => {
    await seen.close();
    seen = await visit(browser, `${stack.app.url}${connection}`);
    await seen.page.getByText("Open this page from your Saleor Dashboard.").waitFor();
    for (const path of ["/support", "/privacy"]) {
      await seen.page.goto(stack.app.url + path);
      await seen.page.getByRole("heading", { level: 1 }).waitFor();
    }
    expect(seen.complaints).toEqual([]);
  });
});
