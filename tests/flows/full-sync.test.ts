import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SaleorSandbox } from "../sandbox/saleor/saleor";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type Connected, type Page, startConnected, until } from "./app";

const RETRIES = { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1" };
let town: Connected;
beforeAll(async () => {
  town = await startConnected({ customers: 2_000, live: false, variables: RETRIES });
});
afterAll(() => town.close());

type Side = Pick<AnotherShop, "saleor" | "page" | "connectionId">;
const idsOf = (saleor: SaleorSandbox) => saleor.customers.all().map(({ id }) => id);
const finished = (page: Page, runId: string) =>
  until(async () => {
    const run = await page.runs.get.query({ runId });
    return run.state === "finished" && run;
  }, 30_000);

/** What the page does: chunks of a walk, several in flight, then the word that the walk is done. */
async function fullSync({ saleor, page, connectionId }: Side, ids = idsOf(saleor)) {
  const { id: runId } = await page.runs.start.mutate({ connectionId, total: ids.length });
  const chunks = Array.from({ length: Math.ceil(ids.length / 250) }, (_, i) => ids.slice(i * 250, i * 250 + 250));
  await Promise.all(chunks.map((chunk, i) => page.runs.chunk.mutate({ runId, ids: chunk, cursor: { at: i } })));
  await page.runs.walkDone.mutate({ runId, cursor: null });
  return finished(page, runId);
}
const outcomesOf = ({ created, updated, unchanged, skipped, refused, gaveUp }: Record<string, unknown>) =>
  [created, updated, unchanged, skipped, refused, gaveUp] as number[];
const reasonsOf = async (page: Page, runId: string) =>
  Object.fromEntries((await page.runs.reasons.query({ runId })).map(({ state, reason, count }) => [`${state}:${reason}`, count]));

describe("2,000 customers, some of them difficult", () => {
  const audience = () => town.mailchimp.audience();
  const people = () => town.saleor.customers.all();
  const emailsAt = (from: number, to: number) =>
    people()
      .slice(from, to)
      .map(({ email }) => email);
  const archived = () => emailsAt(220, 225);
  let firstRun: string;

  beforeAll(() => {
    people()
      .slice(100, 105)
      .forEach((person, i) => {
        person.email = `made.up.${i}@example.com`;
      });
    for (const email of emailsAt(210, 213)) audience().forget(email);
    audience().seed(archived().map((email) => ({ email, status: "subscribed" as const, tags: ["old"] })));
    for (const email of archived()) audience().archive(email);
    audience().seed(emailsAt(230, 240).map((email) => ({ email, status: "unsubscribed" as const, by: "self" as const })));
    audience().seed(emailsAt(240, 250).map((email) => ({ email, status: "subscribed" as const })));
    for (const email of emailsAt(240, 243)) audience().clean(email);
  });

  it("gives everybody exactly one outcome, and says why where it is not delivery", async () => {
    const run = await fullSync(town);
    firstRun = run.id;
    expect(run).toMatchObject({
      total: 2_000,
      marked: 2_000,
      done: 2_000,
      due: 0,
      created: 1_962,
      updated: 20,
      unchanged: 0,
      skipped: 10,
      refused: 8,
    });
    expect(await reasonsOf(town.page, run.id)).toEqual({
      "skipped:archived": 5,
      "skipped:staff": 4,
      "skipped:email_impossible": 1,
      "refused:address_looks_fake": 5,
      "refused:forgotten": 3,
      "in_sync:tags_not_json": 10,
      "in_sync:tags_not_a_list": 10,
      "in_sync:tags_not_text": 10,
      "in_sync:tag_too_long": 10,
    });
    expect(audience().size).toBe(1_962 + 25);
  });

  it("wrote the status of nobody who was there before", () => {
    expect(town.mailchimp.statusWrites()).toEqual([]);
    expect(emailsAt(230, 240).map((email) => audience().member(email)?.status)).toEqual(Array(10).fill("unsubscribed"));
    expect(archived().map((email) => audience().member(email)?.status)).toEqual(Array(5).fill("archived"));
    expect(town.mailchimp.violations).toEqual([]);
  });

  it("kept its requests few", () => {
    expect(town.mailchimp.maxInFlight).toBeLessThanOrEqual(6);
    expect(town.mailchimp.requests.length).toBeLessThan(300);
  });

  it("lists the difficult ones page by page, without an address in any of it", async () => {
    type Listed = Awaited<ReturnType<typeof town.page.runs.rows.query>>;
    const rows: Listed["rows"] = [];
    let after: string | null = null;
    do {
      const page: Listed = await town.page.runs.rows.query({
        runId: firstRun,
        after,
        limit: 7,
      });
      rows.push(...page.rows);
      after = page.next;
    } while (after);
    expect(new Set(rows.map(({ customerId }) => customerId)).size).toBe(rows.length);
    const count = (reason: string) => rows.filter((row) => row.reason === reason).length;
    expect([count("forgotten"), count("archived"), count("tags_not_json")]).toEqual([3, 5, 10]);
    expect(JSON.stringify(rows)).not.toMatch(/@(?!\[)/);
    expect(rows.find(({ reason }) => reason === "forgotten")?.vendorText).toContain("permanently deleted");
  });

  it("has next to nothing to ask when nothing has changed", async () => {
    const before = town.mailchimp.requests.length;
    const run = await fullSync(town);
    expect(run).toMatchObject({ created: 0, updated: 0, refused: 8, skipped: 10, unchanged: 1_982 });
    expect(town.mailchimp.requests.length - before).toBeLessThan(30);
  });

  it("tries refused ones again when asked, and counts them anew", async () => {
    const run = (await town.page.connections.get.query({ id: town.connectionId })).run!;
    const [back] = emailsAt(210, 211);
    audience().subscribe(back!);
    expect(await town.page.runs.retry.mutate({ runId: run.id })).toMatchObject({ state: "running", refused: 0 });
    const after = await finished(town.page, run.id);
    expect([after.refused, after.updated]).toEqual([7, 1]);
    expect(outcomesOf(after).reduce((a, b) => a + b)).toBe(2_000);
    expect(audience().member(back!)?.status).toBe("subscribed");
  });

  it("revives archived contacts only when the merchant chose so, and writes no other status", async () => {
    const { version } = await town.page.connections.settings.query({ id: town.connectionId });
    await town.page.connections.saveSettings.mutate({ id: town.connectionId, version, values: { reviveArchived: true } });
    const run = await fullSync(town);
    expect(run).toMatchObject({ updated: 5, skipped: 5 });
    expect(archived().map((email) => audience().member(email)?.status)).toEqual(Array(5).fill("transactional"));
    expect([...new Set(town.mailchimp.statusWrites().map(({ from }) => from))]).toEqual(["archived"]);
    expect(audience().member(archived()[0]!)?.tags).toContain("old");
  });
});

describe("what becomes of people whom the audience does not know", () => {
  const statusesOf = (audience: string) =>
    town.mailchimp
      .audience(audience)
      .members()
      .map(({ status }) => status);

  it.each([
    ["pending", "Spring", "pending"],
    ["subscribed", "Summer", "subscribed"],
  ])("%s into %s makes them %s", async (newStatus, audience, status) => {
    const shop = await openAnotherShop(town, { customers: 5, audience, live: false, settings: { newStatus } });
    expect(await fullSync(shop)).toMatchObject({ created: 5 });
    expect(statusesOf(audience)).toEqual(Array(5).fill(status));
    await shop.saleor.close();
  });

  it("creates nobody with 'existing contacts only'", async () => {
    const shop = await openAnotherShop(town, {
      customers: 40,
      audience: "Autumn",
      live: false,
      settings: { newStatus: "existing_only", includeStaff: true },
    });
    const known = shop.saleor.customers
      .all()
      .slice(0, 5)
      .map(({ email }) => email);
    town.mailchimp.audience("Autumn").seed(known.map((email) => ({ email })));
    const run = await fullSync(shop);
    expect(run).toMatchObject({ created: 0, updated: 5, skipped: 35 });
    expect(await reasonsOf(shop.page, run.id)).toMatchObject({ "skipped:not_in_audience": 34 });
    expect(town.mailchimp.audience("Autumn").size).toBe(5);
    await shop.saleor.close();
  });

  it("refuses those without a required field, and names it", async () => {
    const shop = await openAnotherShop(town, { customers: 5, audience: "Birthday", live: false });
    const run = await fullSync(shop);
    expect(run).toMatchObject({ created: 0, refused: 5 });
    expect(await reasonsOf(shop.page, run.id)).toEqual({ "refused:required_field_missing:BIRTHDAY": 5 });
    await shop.saleor.close();
  });
});
