/** Runs: what each full sync did, and why some were not sent. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { LAST_AUDIENCE, setUp, startFullSync } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

describe("Runs", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  let address = "";

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 40 } }), launchChromium()]);
    await stack.saleor.customers.create({ email: "nobody@example.com", firstName: "Nobody" });
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant);
    address = new URL((await frameOf(merchant.page)).url()).pathname.replace(/settings$/, "runs");
    await merchant.app.getByRole("link", { name: "Runs", exact: true }).click();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  it("says what will be here before the first run", async () => {
    await merchant.app.getByRole("heading", { name: "No runs yet" }).waitFor();
    await merchant.picture("runs-empty");
  });

  it("lists a finished run with its numbers, and opens it with the reasons", async () => {
    await merchant.app.getByRole("link", { name: "Status", exact: true }).click();
    await startFullSync(merchant);
    await merchant.app
      .getByText(/^Finished/)
      .first()
      .waitFor({ timeout: 60_000 });
    await merchant.app.getByRole("link", { name: "Runs", exact: true }).click();
    const row = merchant.app.getByRole("row", { name: /Finished with 1 not sent/ });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/You\s+41\s+\d+\s+1\s/);
    await row.getByRole("link").click();
    await merchant.app.getByRole("heading", { name: /^Full sync of/ }).waitFor();
    await merchant.app.getByRole("table", { name: "Customers by reason" }).waitFor();
    await merchant.page.waitForURL(/run=run_/);
    const [file] = await Promise.all([
      merchant.page.waitForEvent("download"),
      merchant.app.getByRole("button", { name: "Download CSV" }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/full-sync.*\.csv$/);
    await merchant.app.getByRole("link", { name: "All runs" }).click();
    await row.waitFor();
  });

  describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
    it.each([1280, 480])("have no barrier that axe finds and nothing sideways at %i px", async (width) => {
      await merchant.close();
      const dashboard = await stack.openDashboard({ theme });
      merchant = await visit(browser, dashboard.appPage(stack.appId, address), { width });
      for (const step of ["runs", "run", "undo"]) {
        await merchant.app.getByText("Finished with 1 not sent").first().waitFor();
        await merchant.picture(`${step}-${theme}-${width}`);
        expect(await merchant.barriers()).toEqual([]);
        const overflow = await (await frameOf(merchant.page)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
        if (step === "runs") {
          await merchant.app.getByRole("rowheader").getByRole("link").first().click();
          await merchant.app.getByRole("heading", { name: /^Full sync of/ }).waitFor();
        } else if (step === "run") await openUndo(merchant);
      }
    });
  });

  it("takes back what the run created, once asked, in the background, and says what became of it", async () => {
    await merchant.close();
    const dashboard = await stack.openDashboard();
    merchant = await visit(browser, dashboard.appPage(stack.appId, address), { width: 1280 });
    const { app } = merchant;
    await app.getByRole("rowheader").getByRole("link").first().click();
    const count = await openUndo(merchant);
    stack.mailchimp.latencyMs = 150;
    await app.getByRole("button", { name: `Archive ${count} contacts…` }).click();
    const dialog = app.getByRole("dialog", { name: `Archive ${count} contacts in Mailchimp?` });
    await dialog.waitFor();
    await merchant.picture("undo-question");
    expect(await merchant.barriers()).toEqual([]);
    await dialog.getByRole("button", { name: "Archive", exact: true }).click();
    await app.getByRole("progressbar", { name: "Undo" }).waitFor();
    await merchant.picture("undo-progress");
    stack.mailchimp.latencyMs = 0;
    await app.getByText(`${count} contacts were archived, 0 left alone, 0 failed.`).waitFor({ timeout: 60_000 });
    await merchant.picture("undo-result");
    expect(await merchant.barriers()).toEqual([]);
    const statuses = stack.saleor.customers.all().map(({ email }) => stack.mailchimp.audience(LAST_AUDIENCE).member(email)?.status);
    expect(statuses.filter((status) => status === "archived")).toHaveLength(count);
    await app.getByRole("link", { name: /the contact was archived/ }).click();
    await app.getByText("Skipped", { exact: true }).first().waitFor();
  });
});

/** The plan, with names that Saleor gave. @returns how many contacts it speaks of. */
async function openUndo({ app }: Visit): Promise<number> {
  await app.getByRole("button", { name: "Undo what this run created…" }).click();
  const said = app.getByText(/contacts of the \d+ that this run created can be taken back/);
  await said.waitFor();
  await app.getByRole("listitem").filter({ hasText: "@" }).first().waitFor();
  await app.getByRole("button", { name: /^Archive/ }).scrollIntoViewIfNeeded();
  return Number.parseInt(await said.innerText(), 10);
}
