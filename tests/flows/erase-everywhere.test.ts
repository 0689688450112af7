/** One person is erased everywhere from the app: at all three providers, with a receipt, through outages and repeats. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Page, until } from "./app";
import { everythingKept, wordsIn } from "./kept";
import { PROVIDERS, startThreeProviders, type ThreeProviders } from "./three-providers";

let three: ThreeProviders;
let dashboard: Page;
beforeAll(async () => {
  three = await startThreeProviders();
});
// A session lasts for minutes, and a busy machine takes them.
beforeEach(async () => {
  dashboard = await three.town.app.page(three.town.saleor);
});
afterAll(() => three.close());
afterEach(() => three.heal());

const DELETED_TAG = "Deleted in Saleor";
const page = () => dashboard;
const member = (email: string) => three.town.mailchimp.audience().member(email);
const start = async (customerId: string) => {
  const result = await page().erasure.start.mutate({ customerId });
  if (result.kind !== "asked") throw new Error(`not asked: ${result.reason}`);
  return result.erasure;
};
const receipt = (erasureId: string) => page().erasure.receipt.query({ erasureId });
const answers = ({ steps }: Awaited<ReturnType<typeof receipt>>) =>
  Object.fromEntries(steps.map(({ provider, state, answer }) => [provider, `${state}:${answer}`]));
const whole = async (erasureId: string) =>
  until(async () => {
    const view = await receipt(erasureId);
    return view.steps.every(({ state }) => state !== "waiting") && view;
  });
const ALL_DONE = { mailchimp: "done:erased", retailcrm: "done:tagged", mindbox: "done:tagged" };

describe("erasing one person everywhere", () => {
  it("says first what would happen, and changes nothing by that", async () => {
    const { id, email } = await three.person("asked@shop-one.dev");
    const plan = await page().erasure.plan.query({ customerId: id });
    expect(plan.saleor).toEqual({ kind: "found" });
    expect(Object.fromEntries(plan.connections.map(({ provider, acts }) => [provider, acts]))).toEqual({
      mailchimp: "erase",
      retailcrm: "tag",
      mindbox: "tag",
    });
    expect(member(email)?.status).toBe("transactional");
    expect(three.town.saleor.customers.get(id)?.privateMeta.crm_do_not_sync).toBeUndefined();
    expect(await page().erasure.of.query({ customerId: id })).toBeNull();
  });

  it("keeps them out in Saleor, acts at every provider, and answers for it; nobody is sent again", async () => {
    const { id, email } = await three.person("everywhere@shop-one.dev");
    await three.town.app.rows(`update ledger set rule_state = '{"x": 1}', consents = '{"email": true}' where customer_id = '${id}'`);
    const { id: erasureId, keptOut } = await start(id);
    expect(keptOut).toBe(true);
    const view = await whole(erasureId);
    expect(answers(view)).toEqual(ALL_DONE);
    for (const step of view.steps) {
      expect(step.attempts).toBe(1);
      expect(Date.parse(step.answeredAt!)).toBeGreaterThanOrEqual(Date.parse(step.askedAt!));
    }
    expect(member(email)).toBeUndefined();
    expect(three.tags("retailcrm", email)).toContain(DELETED_TAG);
    expect(three.tags("mindbox", email)).toContain(DELETED_TAG);
    expect(three.town.saleor.customers.get(id)?.privateMeta.crm_do_not_sync).toBe("yes");

    await three.town.saleor.customers.update(id, { firstName: "Anna" });
    for (const provider of PROVIDERS) {
      await until(async () => (await three.stateOf(provider, id)) === "skipped:do_not_sync");
      expect(await three.row(provider, id)).toMatchObject({
        remote_key: null,
        email_hmac: null,
        erasure_id: null,
        consents: {},
        owned_tags: [],
        owned_fields: [],
        rule_state: null,
      });
    }
    expect(member(email)).toBeUndefined();
    expect(three.crm.customer(email)?.firstName).not.toBe("Anna");
    expect(await page().audit.list.query({ limit: 10 })).toContainEqual(
      expect.objectContaining({ action: "erase_everywhere", mine: true, detail: { customer: id, erasure: erasureId } }),
    );
  });

  it("keeps the evidence of consent under the hash, and the address nowhere", async () => {
    const { id } = await three.person("evidence.quartz@shop-one.dev");
    const hash = (await three.row("mailchimp", id))!.email_hmac;
    await three.town.app.rows(
      `insert into consent_log (shop_id, connection_id, person, channel, word, source, evidence)
       select shop_id, id, '${hash}', 'email', true, 'saleor', 'x' from connection_state where id = '${three.ids.mailchimp}'`,
    );
    const view = await whole((await start(id)).id);
    expect(view.person).toBe(hash);
    const log = await page().mapping.consentLog.query({ id: three.ids.mailchimp, email: "evidence.quartz@shop-one.dev" });
    expect(log).toHaveLength(1);
    expect(wordsIn(await everythingKept(three.town.app), new Set(["quartz"]))).toEqual([]);
  });

  it.each([
    ["mailchimp", () => three.town.mailchimp.fail({ kind: "error500" })],
    ["retailcrm", () => three.crm.fail({ kind: "error500" })],
    ["mindbox", () => three.mindbox.fail({ kind: "error500" })],
  ] as const)("stays waiting while %s is down, in the receipt too, and is done by itself afterwards", async (down, fail) => {
    const { id, email } = await three.person(`down.${down}@shop-one.dev`);
    fail();
    const { id: erasureId } = await start(id);
    const others = PROVIDERS.filter((provider) => provider !== down);
    const view = await until(async () => {
      const seen = await receipt(erasureId);
      return seen.steps.every(({ provider, state, attempts }) => (provider === down ? attempts > 0 : state === "done")) && seen;
    });
    for (const provider of others) expect(answers(view)[provider]).toBe(ALL_DONE[provider]);
    expect(answers(view)[down]).toMatch(/^waiting:/);
    // Asked again meanwhile: the same request goes on.
    expect((await start(id)).id).toBe(erasureId);
    three.heal();
    expect(answers(await whole(erasureId))).toEqual(ALL_DONE);
    expect(member(email)).toBeUndefined();
  });

  it("goes on when a person says so, once what a provider refused is mended", async () => {
    const email = "twice@shop-one.dev";
    const [first, second] = three.crm.seed([{ email }, { email }]);
    const { id } = await three.town.saleor.customers.create({ email }, { silent: true });
    const { id: erasureId } = await start(id);
    expect(answers(await whole(erasureId))).toMatchObject({ retailcrm: "refused:several_matches", mailchimp: "done:not_there" });
    three.crm.combine(second!.id, first!.id);
    expect(answers(await page().erasure.retry.mutate({ erasureId })).retailcrm).toMatch(/^(waiting|done):/);
    expect(answers(await whole(erasureId)).retailcrm).toBe("done:tagged");
    expect(three.tags("retailcrm", email)).toContain(DELETED_TAG);
  });

  it("is not taken back with a full sync that is cancelled", async () => {
    const { id, email } = await three.person("cancelled@shop-one.dev");
    three.town.mailchimp.fail({ kind: "error500" });
    const run = await page().runs.start.mutate({ connectionId: three.ids.mailchimp, total: 1 });
    void page()
      .runs.chunk.mutate({ runId: run.id, ids: [id], cursor: null })
      .catch(() => {});
    await until(async () => (await three.town.app.rows(`select 1 from ledger where seen_run = '${run.id}'`)).length);
    const { id: erasureId } = await start(id);
    await page().runs.cancel.mutate({ runId: run.id });
    three.heal();
    expect(answers(await whole(erasureId))).toEqual(ALL_DONE);
    expect(member(email)).toBeUndefined();
  });

  it("finds the contact by the address where the app never sent this person", async () => {
    three.town.mailchimp.audience().seed([{ email: "foreign@shop-one.dev", status: "subscribed" }]);
    const { id } = await three.town.saleor.customers.create({ email: "foreign@shop-one.dev" }, { silent: true });
    const view = await whole((await start(id)).id);
    expect(answers(view)).toEqual({ mailchimp: "done:erased", retailcrm: "done:not_there", mindbox: "done:not_there" });
    expect(member("foreign@shop-one.dev")).toBeUndefined();
  });

  it("erases who was deleted in Saleor already, by the key", async () => {
    await three.save("mailchimp", { deletion: "leave" });
    const { id, email } = await three.person("deleted-before@shop-one.dev");
    await three.town.saleor.customers.delete(id);
    await until(async () => (await three.stateOf("mailchimp", id)) === "gone:deleted_left");
    const view = await whole((await start(id)).id);
    expect(view).toMatchObject({ keptOut: false });
    expect(answers(view).mailchimp).toBe("done:erased");
    expect(member(email)).toBeUndefined();
    expect(await three.stateOf("mailchimp", id)).toBe("gone:erase_requested");
  });

  it("does not touch a contact that belongs to another customer by now", async () => {
    await three.save("mailchimp", { deletion: "leave" });
    const { id, email } = await three.person("passed-on@shop-one.dev");
    await three.town.saleor.customers.delete(id);
    await until(async () => (await three.stateOf("mailchimp", id)) === "gone:deleted_left");
    await three.town.saleor.customers.create({ email }, { silent: true });
    const view = await whole((await start(id)).id);
    expect(answers(view).mailchimp).toBe("done:identity_in_use");
    expect(member(email)?.status).toBe("transactional");
  });

  it("asks nobody where Saleor does not take the mark, and erases nobody", async () => {
    const { id, email } = await three.person("unmarked@shop-one.dev");
    three.town.saleor.fail({ kind: "graphqlError", operation: "UpdatePrivateMetadata" });
    expect(await page().erasure.start.mutate({ customerId: id })).toEqual({ kind: "unavailable", reason: "not_kept_out" });
    three.town.saleor.heal();
    expect(await page().erasure.of.query({ customerId: id })).toBeNull();
    expect(member(email)?.status).toBe("transactional");
  });

  it("says so where a connection went before it answered, and is not held up by it", async () => {
    const { id } = await three.person("disconnected@shop-one.dev");
    three.mindbox.fail({ kind: "error500" });
    const { id: erasureId } = await start(id);
    await page().connections.disconnect.mutate({ id: three.ids.mindbox });
    expect(answers(await whole(erasureId)).mindbox).toMatch(/^lost:/);
  });
});
