/** The overview's card in every state that a merchant meets, brought about by what the vendor and the shop do. */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { chooseAudience, connectBySignIn, goTo, LAST_AUDIENCE, save, startFullSync, toast } from "./steps";
import { onFailure, type Visit, visit } from "./visit";

describe("The overview's card", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  const card = () => merchant.app.getByRole("region", { name: "Mailchimp" });
  const says = (text: string | RegExp) => card().getByText(text).first().waitFor();
  const next = (name: string | RegExp) => card().getByRole("button", { name });

  beforeAll(async () => {
    const env = { RETRY_MIN_SECONDS: "1", RETRY_MAX_SECONDS: "2" };
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 60 }, env }), launchChromium()]);
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  const overview = async () => {
    await merchant.app.getByRole("link", { name: /Overview/ }).click();
    await merchant.app.getByRole("heading", { name: "CRM connections" }).waitFor();
  };

  /** As it is now, in both themes, without a barrier. */
  async function look(name: string): Promise<void> {
    for (const theme of ["dark", "light"]) {
      await merchant.page.getByRole("combobox", { name: "Theme" }).selectOption(theme);
      await merchant.app.locator(`html[data-theme=${theme}]`).waitFor({ state: "attached" });
      await merchant.picture(`overview-${name}-${theme}`);
      expect(await merchant.barriers()).toEqual([]);
    }
  }

  it("asks to choose an audience after connecting", async () => {
    await connectBySignIn(merchant);
    await toast(merchant.page, "Mailchimp connected");
    await overview();
    await says("Setup not finished");
    await look("setup");
    await next("Continue setup").click();
  });

  it("offers live sync while it is paused, and a full sync when nobody was sent yet", async () => {
    await chooseAudience(merchant, LAST_AUDIENCE);
    await save(merchant);
    await overview();
    await says("Paused");
    await look("paused");
    await next("Turn on live sync").click();
    await toast(merchant.page, "Live sync turned on");
    await says("Live");
    await look("live-empty");
    await next("Start full sync").click();
  });

  it("is catching up while a full sync runs, with its bar", async () => {
    await stack.saleor.customers.create({ email: "nobody@example.com", firstName: "Nobody" });
    stack.mailchimp.latencyMs = 1_500;
    await startFullSync(merchant);
    await overview();
    await says("Catching up");
    await card().getByRole("progressbar", { name: "Full sync" }).waitFor();
    await look("running");
    stack.mailchimp.latencyMs = 0;
  });

  it("adds up, draws the last hours, and leads to those who were refused", async () => {
    await next(/^Look at \d+ (refused|that gave up)$/).waitFor({ timeout: 60_000 });
    await says("Needs attention");
    const text = (await card().innerText()).replaceAll(",", "");
    const [, done, total] = /(\d+) of (\d+) customers in sync/.exec(text)!.map(Number);
    const others = ["Waiting", "Trying again", "Skipped", "Refused", "Gave up"]
      .map((word) => Number(new RegExp(`${word} (\\d+)`).exec(text)?.[1] ?? 0))
      .reduce((sum, one) => sum + one, 0);
    expect(total).toBe(61);
    expect(done! + others).toBe(total);
    await card()
      .getByRole("img", { name: `Last 24 hours: ${done} sent` })
      .waitFor();
    await look("attention");
  });

  it("says that Mailchimp is not answering, since when, and that nothing is lost", async () => {
    stack.mailchimp.fail({ kind: "error500" });
    const [person] = stack.saleor.customers.all();
    await stack.saleor.customers.update(person!.id, { firstName: "Changed" });
    await says("Mailchimp is not answering");
    await says(/^Mailchimp is not answering since .* 1 change waits and will be sent when it answers; nothing is lost/);
    await look("down");
    stack.mailchimp.heal();
    await says("Needs attention");
  });

  it("asks for another audience when the chosen one was deleted", async () => {
    stack.mailchimp.deleteAudience(stack.mailchimp.audience(LAST_AUDIENCE).id);
    const [person] = stack.saleor.customers.all();
    await stack.saleor.customers.update(person!.id, { firstName: "Again" });
    await next("Choose an audience").waitFor();
    await look("target-gone");
  });

  it("asks to reconnect when access was taken away, and says so to whoever may not", async () => {
    await next("Choose an audience").click();
    await chooseAudience(merchant, "Wholesale");
    await merchant.app.getByRole("button", { name: "Save", exact: true }).click();
    await merchant.app.getByRole("button", { name: "Change audience" }).click();
    await toast(merchant.page, "Settings saved");
    stack.mailchimp.revokeAll();
    const [person] = stack.saleor.customers.all();
    await stack.saleor.customers.update(person!.id, { firstName: "Once more" });
    await goTo(merchant, "Status");
    await overview();
    await next("Reconnect").waitFor();
    await look("reconnect");
    const dashboard = await stack.openDashboard({ permissions: ["MANAGE_USERS"] });
    const helper = await visit(browser, dashboard.appPage(stack.appId));
    await helper.app.getByText("You can look, not change.").waitFor();
    await helper.app.getByRole("region", { name: "Mailchimp" }).getByText("Reconnect needed").first().waitFor();
    expect(await helper.app.getByRole("button", { name: "Reconnect" }).count()).toBe(0);
    await helper.close();
  });
});
