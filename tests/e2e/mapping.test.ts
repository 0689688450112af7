/** A loyalty shop maps what another app writes: preset, new fields, a look at one customer, save, send again; then consent. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "../../scripts/chromium";
import { type Stack, startStack } from "../../scripts/stack";
import { eventually, goTo, LAST_AUDIENCE, setUp, startFullSync, toast } from "./steps";
import { frameOf, onFailure, type Visit, visit } from "./visit";

const LOYALTY = { vip_pointdiff: "15", vip_approvedpoint: "320", vip_customerrankname: "Gold", vip_previouscustomerrankname: "Silver" };
const EMAIL = "loyal.buyer@shop-one.dev";

describe("Fields and consent", () => {
  let stack: Stack;
  let browser: Browser;
  let merchant: Visit;
  let customerId = "";
  const audience = () => stack.mailchimp.audience(LAST_AUDIENCE);
  const rule = (number: number) => merchant.app.getByRole("group", { name: `Rule ${number}`, exact: true });
  /** Typed, as the list may be longer than the window. */
  const pick = async (number: number, label: string | RegExp, option: string) => {
    await rule(number).getByRole("combobox", { name: label }).fill(option);
    await merchant.app.getByRole("option", { name: option }).first().click();
  };
  const save = async (said: string) => {
    await merchant.app.getByRole("button", { name: "Save", exact: true }).click();
    await toast(merchant.page, said);
  };

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ saleor: { customers: 8 } }), launchChromium()]);
    customerId = (await stack.saleor.customers.create({ email: EMAIL, firstName: "Ada", privateMeta: LOYALTY })).id;
    merchant = await visit(browser, stack.dashboard.appPage(stack.appId));
    await setUp(merchant);
    await merchant.app.getByRole("button", { name: "Live sync" }).click();
    await toast(merchant.page, "Live sync turned on");
    await goTo(merchant, "Status");
    await startFullSync(merchant);
    await merchant.app
      .getByText(/^Finished/)
      .first()
      .waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach((context) => onFailure(context, merchant));

  it("starts from a preset and creates the fields that the audience lacks", async () => {
    await goTo(merchant, "Fields");
    await merchant.app.getByText("No rules yet").waitFor();
    await merchant.app.getByRole("combobox", { name: "Add a preset" }).click();
    await merchant.app.getByRole("option", { name: "Loyalty" }).click();
    for (const number of [1, 2, 3, 4]) {
      await rule(number).getByRole("button", { name: "Create a field" }).click();
      await rule(number).getByRole("button", { name: "Create", exact: true }).click();
      await rule(number).getByRole("button", { name: "Create", exact: true }).waitFor({ state: "detached" });
    }
    await merchant.picture("fields-unsaved");
  });

  it("shows what the rules make of a real customer, with every problem, before anything is saved", async () => {
    await stack.saleor.customers.setPrivateMeta(customerId, { vip_pointdiff: "many" }, { silent: true });
    await merchant.app.getByRole("textbox", { name: "Preview with a customer" }).fill(EMAIL);
    await merchant.app.getByRole("button", { name: "Preview", exact: true }).click();
    await rule(2).getByText("POINTS: 320").waitFor();
    await rule(1).getByText("The value for POINT_CHAN is not a number, so it was not sent.").waitFor();
    await rule(3).getByText("Saleor: Gold").waitFor();
    await merchant.picture("fields-preview");
    expect(audience().member(EMAIL)?.merge_fields.POINTS ?? "").toBe("");
  });

  it("saves, says how many may change, and sends them again where the merchant wants it", async () => {
    await save("Fields saved");
    await merchant.app.getByText(/\d contacts may change/).waitFor();
    await merchant.picture("fields-saved");
    await merchant.app.getByRole("button", { name: "Send them again" }).click();
    await merchant.app.getByText(/contacts are looked at again/).waitFor();
    await eventually(
      () => audience().member(EMAIL)?.merge_fields,
      (fields) => fields?.POINTS === 320 && fields.RANK === "Gold",
    );
  });

  it("adds, changes and removes rules, and refuses one without a target", async () => {
    await merchant.app.getByRole("button", { name: "Add a field" }).click();
    await merchant.app.getByRole("button", { name: "Save", exact: true }).click();
    await rule(5).getByText("Enter the metadata key.").waitFor();
    await pick(5, "From Saleor", "Billing address: city");
    await rule(5).getByText("Choose a field.").waitFor();
    await pick(5, /^To /, "Rank (RANK)");
    await rule(5).getByText("Another rule fills this field already.").waitFor();
    await pick(5, /^To /, "Phone Number");
    await pick(5, "Change it", "In lower case");
    await merchant.app.getByRole("button", { name: "Remove rule 4" }).click();
    await save("Fields saved");
    await merchant.page.reload();
    await rule(4).waitFor();
    expect(await rule(4).getByRole("combobox", { name: "Change it" }).inputValue()).toBe("In lower case");
    expect(await merchant.app.getByRole("group", { name: "Rule 5", exact: true }).count()).toBe(0);
    expect(await merchant.app.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
  });

  it("takes the rules out as a file and in again, and says which rule of a file is wrong", async () => {
    const [download] = await Promise.all([
      merchant.page.waitForEvent("download"),
      merchant.app.getByRole("button", { name: "Export" }).click(),
    ]);
    const file = JSON.parse(readFileSync(await download.path(), "utf8")) as { fieldRules: { transform: { kind: string } }[] };
    expect(file.fieldRules).toHaveLength(4);
    const give = (what: unknown) =>
      merchant.app
        .locator("input[type=file]")
        .setInputFiles({ name: "rules.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(what)) });
    const broken = structuredClone(file);
    broken.fieldRules[1]!.transform.kind = "magic";
    await give(broken);
    await merchant.app.getByText("Rule 2 in this file could not be understood, so nothing was imported.").waitFor();
    await give({ ...file, fieldRules: file.fieldRules.slice(0, 2) });
    await rule(3).waitFor({ state: "detached" });
    await save("Fields saved");
  });

  it("follows a change: the rule is tried, a contradiction is pointed out, tag and event arrive", async () => {
    const { app } = merchant;
    const change = (number: number) => app.getByRole("group", { name: `Change rule ${number}`, exact: true });
    const write = async (number: number, label: string, text: string) =>
      change(number).getByRole("textbox", { name: label, exact: true }).fill(text);
    const choose = async (number: number, label: string, option: string) => {
      const box = change(number).getByRole("combobox", { name: label });
      await box.fill(option);
      await app.getByRole("option", { name: option, selected: true }).waitFor({ state: "attached" });
      // By key: at the end of the page the list may hang below the window.
      await box.press("Enter");
    };
    await app.getByRole("button", { name: "Add a change rule" }).click();
    await write(1, "Metadata key", "vip_customerrankname");
    await choose(1, "Changes like this", "Moved up the ranks");
    await write(1, "Ranks, lowest first", "Silver, Gold, Platinum");
    await write(1, "Tag", "Rank up");
    await change(1).getByRole("button", { name: "Add an action" }).click();
    await choose(1, "Then (2)", "Send an event");
    await write(1, "Event name", "rank_up");
    await change(1).getByText("Test run").click();
    await write(1, "Value before", "Silver");
    await write(1, "Customer (optional)", EMAIL);
    await change(1).getByRole("button", { name: "Run the test" }).click();
    await change(1).getByText("Send “rank_up” (value: Gold, previous: Silver)").waitFor();
    await change(1).getByRole("checkbox", { name: "Change rule 1 is on" }).click();
    await app.getByRole("button", { name: "Add a change rule" }).click();
    await write(2, "Metadata key", "vip_customerrankname");
    await choose(2, "Then (1)", "Remove a tag");
    await write(2, "Tag", "Rank up");
    await change(2).getByRole("checkbox", { name: "Change rule 2 is on" }).click();
    await app.getByText("Of change rules 1 and 2, one adds and the other removes the tag “Rank up” at the same change.").waitFor();
    await merchant.picture("changes-contradict");
    await app.getByRole("button", { name: "Remove change rule 2" }).click();
    await save("Fields saved");
    const email = "rising.buyer@shop-one.dev";
    const { id } = await stack.saleor.customers.create({ email, privateMeta: { vip_customerrankname: "Silver" } });
    await eventually(
      () => audience().member(email)?.tags,
      (tags) => tags !== undefined && tags.length > 0,
    );
    await stack.saleor.customers.setPrivateMeta(id, { vip_customerrankname: "Gold" });
    await eventually(
      () =>
        audience()
          .member(email)
          ?.events.map(({ name }) => name),
      (names) => names?.join() === "rank_up",
    );
    expect(audience().member(email)?.tags).toContain("Rank up");
  });

  it("flags a rule whose field was deleted in Mailchimp", async () => {
    const dropped = stack.mailchimp.audience(LAST_AUDIENCE).dropField("POINTS");
    expect(dropped).toBe(true);
    await merchant.page.reload();
    await rule(2)
      .getByText(/POINTS no longer exists in Mailchimp/)
      .waitFor();
    await merchant.picture("fields-gone");
  });

  it("turns consent on, and follows a no that was a yes", async () => {
    await goTo(merchant, "Consent");
    await merchant.app.getByRole("checkbox", { name: /Follow the customer’s consent/ }).click();
    await merchant.app.getByText("Subscribe at once").click();
    await merchant.picture("consent-unsaved");
    await save("Consent saved");
    await merchant.app.getByText("Mailchimp tells this app about opt-outs.").waitFor();
    const email = "newsletter@shop-one.dev";
    const { id } = await stack.saleor.customers.create({ email, privateMeta: { "crm_consent.mailchimp.email": "yes" } });
    const stands = (status: string) =>
      eventually(
        () => audience().member(email)?.status,
        (now) => now === status,
      );
    await stands("subscribed");
    await stack.saleor.customers.setPrivateMeta(id, { "crm_consent.mailchimp.email": "no" });
    await stands("unsubscribed");
    await merchant.app.getByRole("textbox", { name: "E-mail of the customer" }).fill(email);
    const [download] = await Promise.all([
      merchant.page.waitForEvent("download"),
      merchant.app.getByRole("button", { name: "Export CSV" }).click(),
    ]);
    const csv = readFileSync(await download.path(), "utf8");
    expect(csv.match(/,email,(yes|no),saleor,/g)).toEqual([",email,yes,saleor,", ",email,no,saleor,"]);
    expect(csv).not.toContain("@");
  });

  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 480],
    ["dark", 480],
  ] as const)("have no barrier that axe finds, and nothing sideways (%s, %i px)", async (theme, width) => {
    const connection = new URL((await frameOf(merchant.page)).url()).pathname.replace(/\/\w+$/, "");
    const dashboard = await stack.openDashboard({ theme });
    for (const name of ["fields", "consent"]) {
      const seen = await visit(browser, dashboard.appPage(stack.appId, `${connection}/${name}`), { width });
      await seen.app.getByRole("button", { name: "Save", exact: true }).waitFor();
      if (name === "fields") {
        await seen.app.getByRole("textbox", { name: "Preview with a customer" }).fill(EMAIL);
        await seen.app.getByRole("button", { name: "Preview", exact: true }).click();
        await seen.app
          .getByText(/Saleor: /)
          .first()
          .waitFor();
      }
      await seen.picture(`${name}-full-${theme}-${width}`);
      if (name === "fields") {
        await seen.app.getByRole("group", { name: "Change rule 1", exact: true }).getByText("Test run").click();
        await seen.app.getByRole("button", { name: "Run the test" }).scrollIntoViewIfNeeded();
        await seen.picture(`changes-${theme}-${width}`);
      }
      expect(await seen.barriers()).toEqual([]);
      const overflow = await (await frameOf(seen.page)).evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
      expect(seen.complaints).toEqual([]);
      await seen.close();
    }
  });

  it("gave the browser nothing to complain about", () => {
    expect(merchant.complaints).toEqual([]);
    expect(stack.mailchimp.violations).toEqual([]);
  });
});
