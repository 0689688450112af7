/** What a merchant does again and again, by what the screen says. */
import type { Page } from "playwright-core";
import type { Visit } from "./visit";

/** The first one of the sandbox's account that the vendor's default page of ten would miss is the 11th; this is the last. */
export const LAST_AUDIENCE = "Zurich store";

/** The app opened for the first time, or for the first time after nothing was finished. */
export const firstRun = ({ app }: Visit) => app.getByRole("heading", { level: 1, name: "Set up customer sync" }).waitFor();

export async function openConnectPage(visit: Visit): Promise<void> {
  const { app } = visit;
  await firstRun(visit);
  await app.getByRole("button", { name: "Connect Mailchimp" }).click();
  await app.getByRole("heading", { name: "Connect Mailchimp", exact: true }).waitFor();
}

/** The vendor's page, in the tab that the Dashboard opens. */
export async function openSignIn({ app, context }: Visit): Promise<Page> {
  const [tab] = await Promise.all([context.waitForEvent("page"), app.getByRole("button", { name: "Connect Mailchimp" }).click()]);
  await tab.getByRole("button", { name: "Allow" }).waitFor();
  return tab;
}

export async function connectBySignIn(visit: Visit): Promise<void> {
  await openConnectPage(visit);
  const tab = await openSignIn(visit);
  await tab.getByRole("button", { name: "Allow" }).click();
  await tab.getByRole("heading", { name: "Almost done" }).waitFor();
  await tab.close();
  await visit.app.getByRole("heading", { name: "Connect this Mailchimp account?" }).waitFor();
  await visit.app.getByRole("button", { name: "Connect", exact: true }).click();
  await visit.app.getByRole("link", { name: "Settings" }).waitFor();
}

export async function chooseAudience({ app }: Visit, name: string): Promise<void> {
  const box = app.getByRole("combobox", { name: "Audience" });
  await box.click();
  await app.getByRole("option", { name: new RegExp(name) }).click();
}

export async function save({ app, page }: Visit): Promise<void> {
  await app.getByRole("button", { name: "Save", exact: true }).click();
  await toast(page, "Settings saved");
}

/** Toasts belong to the Dashboard. Read and dismissed, since for five seconds they lie over what stands below. */
export async function toast(page: Page, text: string): Promise<void> {
  const shown = page.locator(".toast", { hasText: text }).first();
  await shown.getByRole("button", { name: "Dismiss" }).click();
}

export const goTo = ({ app }: Visit, tab: "Status" | "Settings" | "Fields" | "Consent") =>
  app.getByRole("link", { name: tab, exact: true }).click();

export async function setUp(visit: Visit, audience = LAST_AUDIENCE): Promise<void> {
  await connectBySignIn(visit);
  await chooseAudience(visit, audience);
  await save(visit);
}

/** Start, with the question that a heavy run asks. */
export async function startFullSync({ app }: Visit, label = "Start full sync"): Promise<void> {
  await app.getByRole("button", { name: label }).click();
  const dialog = app.getByRole("dialog", { name: "Start full sync?" });
  await dialog.getByRole("checkbox").click();
  await dialog.getByRole("button", { name: "Start full sync" }).click();
}

/** Looks again until it holds; the last look's words are the failure. */
export async function eventually<T>(look: () => T | Promise<T>, holds: (value: T) => boolean, seconds = 20): Promise<T> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > until) throw new Error(`Not within ${seconds} s; the last look: ${JSON.stringify(value)?.slice(0, 400)}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
