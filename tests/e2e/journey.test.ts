/** A merchant's first day, in one browser: install, connect, choose, live, full sync with refusals. Each step stands on the one before. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { chooseAudience, connectBySignIn, eventually, goTo, LAST_AUDIENCE, save, startFullSync, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

describe("A merchant's first day", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  let appId = "";
  const audience = () => stack.mailchimp.audience(LAST_AUDIENCE);

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 2000 }, install: false }), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  afterEach((context) => onFailure(context, merchant));

  it("installs from the app's own page", async () => {
    merchant = await visit(browser, stack.app.url);
    const { page } = merchant;
    await page.getByRole("textbox", { name: "Address of your shop or Dashboard" }).fill(stack.dashboard.url);
    await merchant.picture("outside");
    await page.getByRole("button", { name: "Install in your Saleor Dashboard" }).click();
    await page.getByRole("button", { name: "Install", exact: true }).click();
    await merchant.app.getByRole("heading", { name: "CRM connections" }).waitFor();
    appId = stack.saleor.installedApps()[0]?.id ?? "";
    expect(stack.saleor.app(appId)?.permissions).toEqual(["MANAGE_USERS"]);
    await merchant.picture("overview-empty");
  });

  it("connects Mailchimp in a tab that the Dashboard opens, and confirms the account", async () => {
    await connectBySignIn(merchant);
    await toast(merchant.page, "Mailchimp connected");
    await merchant.app
      .getByText(/Example Store/)
      .first()
      .waitFor();
  });

  it("chooses the last of fourteen audiences", async () => {
    await chooseAudience(merchant, LAST_AUDIENCE);
    await merchant.picture("settings-unsaved");
    await save(merchant);
  });

  it("finds the saved audience chosen when the page is opened again", async () => {
    await merchant.page.reload();
    await eventually(
      () => merchant.app.getByRole("combobox", { name: "Audience" }).inputValue(),
      (value) => value.startsWith(LAST_AUDIENCE),
    );
    await merchant.picture("settings");
  });

  it("says on the status page that changes are not sent yet, and offers to turn it on", async () => {
    await goTo(merchant, "Status");
    await merchant.app.getByText("Live sync is off.").waitFor();
    await merchant.app.getByRole("button", { name: "Turn on live sync" }).waitFor();
    await merchant.picture("status-off");
  });

  it("sends nothing before live sync is on, and a changed customer once it is", async () => {
    const [customer] = stack.saleor.customers.all();
    await goTo(merchant, "Settings");
    await merchant.app.getByRole("button", { name: "Live sync" }).click();
    await toast(merchant.page, "Live sync turned on");
    await merchant.app.getByText("Customers that already exist are not sent by live sync.").waitFor();
    expect(audience().size).toBe(0);
    await stack.saleor.customers.update(customer!.id, { firstName: "Renamed" });
    const member = await eventually(
      () => audience().member(customer!.email),
      (found) => found?.merge_fields.FNAME === "Renamed" && found.tags.includes("Saleor Import"),
    );
    expect(member?.status).toBe("transactional");
  });

  it("does not call one customer all of them, and leads to the full sync", async () => {
    await merchant.app.getByRole("link", { name: /Overview/ }).click();
    await merchant.app.getByText("1 customer in sync.").waitFor();
    expect(await merchant.app.locator("body").innerText()).not.toMatch(/%/);
    await merchant.picture("overview-unsynced");
    await merchant.app.getByRole("button", { name: "Start full sync" }).click();
    await merchant.app.getByText("2,000 customers in Saleor · 1 contact in").waitFor();
  });

  it("runs a full sync of 2,000 in which Mailchimp refuses some, and says which and why", async () => {
    const people = stack.saleor.customers.all().filter((person) => !person.isStaff);
    audience().forget(people[100]!.email);
    audience().forget(people[101]!.email);
    await stack.saleor.customers.changeEmail(people[102]!.id, "somebody@example.com", { silent: true });
    audience().seed([{ email: people[103]!.email, status: "subscribed" }, { email: people[104]!.email }]);
    audience().archive(people[104]!.email);
    await merchant.picture("full-sync-before");
    await merchant.app.getByRole("button", { name: "Start full sync" }).click();
    await merchant.picture("full-sync-asks");
    await merchant.app.getByRole("button", { name: "Back" }).click();
    await startFullSync(merchant);
    await merchant.app.getByRole("progressbar", { name: "Full sync" }).waitFor();
    await merchant.picture("full-sync-running");
    await merchant.app.getByText("Finished with 3 refused").waitFor({ timeout: 60_000 });
    await merchant.picture("full-sync-finished");
    await merchant.app.getByText(/^2,000 customers:/).waitFor();
    const table = merchant.app.getByRole("table", { name: "Customers by reason" });
    expect(await table.innerText()).toMatch(/permanently deleted in Mailchimp/);
    expect(await table.innerText()).toMatch(/fake or test address/);
    expect(await table.innerText()).toMatch(/archived in Mailchimp/);
    expect(await table.innerText()).toMatch(/In sync\s+The tags in Saleor are not valid JSON, so they were not sent\.\s+10/);
    expect(audience().member(people[103]!.email)?.status).toBe("subscribed");
    expect(stack.mailchimp.statusWrites()).toEqual([]);
  });

  it("downloads who was not sent as CSV, without names and addresses", async () => {
    const button = merchant.app.getByRole("button", { name: "Download CSV" });
    const [download] = await Promise.all([merchant.page.waitForEvent("download"), button.click()]);
    expect(download.suggestedFilename()).toMatch(/^mailchimp-full-sync-.*\.csv$/);
    const csv = readFileSync(await download.path(), "utf8");
    expect(csv).toMatch(/forgotten/);
    expect(csv).not.toMatch(/@/);
  });

  it("sends one customer at once and shows what was sent", async () => {
    const person = stack.saleor.customers.all()[40]!;
    await merchant.app.getByRole("textbox", { name: "E-mail or customer id" }).fill(person.email);
    await merchant.app.getByRole("button", { name: "Sync now" }).click();
    await merchant.app.getByText(/already had all of this|Updated in Mailchimp/).waitFor();
    const table = merchant.app.getByRole("table", { name: "Sent to Mailchimp" });
    expect(await table.innerText()).toMatch(/In Mailchimp now/);
    expect(await table.getByRole("row", { name: /Status/ }).innerText()).toMatch(/not sent\s+Non-subscribed/);
    await merchant.picture("sync-one");
  });

  it("shows what live sync met, which no full sync lists", async () => {
    const { id } = await stack.saleor.customers.create({ email: "oddly.tagged@test-shop.dev", firstName: "Odd" });
    await stack.saleor.customers.setPrivateMeta(id, { mailchimp_tags: "vip, loyal" });
    const partly = merchant.app.getByRole("region", { name: "Sent in part" });
    await partly.getByText("The tags in Saleor are not valid JSON, so they were not sent.").waitFor();
    await merchant.picture("sent-in-part");
  });

  it("removes a tag in Mailchimp that was removed in Saleor, and leaves hand-made ones", async () => {
    const person = stack.saleor.customers.all().find(({ email }) => audience().member(email)?.tags.includes("vip"))!;
    audience().addTag(person.email, "by hand");
    await stack.saleor.customers.setPrivateMeta(person.id, { mailchimp_tags: '["loyal"]' });
    const member = await eventually(
      () => audience().member(person.email)!,
      (found) => found.tags.includes("loyal") && !found.tags.includes("vip"),
    );
    expect(member.tags).toContain("by hand");
  });

  it("shows who is not sent any more and why, and tries those of one reason again at one click", async () => {
    const person = stack.saleor.customers.all().filter(({ isStaff }) => !isStaff)[106]!;
    audience().forget(person.email);
    await stack.saleor.customers.update(person.id, { firstName: "Deleted there" });
    const card = merchant.app.getByRole("region", { name: "Not sent" });
    await card.getByRole("button", { name: "Try all again (4)" }).waitFor();
    await merchant.picture("not-sent");
    expect(await merchant.barriers()).toEqual([]);
    audience().subscribe(person.email);
    await card.getByRole("button", { name: /Try again: .*permanently deleted in Mailchimp/ }).click();
    await merchant.app.getByText("3 customers are tried again now.").waitFor();
    await eventually(
      () => audience().member(person.email),
      (found) => found?.merge_fields.FNAME === "Deleted there",
    );
    await card.waitFor({ state: "detached" });
  });

  it("has nobody in sync with an audience that nobody was sent to", async () => {
    await goTo(merchant, "Settings");
    await chooseAudience(merchant, "Press");
    await merchant.app.getByRole("button", { name: "Save", exact: true }).click();
    await merchant.app.getByText(/Nobody has been sent to Press yet/).waitFor();
    await merchant.app.getByRole("button", { name: "Change audience" }).click();
    await toast(merchant.page, "Settings saved");
    await goTo(merchant, "Status");
    await merchant.app.getByText(/customers in Saleor · [0-4] contacts? in Press/).waitFor();
    const inSync = merchant.app.locator("dl", { hasText: "In sync" }).locator("dd").first();
    await eventually(
      () => inSync.innerText(),
      // Whoever changed a moment ago goes there by live sync.
      (shown) => Number(shown) < 5,
    );
    expect(await merchant.app.getByText(/^Finished/).count()).toBe(0);
  });

  it("asks before it disconnects, and then holds no access any more", async () => {
    await goTo(merchant, "Settings");
    await merchant.app.getByRole("button", { name: "Disconnect…" }).click();
    const dialog = merchant.app.getByRole("dialog", { name: "Disconnect Mailchimp?" });
    await merchant.picture("disconnect-asks");
    await dialog.getByRole("button", { name: "Disconnect Mailchimp" }).click();
    await toast(merchant.page, "Mailchimp disconnected");
    await merchant.app.getByRole("heading", { name: "Add a provider" }).waitFor();
    expect(JSON.stringify(stack.saleor.app(appId)?.privateMeta)).not.toContain("token");
  });

  it("gave the browser nothing to complain about", () => {
    expect(merchant.complaints).toEqual([]);
    expect(stack.mailchimp.violations).toEqual([]);
  });
});
