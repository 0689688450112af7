/** RetailCRM's first day: address and key, what the key may do, a site, live, a full sync with refusals, a new key. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { FIRST_SITE } from "../sandbox/retailcrm/index";
import { eventually, firstRun, goTo, save, startFullSync, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

describe("RetailCRM, by address and key", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  const field = (name: string) => merchant.app.getByRole("textbox", { name });
  const button = (name: string) => merchant.app.getByRole("button", { name, exact: true });
  const text = (pattern: RegExp | string) => merchant.app.getByText(pattern).first();

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 2000 } }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  async function test(address: string, key: string): Promise<void> {
    await field("Account address").fill(address);
    await field("API key").fill(key);
    await button("Test the key").click();
  }

  it("is offered beside Mailchimp, and says what it needs", async () => {
    await firstRun(merchant);
    await merchant.picture("retailcrm-offered");
    await button("Connect RetailCRM").click();
    await text(/^The address of your account, and a key/).waitFor();
    await merchant.picture("retailcrm-connect");
  });

  it("says beside the field what is wrong with it", async () => {
    await test("my shop", stack.retailcrm.keys.main.value);
    await text(/^This is not an address/).waitFor();
    await test(stack.retailcrm.address, "0".repeat(32));
    await text(/does not accept this key/).waitFor();
    await merchant.picture("retailcrm-wrong-key");
  });

  it("names the account, the sites of the key, and the permissions that it lacks", async () => {
    await test("example-shop.retailcrm.ru/admin/", stack.retailcrm.keys.readOnly.value);
    await merchant.app.getByRole("heading", { name: "Connect this RetailCRM account?" }).waitFor();
    await text("example-shop (example-shop.retailcrm.ru)").waitFor();
    await text(/Main shop, Outlet/).waitFor();
    await text(/lacks the permission customer_write/).waitFor();
    await merchant.picture("retailcrm-permissions");
    expect(await merchant.barriers()).toEqual([]);
    await button("Use another account").click();
  });

  it("connects, and asks for a site", async () => {
    await test(stack.retailcrm.address, stack.retailcrm.keys.main.value);
    await merchant.app.getByRole("heading", { name: "Connect this RetailCRM account?" }).waitFor();
    await merchant.picture("retailcrm-confirm");
    await button("Connect").click();
    await toast(merchant.page, "RetailCRM connected");
    await merchant.app.getByRole("combobox", { name: "Site" }).click();
    await merchant.app.getByRole("option", { name: /Main shop/ }).click();
    await merchant.picture("retailcrm-settings");
    expect(await merchant.barriers()).toEqual([]);
    await save(merchant);
  });

  it("says plainly that the API deletes nobody", async () => {
    await text(/API cannot delete customers/).waitFor();
  });

  it("sends a changed customer once live sync is on", async () => {
    const [customer] = stack.saleor.customers.all();
    await button("Live sync").click();
    await toast(merchant.page, "Live sync turned on");
    await stack.saleor.customers.update(customer!.id, { firstName: "Renamed" });
    const held = await eventually(
      () => stack.retailcrm.customer(customer!.email),
      (found) => found?.firstName === "Renamed",
    );
    expect(held?.tags).toContain("Saleor Import");
  });

  it("runs a full sync of 2,000 in which RetailCRM refuses five, and says which and why", async () => {
    const people = stack.saleor.customers.all().filter((person) => !person.isStaff);
    for (const [n, person] of people.slice(100, 105).entries())
      await stack.saleor.customers.changeEmail(person.id, `${"long".repeat(22)}.${n}@mail.test-shop.dev`, { silent: true });
    stack.retailcrm.seed([{ email: people[110]!.email, tags: ["by hand"] }, { email: people[111]!.email }, { email: people[111]!.email }]);
    await goTo(merchant, "Status");
    await text("2,000 customers in Saleor").waitFor();
    await merchant.picture("retailcrm-before");
    await merchant.app.getByRole("button", { name: "Start full sync" }).click();
    await text(/switch them off until the sync has finished/).waitFor();
    await merchant.picture("retailcrm-asks");
    await button("Back").click();
    await startFullSync(merchant);
    await text("Finished with 5 refused").waitFor({ timeout: 90_000 });
    await merchant.picture("retailcrm-finished");
    const table = await merchant.app.getByRole("table", { name: "Customers by reason" }).innerText();
    expect(table).toMatch(/does not accept this e-mail address/);
    expect(table).toMatch(/Several customers of the site have this e-mail/);
    expect(stack.retailcrm.customer(people[110]!.email)?.tags).toContain("by hand");
    expect(stack.retailcrm.customers(FIRST_SITE).length).toBeGreaterThan(1970);
    expect(stack.retailcrm.throttled).toBe(0);
    expect([stack.retailcrm.statusWrites, stack.retailcrm.tagReplacements]).toEqual([[], []]);
  });

  it("asks for a new key when the old one is revoked, keeps the site, and goes on", async () => {
    stack.retailcrm.revokeKeys();
    const person = stack.saleor.customers.all()[300]!;
    await stack.saleor.customers.update(person.id, { lastName: "Waiting" });
    await button("Reconnect").click();
    await test(stack.retailcrm.address, stack.retailcrm.keys.main.value);
    await button("Connect").click();
    await toast(merchant.page, "RetailCRM connected");
    await eventually(
      () => stack.retailcrm.customer(person.email)?.lastName,
      (name) => name === "Waiting",
    );
    await goTo(merchant, "Status");
    await merchant.app
      .getByText(/Needs attention|Live/)
      .first()
      .waitFor();
    await merchant.picture("retailcrm-again");
  });

  it("gave the browser and the vendor nothing to complain about", () => {
    expect(merchant.complaints).toEqual([]);
    expect(stack.retailcrm.violations).toEqual([]);
  });
});
