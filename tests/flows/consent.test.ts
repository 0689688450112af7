import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connected, type Page, startConnected, until } from "./app";

const KEY = "crm_consent.mailchimp.email";
const RETRIES = { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5" };

/** Straight to consent: no double opt-in, unless a test says otherwise. */
async function setRule(page: Page, id: string, optIn: "confirm" | "direct" = "direct"): Promise<void> {
  const { version } = await page.mapping.rules.query({ id });
  const consentRules = [{ channel: "email", source: { kind: "private", key: KEY }, optIn }];
  expect(await page.mapping.save.mutate({ id, version, consentRules })).toMatchObject({ kind: "saved" });
}

let town: Connected;
let people = 0;
let email: string;
beforeAll(async () => {
  town = await startConnected({ variables: RETRIES });
  await setRule(town.page, town.connectionId);
});
beforeEach(() => {
  email = `person.${++people}@shop-one.dev`;
});
afterAll(() => town.close());

const audience = () => town.mailchimp.audience();
const statusOf = () => audience().member(email)?.status;
const stands = (status: string) => until(() => statusOf() === status);
const ordered = () => town.mailchimp.statusWrites().filter((write) => write.email === email);
const create = (word?: string) => town.saleor.customers.create({ email, privateMeta: word === undefined ? {} : { [KEY]: word } });
const say = (id: string, word: string | null) => town.saleor.customers.setPrivateMeta(id, { [KEY]: word });
const now = () => town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: email });
/** Every mark has its outcome. */
const settled = () => until(async () => (await town.app.rows<{ n: number }>("select 1 from ledger where due_at is not null")).length === 0);

const rowHas = (id: string, what: string) =>
  until(async () => (await town.app.rows(`select 1 from ledger where customer_id = '${id}' and ${what}`)).length > 0);

describe("new contacts", () => {
  it.each([
    ["yes", "subscribed"],
    ["no", "transactional"],
    ["perhaps", "transactional"],
    [undefined, "transactional"],
  ])("whose word is %s become %s", async (word, status) => {
    await create(word);
    await stands(status);
    await settled();
    expect(ordered()).toEqual([]);
    if (word === "perhaps") expect(await now()).toMatchObject({ warnings: ["consent_unclear:email"] });
  });
});

describe("contacts that are there", () => {
  it("are unsubscribed by a no that was a yes, and subscribed again by a new yes; nothing else writes a status", async () => {
    const { id } = await create("yes");
    await stands("subscribed");
    await say(id, "no");
    await stands("unsubscribed");
    await settled();
    await town.saleor.customers.update(id, { firstName: "Changed" });
    await until(() => audience().member(email)?.merge_fields.FNAME === "Changed");
    await say(id, "yes");
    await stands("subscribed");
    expect(ordered().map(({ from, to }) => `${from}>${to}`)).toEqual(["subscribed>unsubscribed", "unsubscribed>subscribed"]);
  });

  it("are asked by e-mail where the merchant chose double opt-in", async () => {
    await setRule(town.page, town.connectionId, "confirm");
    const { id } = await create("no");
    await stands("transactional");
    await say(id, "yes");
    await stands("pending");
    await setRule(town.page, town.connectionId);
  });

  it.each(["subscribed", "unsubscribed", "transactional", "pending"] as const)(
    "of others, %s, keep their status at first sight",
    async (status) => {
      audience().seed([{ email, status, by: "admin" }]);
      const { id } = await create(status === "subscribed" ? "no" : "yes");
      await until(() => audience().member(email)?.tags.length === 1);
      await settled();
      await town.saleor.customers.update(id, { firstName: "Touched" });
      await until(() => audience().member(email)?.merge_fields.FNAME === "Touched");
      expect([statusOf(), ordered()]).toEqual([status, []]);
    },
  );

  it("who unsubscribed at Mailchimp are never subscribed again by us, and it is said", async () => {
    const { id } = await create("yes");
    await stands("subscribed");
    await settled();
    audience().unsubscribe(email);
    await say(id, "no");
    await rowHas(id, `consents->'email' = 'false'`);
    await say(id, "yes");
    await rowHas(id, `reason = 'opted_out_at_provider'`);
    expect([statusOf(), ordered()]).toEqual(["unsubscribed", []]);
  });

  it("lose nothing while Mailchimp is down: the word is kept until it was followed", async () => {
    const { id } = await create("yes");
    await stands("subscribed");
    await settled();
    town.mailchimp.fail({ kind: "error500" });
    await say(id, "no");
    await rowHas(id, "failing_since is not null");
    town.mailchimp.heal();
    await stands("unsubscribed");
    expect(ordered()).toHaveLength(1);
  });

  it("keep their status through a full sync", async () => {
    await create("yes");
    await stands("subscribed");
    await settled();
    const before = audience()
      .members()
      .map((member) => [member.email, member.status]);
    const writes = town.mailchimp.statusWrites().length;
    const ids = town.saleor.customers.all().map((person) => person.id);
    const { id: runId } = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: ids.length });
    await town.page.runs.chunk.mutate({ runId, ids, cursor: null });
    await town.page.runs.walkDone.mutate({ runId, cursor: null });
    await until(async () => (await town.page.runs.get.query({ runId })).state === "finished");
    expect(
      audience()
        .members()
        .map((member) => [member.email, member.status]),
    ).toEqual(before);
    expect(town.mailchimp.statusWrites()).toHaveLength(writes);
  });
});
