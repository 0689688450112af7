/** Activity: who was sent, who was not and why; found by e-mail, tried again, taken along as a file. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { eventually, setUp, startFullSync } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

const CUSTOMERS = 150;

describe("Activity", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  let address = "";
  let inspected = "";
  const table = () => merchant.app.getByRole("table");
  const row = (name: string | RegExp) => table().getByRole("row", { name });
  const button = (name: string | RegExp) => merchant.app.getByRole("button", { name });
  const segment = (name: RegExp) => merchant.app.getByRole("navigation", { name: "Customers by state" }).getByRole("link", { name });

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: CUSTOMERS } }), launchChromium()]);
    await stack.saleor.customers.create({ email: "nobody@example.com", firstName: "Nobody", lastName: "Known" });
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant);
    address = new URL((await frameOf(merchant.page)).url()).pathname.replace(/settings$/, "activity");
    await merchant.app.getByRole("link", { name: "Activity", exact: true }).click();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  it("says what will be here while nobody was sent", async () => {
    await merchant.app.getByRole("heading", { name: "Nothing was sent yet" }).waitFor();
    await merchant.picture("activity-empty");
    await button("Start full sync").click();
    await startFullSync(merchant);
    await merchant.app
      .getByText(/^Finished/)
      .first()
      .waitFor({ timeout: 60_000 });
    await merchant.app.getByRole("link", { name: "Activity", exact: true }).click();
  });

  it("shows everybody by name, with only those in sight in the page", async () => {
    await segment(new RegExp(`^All ${CUSTOMERS + 1}$`)).waitFor();
    const [someone] = stack.saleor.customers.all();
    await merchant.app
      .getByText(/@shop|@/)
      .first()
      .waitFor();
    expect(someone).toBeTruthy();
    expect(await table().getAttribute("aria-rowcount")).toBe("101");
    expect(await table().getByRole("row").count()).toBeLessThan(60);
    await merchant.app.getByRole("region", { name: /what became of them/ }).evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await table().locator('[aria-rowindex="101"]').waitFor();
    await merchant.picture("activity-all");
  });

  it("pages to older customers and back, and keeps its place in the address", async () => {
    await button("Older").click();
    await eventually(
      () => table().getAttribute("aria-rowcount"),
      (count) => count === String(CUSTOMERS + 1 - 100 + 1),
    );
    await merchant.page.waitForURL(/after=/);
    await merchant.page.reload();
    await eventually(
      () => table().getAttribute("aria-rowcount"),
      (count) => count === String(CUSTOMERS + 1 - 100 + 1),
    );
    await button("Newer").click();
    await eventually(
      () => table().getAttribute("aria-rowcount"),
      (count) => count === "101",
    );
  });

  it("filters by state and reason, and says why in plain words", async () => {
    await segment(/^Refused 1$/).click();
    await row(/Nobody Known/).waitFor();
    await row(/Nobody Known/)
      .getByRole("cell", { name: /fake or test address/ })
      .last()
      .waitFor();
    await merchant.app.getByRole("combobox", { name: "Reason" }).selectOption({ index: 1 });
    await row(/Nobody Known/).waitFor();
    await merchant.page.waitForURL(/reason=/);
    expect(merchant.page.url()).not.toMatch(/nobody|@|%40/i);
    await merchant.picture("activity-refused");
  });

  it("downloads what is filtered, with names only when asked", async () => {
    const download = async (names: RegExp) => {
      await button("Download CSV").click();
      const dialog = merchant.app.getByRole("dialog");
      await dialog.getByRole("radio", { name: names }).click();
      const [file] = await Promise.all([
        merchant.page.waitForEvent("download"),
        dialog.getByRole("button", { name: "Download rows" }).click(),
      ]);
      await dialog.waitFor({ state: "detached" });
      return readFileSync((await file.path())!, "utf8");
    };
    const without = await download(/^Without names/);
    expect(without.trim().split("\r\n")).toHaveLength(2);
    expect(without).not.toMatch(/Nobody|@/);
    expect(await download(/^With names/)).toMatch(/Nobody Known,nobody@example\.com/);
  });

  it("tries the filtered again, and one", async () => {
    const asked = stack.mailchimp.requests.length;
    await button("Try again (1)").click();
    await eventually(
      () => stack.mailchimp.requests.length,
      (now) => now > asked,
    );
    await segment(/^Refused 1$/).waitFor();
    await row(/Nobody Known/)
      .getByRole("button", { name: "Sync Nobody Known now" })
      .click();
    await eventually(
      () => stack.mailchimp.requests.length,
      (now) => now > asked + 1,
    );
  });

  it("finds a customer by e-mail, and tells the unknown from the never due", async () => {
    await segment(/^All/).click();
    const person = stack.saleor.customers.all().find(({ email }) => email !== "nobody@example.com")!;
    const find = merchant.app.getByRole("searchbox", { name: "Search by e-mail" });
    await find.fill(person.email);
    await eventually(
      () => table().getAttribute("aria-rowcount"),
      (count) => count === "2",
    );
    await table().getByText(person.email).waitFor();
    await find.fill("stranger@shop-one.dev");
    await merchant.app.getByText("No customer with this e-mail in Saleor.").waitFor();
    await stack.saleor.customers.create({ email: "late@shop-one.dev", firstName: "Late" });
    await find.fill("late@shop-one.dev");
    await merchant.app.getByText("Known in Saleor, never due for Mailchimp.").waitFor();
    await find.press("Escape");
    await segment(/^All/).waitFor();
    await row(/Open .* in Saleor/)
      .first()
      .getByRole("button", { name: /Open .* in Saleor/ })
      .click();
    const asked = () =>
      merchant.page.evaluate(() =>
        (window as unknown as { dashboard: { log: { redirect?: string; newContext?: boolean }[] } }).dashboard.log.at(-1),
      );
    const told = await eventually(asked, (last) => last !== undefined);
    expect(told).toMatchObject({ redirect: expect.stringMatching(/^\/customers\/VXNlcj/), newContext: true });
  });

  it("looks closely at one customer: what Saleor says, what is sent, what is there, and why not", async () => {
    await segment(/^Refused 1$/).click();
    await row(/Nobody Known/)
      .getByRole("link", { name: "Nobody Known" })
      .click();
    await merchant.app.getByText("Why was this refused?").waitFor();
    await merchant.app.getByText("Mailchimp has no such contact.").waitFor();
    await merchant.app.getByRole("link", { name: "All customers" }).click();
    await segment(/^In sync/).click();
    const link = table().getByRole("rowheader").getByRole("link").first();
    await link.click();
    await merchant.app.getByText("Mailchimp has everything that we send.").waitFor();
    await merchant.page.waitForURL(/customer=VXNlcj/);
    await button("Sync now").click();
    await merchant.app
      .getByText(/Mailchimp already had all of this/)
      .first()
      .waitFor();
    await merchant.app.getByRole("region", { name: "Last answers" }).waitFor();
    // Of a stand-in there is no page at the vendor to lead to.
    expect(await button(/^Open in Mailchimp/).count()).toBe(0);
    inspected = `${address}?customer=${encodeURIComponent(new URL(merchant.page.url()).searchParams.get("customer")!)}`;
  });

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    it.each([1280, 480])("has no barrier that axe finds and nothing sideways at %i px", async (width) => {
      await merchant.close();
      const dashboard = await stack.openDashboard({ theme });
      merchant = await visit(browser, dashboard.appPage(stack.appId, address), { width });
      await table().getByText("@").first().waitFor();
      await merchant.picture(`activity-${theme}-${width}`);
      expect(await merchant.barriers()).toEqual([]);
      const overflow = await (await frameOf(merchant.page)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      expect(merchant.complaints).toEqual([]);
    });
  });

  it.each([1280, 480])("shows one customer without a barrier in both themes at %i px", async (width) => {
    for (const theme of ["light", "dark"] as const) {
      await merchant.close();
      const dashboard = await stack.openDashboard({ theme });
      merchant = await visit(browser, dashboard.appPage(stack.appId, inspected), { width });
      await merchant.app.getByText("Mailchimp has everything that we send.").waitFor();
      await merchant.picture(`inspector-${theme}-${width}`);
      expect(await merchant.barriers()).toEqual([]);
      const overflow = await (await frameOf(merchant.page)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });

  it("shows ids and says why to a person who may not see customers", async () => {
    await merchant.close();
    const dashboard = await stack.openDashboard({ permissions: ["MANAGE_APPS"] });
    merchant = await visit(browser, dashboard.appPage(stack.appId, address));
    await merchant.app.getByText(/You see ids instead of names/).waitFor();
    expect(await merchant.app.locator("body").innerText()).not.toMatch(/@/);
    expect(await button(/Download CSV|Try again/).count()).toBe(0);
    await merchant.picture("activity-no-permission");
  });
});
