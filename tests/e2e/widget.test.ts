/** On the Dashboard's own customer pages: the widget, the entries of the menus, what they say to whom. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import type { DashboardOptions } from "../sandbox/saleor/dashboard/host";
import { eventually, LAST_AUDIENCE, setUp } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

type Look = Omit<DashboardOptions, "saleor" | "appUrl"> & { width?: number };

/** In a window of 1280 px the widget has 291 px (ui.md 1.1). */
const WIDTHS = [1280, 480] as const;

describe.each(["3.23.28", "3.21.69"])("On the customer pages of %s", (version) => {
  const hasWidgets = version !== "3.21.69";
  let stack: Stack;
  let browser: Browser;
  let seen: Visit;
  const audience = () => stack.mailchimp.audience(LAST_AUDIENCE);
  const person = (index: number) => stack.saleor.customers.all().filter(({ isStaff }) => !isStaff)[index]!;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 25, version } }), launchChromium()]);
    seen = await visit(browser, stack.dashboard.customerPage(person(0).id));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, seen));

  const open = async (customerId: string | undefined, { width, ...look }: Look = {}) => {
    await seen.close();
    const dashboard = await stack.openDashboard(look);
    seen = await visit(browser, dashboard.customerPage(customerId), { width });
  };
  /** The widget, or the pop-up where this core has no widgets. */
  const place = () => (hasWidgets ? seen.app : seen.popup);
  const frame = hasWidgets ? "#frame" : "#popup";
  const openCustomer = async (customerId: string, look?: Look) => {
    await open(customerId, look);
    if (!hasWidgets) await seen.page.getByRole("button", { name: "CRM sync state" }).click();
  };

  it("says that no provider is connected, and leads to the app", async () => {
    await openCustomer(person(0).id);
    await place().getByText("No provider is connected.").waitFor();
    const [tab] = await Promise.all([seen.context.waitForEvent("page"), place().getByRole("link", { name: "Set up" }).click()]);
    await tab.waitForURL(/\/extensions\/app\//);
    await tab.close();
    expect(await seen.barriers(frame)).toEqual([]);
  });

  it("shows a customer that was not sent yet, and Sync now turns its row", async () => {
    await seen.close();
    seen = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(seen);
    await openCustomer(person(0).id);
    await place().getByText("Not sent yet").waitFor();
    await place().getByText("Live sync is off. Sync now sends this customer.").waitFor();
    await seen.picture(`widget-never-${version}`);
    expect(audience().member(person(0).email)).toBeUndefined();
    await place().getByRole("button", { name: "Sync now" }).click();
    await place().getByText("In sync", { exact: true }).waitFor();
    await place()
      .getByText(/^Sent .* ago|^Sent now/)
      .waitFor();
    expect(audience().member(person(0).email)?.merge_fields.FNAME).toBe(person(0).firstName);
    expect(seen.complaints).toEqual([]);
  });

  it("says why a customer was refused, and opens the app at that customer", async () => {
    audience().forget(person(1).email);
    await openCustomer(person(1).id);
    await place().getByRole("button", { name: "Sync now" }).click();
    await place()
      .getByText(/permanently deleted in Mailchimp/)
      .waitFor();
    await seen.picture(`widget-refused-${version}`);
    const why = place().getByRole("link", { name: "Why, at Mailchimp? (opens in a new tab)" });
    const [tab] = await Promise.all([seen.context.waitForEvent("page"), why.click()]);
    await tab.waitForURL((url) => url.pathname.includes("/activity") && url.searchParams.get("customer") === person(1).id);
    await tab.frameLocator("#frame").getByText("Why was this refused?").waitFor();
    await tab.close();
  });

  it("names the permission that is missing, and shows nothing of the customer", async () => {
    await openCustomer(person(0).id, { permissions: ["MANAGE_APPS"] });
    await place().getByText("You need the permission “Manage customers”.").waitFor();
    expect(await place().locator("body").innerText()).not.toMatch(/Mailchimp/);
    await seen.picture(`widget-no-permission-${version}`);
    expect(await seen.barriers(frame)).toEqual([]);
  });

  it("keeps no one waiting where the app does not answer", async () => {
    await openCustomer(person(0).id);
    await place().getByText("In sync", { exact: true }).waitFor();
    await seen.context.route("**/api/trpc/**", (route) => route.fulfill({ status: 500, body: "{}" }));
    await place().getByRole("button", { name: "Sync now" }).click();
    await place().getByText("This app did not answer. Try again in a moment.").waitFor();
  });

  it.each(["light", "dark"] as const)("has no barrier in the %s theme, in either language, nothing sideways", async (theme) => {
    for (const width of WIDTHS)
      for (const locale of ["en", "ru"]) {
        await openCustomer(person(1).id, { theme, locale, width });
        await place()
          .getByRole("button", { name: locale === "en" ? "Sync now" : "Синхронизировать" })
          .waitFor();
        await seen.picture(`widget-${version}-${theme}-${locale}-${width}`);
        expect(await seen.barriers(frame)).toEqual([]);
        const wide = await (await frameOf(seen.page, frame)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(wide, `at ${width} px in ${locale}`).toBeLessThanOrEqual(0);
      }
  });

  it("sends the ticked customers of the list, and says what became of them", async () => {
    await open(undefined);
    const entry = seen.page.getByRole("button", { name: "Sync selected with CRM" });
    await entry.click();
    await seen.popup.getByText("No customer is selected.").waitFor();
    await seen.page.getByRole("button", { name: "Close" }).click();
    const chosen = [1, 2, 3].map(person);
    for (const { email } of chosen) await seen.page.getByRole("checkbox", { name: email, exact: true }).check();
    await entry.click();
    await seen.popup.getByRole("heading", { name: "Sync 3 customers?" }).waitFor();
    expect(await seen.barriers("#popup")).toEqual([]);
    await seen.picture(`selected-${version}`);
    await seen.popup.getByRole("button", { name: "Sync 3 customers" }).click();
    await seen.popup.getByText("Finished. You can close this window.").waitFor();
    await seen.popup.getByText(/2 in sync and 1 refused|1 refused and 2 in sync/).waitFor();
    await seen.picture(`selected-done-${version}`);
    for (const { email } of chosen.slice(1)) expect(audience().member(email)).toBeDefined();
    expect(await seen.barriers("#popup")).toEqual([]);
  });

  it("a pop-up that was open for too long says so", async () => {
    await open(person(0).id, { tokenTtlSeconds: -60 });
    await seen.page.getByRole("button", { name: "CRM sync state" }).click();
    await seen.popup.getByText("This window has been open too long. Close it and open it again.").waitFor();
  });

  it.runIf(hasWidgets)("is as high as what it says", async () => {
    await openCustomer(person(0).id);
    await place().getByText("In sync", { exact: true }).waitFor();
    const frameHeight = async () => (await seen.page.locator("#frame").boundingBox())?.height ?? 0;
    const said = async () => (await frameOf(seen.page)).evaluate(() => document.querySelector("main")?.getBoundingClientRect().height ?? 0);
    const own = await said();
    await eventually(frameHeight, (height) => Math.abs(height - own) < 2);
  });

  it.runIf(hasWidgets)("loads nothing of the app's own pages", async () => {
    const loaded: string[] = [];
    await seen.close();
    seen = await visit(browser, "about:blank");
    seen.page.on("request", (request) => request.resourceType() === "script" && loaded.push(request.url()));
    await seen.page.goto(stack.dashboard.customerPage(person(0).id));
    await place().getByText("In sync", { exact: true }).waitFor();
    const scripts = await Promise.all(loaded.filter((url) => url.startsWith(stack.app.url)).map(async (url) => (await fetch(url)).text()));
    const all = scripts.join("");
    expect(all.length).toBeGreaterThan(100_000);
    expect(all).not.toMatch(/data-macaw-ui-component|QueryClientProvider|subscriptionExchange/);
  });
});
