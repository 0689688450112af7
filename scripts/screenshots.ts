/**
 * `npm run screenshots`: the pictures of the guides, made from the sandbox in both themes; then every screen in both themes, two
 * widths and both languages into `screenshots/all/`, which git ignores. `-- guide` leaves those out.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Browser, Locator } from "playwright-core";
import { chooseAudience, goTo, LAST_AUDIENCE, openConnectPage, openSignIn, save, startFullSync, toast } from "../tests/e2e/steps";
import { frameOf, type Visit, visit } from "../tests/e2e/visit";
import { launchChromium } from "./chromium";
import { ensureBuild, root } from "./ensure-build";
import { type Stack, startStack } from "./stack";

const folder = path.join(root, "docs/images");
const THEMES = ["light", "dark"] as const;

/** The same moment in both themes: the Dashboard's switch is turned while the page stays as it is. */
async function picture({ page, app }: Visit, name: string, part?: Locator): Promise<void> {
  for (const theme of THEMES) {
    await page.getByRole("combobox", { name: "Theme" }).selectOption(theme);
    await app.locator(`html[data-theme=${theme}]`).waitFor({ state: "attached" });
    await page.mouse.move(5, 5);
    await page.waitForTimeout(250);
    await (part ?? page.locator("#frame")).screenshot({ path: path.join(folder, `${name}-${theme}.png`), animations: "disabled" });
  }
}

/** Slow enough that both pictures show it running. */
function slow(stack: Stack): void {
  stack.saleor.dials.pageDelayMs = 1500;
  stack.mailchimp.latencyMs = 300;
}

function oddOnes(stack: Stack): void {
  const people = stack.saleor.customers.all().filter((person) => !person.isStaff);
  const audience = stack.mailchimp.audience(LAST_AUDIENCE);
  for (const person of people.slice(100, 104)) audience.forget(person.email);
  audience.seed(people.slice(200, 420).map(({ email }) => ({ email, status: "subscribed" as const })));
  for (const person of people.slice(200, 206)) audience.archive(person.email);
}

/** @returns the path of the connection's pages. */
async function walk(stack: Stack, merchant: Visit): Promise<string> {
  const { app } = merchant;
  await openConnectPage(merchant);
  await app.getByRole("button", { name: "Connect Mailchimp" }).waitFor();
  await picture(merchant, "connect");
  const tab = await openSignIn(merchant);
  await tab.getByRole("button", { name: "Allow" }).click();
  await tab.getByRole("heading", { name: "Almost done" }).waitFor();
  await tab.close();
  await app.getByRole("heading", { name: "Connect this Mailchimp account?" }).waitFor();
  await picture(merchant, "confirm");
  await app.getByRole("button", { name: "Connect", exact: true }).click();
  await toast(merchant.page, "Mailchimp connected");
  await chooseAudience(merchant, LAST_AUDIENCE);
  await picture(merchant, "settings");
  await save(merchant);
  await app.getByRole("button", { name: "Live sync" }).click();
  await toast(merchant.page, "Live sync turned on");
  await goTo(merchant, "Status");
  await app.getByText(/customers in Saleor/).waitFor();
  await picture(merchant, "status-before");
  await fullSync(stack, merchant);
  await syncOne(stack, merchant);
  const connection = new URL((await frameOf(merchant.page)).url()).pathname;
  await app.getByRole("link", { name: /Overview/ }).click();
  await app.getByRole("heading", { name: "CRM connections" }).waitFor();
  await app.getByText(/customers in sync/).waitFor();
  await picture(merchant, "overview");
  return connection;
}

/** Screens of the connection that answer questions. */
async function lookingUp({ dashboard, appId }: Stack, merchant: Visit, connection: string): Promise<void> {
  for (const name of ["fields", "consent", "activity", "runs"]) {
    await merchant.page.goto(dashboard.appPage(appId, `${connection}/${name}`));
    await rested(merchant);
    await picture(merchant, name);
  }
}

/** Nothing is loading any more. */
async function rested({ app }: Visit): Promise<void> {
  await app.locator("h1").waitFor();
  // The shape of what is on its way is hidden from screen readers.
  for (const busy of ["[aria-busy=true]", ".crm-section[aria-hidden=true]"])
    await app
      .locator(busy)
      .first()
      .waitFor({ state: "detached", timeout: 10_000 })
      .catch(() => undefined);
}

async function everyScreen(stack: Stack, browser: Browser, connection: string): Promise<void> {
  const screens = {
    overview: "/",
    audit: "/audit",
    "connect-mailchimp": "/connect/mailchimp",
    "connect-retailcrm": "/connect/retailcrm",
    "connect-mindbox": "/connect/mindbox",
    status: connection,
    settings: `${connection}/settings`,
    fields: `${connection}/fields`,
    consent: `${connection}/consent`,
    activity: `${connection}/activity`,
    runs: `${connection}/runs`,
  };
  for (const locale of ["en", "ru"])
    for (const theme of THEMES) {
      const dashboard = await stack.openDashboard({ locale, theme });
      for (const width of [1280, 480])
        for (const [name, at] of Object.entries(screens)) {
          const seen = await visit(browser, dashboard.appPage(stack.appId, at), { width });
          await rested(seen);
          await seen.picture(`all/${name}-${locale}-${theme}-${width}`);
          await seen.close();
        }
    }
}

async function fullSync(stack: Stack, merchant: Visit): Promise<void> {
  slow(stack);
  await startFullSync(merchant);
  await merchant.app.getByText(/[1-9]\d* per second/).waitFor({ timeout: 90_000 });
  await merchant.app.getByText(/Created [1-9]/).waitFor({ timeout: 90_000 });
  await picture(merchant, "status-running");
  Object.assign(stack.saleor.dials, { pageDelayMs: 0 });
  stack.mailchimp.latencyMs = 0;
  await merchant.app
    .getByText(/^Finished/)
    .first()
    .waitFor({ timeout: 120_000 });
  await merchant.app.getByRole("table", { name: "Customers by reason" }).waitFor();
  await picture(merchant, "status-finished");
}

async function syncOne(stack: Stack, merchant: Visit): Promise<void> {
  const person = stack.saleor.customers.all()[48]!;
  const field = merchant.app.getByRole("textbox", { name: "E-mail or customer id" });
  await field.fill(person.email);
  await merchant.app.getByRole("button", { name: "Sync now" }).click();
  await merchant.app.getByText(/already had all of this|Updated in Mailchimp/).waitFor();
  await picture(merchant, "sync-one", merchant.app.getByRole("region", { name: "Sync one customer" }));
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await ensureBuild();
  const [stack, browser] = await Promise.all([startStack({ saleor: { customers: 2000 } }), launchChromium()]);
  try {
    oddOnes(stack);
    const merchant = await visit(browser, stack.dashboard.appPage(stack.appId), { height: 900 });
    const connection = await walk(stack, merchant);
    await lookingUp(stack, merchant, connection);
    if (!process.argv.includes("guide")) await everyScreen(stack, browser, connection);
  } finally {
    await browser.close();
    await stack.close();
  }
}

await main();
