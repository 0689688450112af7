/** A merchant brings Mindbox: keys typed, a wrong one told at its field, operations checked, tables filled, a full sync with refusals. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { eventually, firstRun, goTo, save, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

describe("A merchant on Mindbox", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  const textbox = (name: string | RegExp) => merchant.app.getByRole("textbox", { name });

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 300 } }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  it("finds the form for the keys, with the usual host filled in and no device", async () => {
    await firstRun(merchant);
    await merchant.app.getByRole("button", { name: "Connect Mindbox" }).click();
    await merchant.app.getByRole("heading", { name: "Connect Mindbox", exact: true }).waitFor();
    expect(await merchant.app.getByRole("combobox", { name: "API host" }).inputValue()).toBe("api.mindbox.ru");
    expect(await textbox(/Device UUID/).inputValue()).toBe("");
    expect(await merchant.barriers()).toEqual([]);
    await merchant.picture("mindbox-connect");
  });

  it("is told at the field itself what is wrong", async () => {
    await textbox(/Integration point/).fill("Nobody.Here");
    await textbox("Secret key").fill(stack.mindbox.secretKey);
    await textbox("Brand").fill(stack.mindbox.project.brand);
    await merchant.app.getByRole("button", { name: "Test" }).click();
    await merchant.app.getByRole("alert").filter({ hasText: "no such integration point" }).waitFor();
    expect(await textbox(/Integration point/).getAttribute("aria-invalid")).toBe("true");
    await merchant.picture("mindbox-connect-refused");
  });

  it("confirms the project and finds its one brand chosen", async () => {
    await textbox(/Integration point/).fill(stack.mindbox.project.endpointId);
    await merchant.app.getByRole("button", { name: "Test" }).click();
    await merchant.app.getByRole("heading", { name: "Connect this Mindbox account?" }).waitFor();
    await merchant.picture("mindbox-confirm");
    await merchant.app.getByRole("button", { name: "Connect", exact: true }).click();
    await toast(merchant.page, "Mindbox connected");
    await eventually(
      () => merchant.app.getByRole("combobox", { name: "Brand" }).inputValue(),
      (value) => value === stack.mindbox.project.brand,
    );
  });

  it("checks an operation as it is typed, and what was said goes with the next letter", async () => {
    await merchant.app.getByText("Your Mindbox manager sets them up and tells you the names").waitFor();
    const field = textbox("Import customer");
    await field.fill("Saleor.Imprt");
    await merchant.app.getByRole("button", { name: "Check: Import customer" }).click();
    await merchant.app.getByText("Mindbox knows no operation Saleor.Imprt").waitFor();
    await merchant.picture("mindbox-check-refused");
    await field.fill("Saleor.ImportCustomer");
    await merchant.app.getByText("Mindbox knows no operation").waitFor({ state: "detached" });
    await merchant.app.getByRole("button", { name: "Check: Get customer" }).click();
    await merchant.app.getByText("Mindbox looked for a made-up customer").waitFor();
  });

  it("fills a table by keyboard: the focus follows what is added and removed", async () => {
    const rows = merchant.app.getByRole("group", { name: "Custom fields" });
    await rows.getByRole("button", { name: "Add a field" }).press("Enter");
    const focused = () => merchant.app.locator(":focus").getAttribute("aria-label");
    await eventually(focused, (label) => label === "System name, row 1");
    await merchant.page.keyboard.type("vipPoints");
    await rows.getByRole("button", { name: "Add a field" }).press("Enter");
    await eventually(focused, (label) => label === "System name, row 2");
    await merchant.page.keyboard.type("no blanks");
    await merchant.app.getByRole("button", { name: "Save", exact: true }).click();
    await rows.getByRole("alert").filter({ hasText: "Latin letters and digits" }).waitFor();
    await toast(merchant.page, "Look at the marked fields.");
    await rows.getByRole("button", { name: "Remove row 2" }).press("Enter");
    await eventually(focused, (label) => label === "Remove row 1");
    expect(await merchant.barriers()).toEqual([]);
    await merchant.picture("mindbox-settings");
    await save(merchant);
    await merchant.page.reload();
    await eventually(
      () => textbox("System name, row 1").inputValue(),
      (value) => value === "vipPoints",
    );
  });

  it("stays readable on a narrow screen", async () => {
    await merchant.page.setViewportSize({ width: 480, height: 900 });
    await textbox("System name, row 1").scrollIntoViewIfNeeded();
    await merchant.picture("mindbox-settings-480");
    const frame = merchant.app.locator("html");
    expect(await frame.evaluate((html) => html.scrollWidth <= html.clientWidth)).toBe(true);
    await merchant.page.setViewportSize({ width: 1280, height: 900 });
  });

  it("can be read in the dark as well", async () => {
    const theme = merchant.page.getByRole("combobox", { name: "Theme" });
    await theme.selectOption("dark");
    await merchant.app.locator("html[data-theme=dark]").waitFor({ state: "attached" });
    await merchant.app.getByRole("button", { name: "Check: Get customer" }).click();
    await merchant.app.getByText("Mindbox looked for a made-up customer").waitFor();
    expect(await merchant.barriers()).toEqual([]);
    await merchant.picture("mindbox-settings-dark");
    await theme.selectOption("light");
  });

  it("sends a changed customer at once, and everybody by a full sync", async () => {
    await merchant.app.getByRole("button", { name: "Live sync" }).click();
    await toast(merchant.page, "Live sync turned on");
    const customer = stack.saleor.customers.all().find((person) => !person.isStaff)!;
    await stack.saleor.customers.update(customer.id, { firstName: "Renamed" });
    await eventually(
      () => stack.mindbox.card("saleorId", customer.id)?.values.firstName,
      (name) => name === "Renamed",
    );
    await goTo(merchant, "Status");
    await merchant.app.getByText("300 customers in Saleor").waitFor();
    await merchant.app.getByRole("button", { name: "Start full sync" }).click();
    await merchant.app
      .getByText(/^Finished/)
      .first()
      .waitFor({ timeout: 60_000 });
    await merchant.picture("mindbox-finished");
    expect(stack.mindbox.cards().length).toBeGreaterThan(280);
    expect(stack.mindbox.violations).toEqual([]);
    expect(stack.mindbox.statusWrites()).toEqual([]);
  });

  it("says what to do when an operation was renamed at Mindbox", async () => {
    stack.mindbox.change({
      operations: Object.fromEntries(Object.entries(stack.mindbox.project.operations).filter(([name]) => name !== "Saleor.ImportCustomer")),
    });
    const customer = stack.saleor.customers.all().find((person) => !person.isStaff)!;
    await stack.saleor.customers.update(customer.id, { lastName: "Stopped" });
    await merchant.app.getByText("Mindbox knows no operation Saleor.ImportCustomer").first().waitFor();
    await merchant.picture("mindbox-stopped");
    expect(merchant.complaints).toEqual([]);
  });
});
