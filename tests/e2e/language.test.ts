/** Russian by the Dashboard's language, or by the person's own choice; every screen whole in it at both widths. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { setUp, startFullSync } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

describe("The language of the pages", () => {
  let stack: Stack;
  let browser: Browser;
  let seen: Visit;
  let connection = "";
  const heading = (name: string) => seen.app.getByRole("heading", { level: 1, name }).waitFor();
  const choice = () => seen.app.getByRole("combobox", { name: /^(Language|Язык)$/ });
  /** The choice is kept on the server: nobody leaves the page before that has answered. */
  const heardBy = async (choose: () => Promise<unknown>) => {
    await Promise.all([seen.page.waitForResponse((answer) => answer.url().includes("setLanguage")), choose()]);
  };
  const spoken = async () => (await frameOf(seen.page)).evaluate(() => document.documentElement.lang);

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 60 } }), launchChromium()]);
    await stack.saleor.customers.create({ email: "nobody@example.com", firstName: "Nobody" });
    seen = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(seen);
    connection = new URL((await frameOf(seen.page)).url()).pathname.replace(/\/settings$/, "");
    await seen.app.getByRole("link", { name: "Status", exact: true }).click();
    await startFullSync(seen);
    await seen.app
      .getByText(/^Finished/)
      .first()
      .waitFor({ timeout: 60_000 });
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, seen));

  interface Opening {
    locale?: string;
    width?: number;
    theme?: "light" | "dark";
    prepare?: (page: Page) => Promise<void>;
  }
  const open = async (path: string, { width, prepare, ...dashboardLook }: Opening = {}) => {
    await seen.close();
    const dashboard = await stack.openDashboard(dashboardLook);
    seen = await visit(browser, dashboard.appPage(stack.appId, path), { width, prepare });
    await seen.app.getByRole("heading", { level: 1 }).waitFor();
  };

  it("is the Dashboard's, and follows it while the page is open", async () => {
    await open("/", { locale: "ru" });
    await heading("Подключения CRM");
    expect(await spoken()).toBe("ru");
    await seen.page.getByRole("combobox", { name: "Language" }).first().selectOption("en");
    await heading("CRM connections");
    await seen.page.getByRole("combobox", { name: "Language" }).first().selectOption("pl");
    await heading("CRM connections");
  });

  it("is the Dashboard's also where that says it before the page's own code is there", async () => {
    await open("/", { locale: "ru", prepare: saysItsLanguageEarly });
    await heading("Подключения CRM");
  });

  it("is the person's own where they chose one, also after a reload, until they take it back", async () => {
    await open("/", { locale: "en" });
    await heardBy(() => choice().selectOption({ label: "Русский" }));
    await heading("Подключения CRM");
    await seen.page.reload();
    await heading("Подключения CRM");
    await heardBy(() => choice().selectOption({ label: "Как в панели управления" }));
    await heading("CRM connections");
    expect(await spoken()).toBe("en");
  });

  it("counts in Russian: one, few and many", async () => {
    await open(connection, { locale: "ru" });
    await seen.app
      .getByText(/^61 покупатель:/)
      .first()
      .waitFor();
  });

  const screens = { overview: "/", connect: "/connect/mailchimp", status: "", settings: "/settings", activity: "/activity", runs: "/runs" };
  it.each(Object.keys(screens) as (keyof typeof screens)[])(
    "leaves %s whole: nothing cut, nothing sideways, no barrier, no key for a word",
    async (name) => {
      for (const [width, theme] of [
        [1280, "light"],
        [480, "dark"],
      ] as const) {
        const path = screens[name];
        await open(name === "overview" || name === "connect" ? path : connection + path, { locale: "ru", width, theme });
        await seen.app
          .locator("[aria-busy=true]")
          .first()
          .waitFor({ state: "detached" })
          .catch(() => undefined);
        await seen.picture(`ru-${name}-${theme}-${width}`);
        expect(await seen.barriers()).toEqual([]);
        const frame = await frameOf(seen.page);
        expect(await frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
        expect(await frame.evaluate(() => document.body.innerText)).not.toMatch(
          /\b(overview|activity|fullSync|settings|runs|nav|reason|health)\.\w/,
        );
      }
    },
  );
});

/** The Dashboard's one message about its language comes while the page's scripts are still on their way, and never again. */
async function saysItsLanguageEarly(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (window.self === window.top) return;
    const swallow = (event: MessageEvent<{ type?: string } | null>) => {
      if (event.data?.type === "localeChanged") event.stopImmediatePropagation();
    };
    window.addEventListener("load", () => window.addEventListener("message", swallow, true));
  });
  await page.route("**/_next/static/**", async (route) => {
    await page.waitForFunction("window.dashboard?.frame");
    await page.evaluate('window.dashboard.frame.send("localeChanged", { locale: "ru" })');
    await route.continue();
  });
}
