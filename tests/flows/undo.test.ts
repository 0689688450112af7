/** Taking back what a full sync created. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UndoWay } from "@/model/undo";
import { FIRST_SITE, type RetailCrmSandbox, startRetailCrm } from "../sandbox/retailcrm";
import { type Connected, startConnected, until } from "./app";

const VARIABLES = { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1", SANDBOX_CUT_OFF_SECONDS: "1", CATCH_UP_MINUTES: "0.02" };
let crm: RetailCrmSandbox;
let town: Connected;
let mailchimpId: string;
beforeAll(async () => {
  crm = await startRetailCrm();
  town = await startConnected({ live: false, variables: { ...VARIABLES, RETAILCRM_BASE_URL: crm.url } });
  mailchimpId = town.connectionId;
});
afterAll(async () => {
  await town.close();
  await crm.close();
});
beforeEach(() => {
  town.mailchimp.heal();
  crm.heal();
});

const member = (email: string) => town.mailchimp.audience().member(email);
let made = 0;
async function people(count: number) {
  const batch = ++made;
  const names = Array.from({ length: count }, (_, n) => `p${n}.b${batch}@shop-one.dev`);
  return Promise.all(names.map((email) => town.saleor.customers.create({ email, firstName: "Ada" }, { silent: true })));
}
type People = Awaited<ReturnType<typeof people>>;

async function fullSync(connectionId: string, who: People) {
  const { id: runId } = await town.page.runs.start.mutate({ connectionId, total: who.length });
  await town.page.runs.chunk.mutate({ runId, ids: who.map(({ id }) => id), cursor: { at: 0 } });
  await town.page.runs.walkDone.mutate({ runId, cursor: null });
  await until(async () => (await town.page.runs.get.query({ runId })).state === "finished", 40_000);
  return runId;
}

const ended = (runId: string) =>
  until(async () => {
    const seen = await town.page.undo.get.query({ runId });
    return seen?.finishedAt && seen;
  }, 40_000);
async function undoAll(runId: string, way: UndoWay) {
  await town.page.undo.start.mutate({ runId, way });
  return ended(runId);
}
const rowOf = async (id: string, connectionId = mailchimpId) =>
  (
    await town.app.rows<{ state: string; reason: string | null; due_at: Date | null; seen_updated_at: Date }>(
      `select * from ledger where customer_id = '${id}' and connection_id = '${connectionId}'`,
    )
  )[0];
const stateOf = async (id: string, connectionId?: string) => {
  const row = await rowOf(id, connectionId);
  return `${row?.state}:${row?.reason}`;
};

describe("undoing a full sync to Mailchimp", () => {
  it("says before what it would take back, archives exactly that, and writes down who asked", async () => {
    const [old] = await people(1);
    town.mailchimp.audience().seed([{ email: old!.email, status: "subscribed" }]);
    const fresh = await people(3);
    const runId = await fullSync(mailchimpId, [old!, ...fresh]);
    const preview = await town.page.undo.preview.query({ runId });
    expect(preview).toMatchObject({ count: 3, created: 3, ways: ["archive", "tag"], tag: "Saleor sync undone" });
    expect(preview.examples.toSorted()).toEqual(fresh.map(({ id }) => id).toSorted());
    expect(await town.page.undo.get.query({ runId })).toBeNull();
    expect(await undoAll(runId, "archive")).toMatchObject({ marked: 3, undone: 3, left: 0, failed: 0, mine: true, way: "archive" });
    for (const { email, id } of fresh) {
      expect(member(email)?.status).toBe("archived");
      expect(await stateOf(id)).toBe("skipped:undone_archived");
    }
    expect(member(old!.email)?.status).toBe("subscribed");
    expect(town.mailchimp.statusWrites()).toEqual([]);
    expect(await town.page.undo.preview.query({ runId })).toMatchObject({ count: 0, examples: [] });
    const [entry] = await town.page.audit.list.query({ limit: 1 });
    expect(entry).toMatchObject({ action: "undone", mine: true, detail: { provider: "mailchimp", run: runId, way: "archive" } });
  });

  it("tags where the merchant would rather look first, and the tag goes when the customer is synced again", async () => {
    const [one, two] = await people(2);
    const runId = await fullSync(mailchimpId, [one!, two!]);
    expect(await undoAll(runId, "tag")).toMatchObject({ undone: 2 });
    expect(member(one!.email)).toMatchObject({ status: "transactional", tags: expect.arrayContaining(["Saleor sync undone"]) });
    expect(await stateOf(one!.id)).toBe("skipped:undone_tagged");
    const again = await town.page.customers.syncNow.mutate({ connectionId: mailchimpId, who: one!.id });
    expect(again).toMatchObject({ kind: "done", state: "in_sync" });
    expect(member(one!.email)?.tags).toEqual(["Saleor Import"]);
    expect(member(two!.email)?.tags).toContain("Saleor sync undone");
  });

  it("leaves alone whom somebody changed there since, or who opted out, and says so", async () => {
    const [tagged, edited, optedOut, later, plain] = await people(5);
    const runId = await fullSync(mailchimpId, [tagged!, edited!, optedOut!, later!, plain!]);
    const audience = town.mailchimp.audience();
    audience.addTag(tagged!.email, "by hand");
    audience.seed([{ email: edited!.email, status: "transactional", merge_fields: { FNAME: "Grace" } }]);
    audience.unsubscribe(optedOut!.email);
    // Changed there an hour after we delivered it, in something that we do not write.
    await town.app.rows(`update ledger set delivered_at = now() - interval '1 hour' where customer_id = '${later!.id}'`);
    const done = await undoAll(runId, "archive");
    expect(done).toMatchObject({ marked: 5, undone: 1, left: 4 });
    expect(done.ends).toEqual(
      expect.arrayContaining([
        { end: "undone", reason: "undone_archived", count: 1 },
        { end: "left", reason: "undo_changed", count: 3 },
        { end: "left", reason: "undo_opted_out", count: 1 },
      ]),
    );
    for (const { email } of [tagged!, edited!, later!]) expect(member(email)?.status).toBe("transactional");
    expect(member(optedOut!.email)?.status).toBe("unsubscribed");
    expect(await stateOf(tagged!.id)).toBe("in_sync:undo_changed");
    // Somebody may take the tag off and ask once more.
    audience.removeTag(tagged!.email, "by hand");
    expect(await undoAll(runId, "archive")).toMatchObject({ marked: 4, undone: 1, left: 3 });
  });

  it("leaves alone a contact that another customer stands for by now", async () => {
    const [first, second] = await people(2);
    const runId = await fullSync(mailchimpId, [first!]);
    await town.app.rows(`insert into ledger (connection_id, customer_id, state, remote_key, email_hmac)
      select connection_id, '${second!.id}', 'in_sync', remote_key, email_hmac from ledger
      where customer_id = '${first!.id}' and connection_id = '${mailchimpId}'`);
    expect((await undoAll(runId, "archive")).ends).toEqual([{ end: "left", reason: "identity_in_use", count: 1 }]);
    expect(member(first!.email)?.status).toBe("transactional");
  });

  it("waits for Mailchimp when that does not answer, and goes on afterwards", async () => {
    const who = await people(4);
    const runId = await fullSync(mailchimpId, who);
    town.mailchimp.fail({ kind: "error500" });
    await town.page.undo.start.mutate({ runId, way: "archive" });
    await until(
      async () => (await town.app.rows(`select 1 from ledger where undo->>'run' = '${runId}' and state = 'retrying'`)).length > 0,
    );
    expect(await town.page.undo.get.query({ runId })).toMatchObject({ finishedAt: null, undone: 0, marked: 4 });
    await expect(town.page.undo.start.mutate({ runId, way: "archive" })).rejects.toThrow(/under way/);
    await expect(town.page.runs.start.mutate({ connectionId: mailchimpId, total: 1 })).rejects.toThrow(/being undone/);
    town.mailchimp.heal();
    expect(await ended(runId)).toMatchObject({ undone: 4, failed: 0 });
  });

  it.each(["archive", "tag"] as const)("counts once what was done before its answer was lost: %s", async (way) => {
    const who = await people(3);
    const runId = await fullSync(mailchimpId, who);
    const match = way === "archive" ? { method: "DELETE" } : { method: "POST", match: /\/tags$/ };
    town.mailchimp.fail({ kind: "cut", afterwards: true, times: 3, ...match });
    expect(await undoAll(runId, way)).toMatchObject({ marked: 3, undone: 3, left: 0, failed: 0 });
    for (const { email } of who)
      if (way === "archive") expect(member(email)?.status).toBe("archived");
      else expect(member(email)?.tags).toContain("Saleor sync undone");
  });

  it("gives up for one contact after days, and counts it", async () => {
    const who = await people(2);
    const runId = await fullSync(mailchimpId, who);
    town.mailchimp.fail({ kind: "garbage", method: "DELETE" });
    await town.page.undo.start.mutate({ runId, way: "archive" });
    await until(async () => (await town.app.rows(`select 1 from ledger where undo->>'run' = '${runId}' and attempts > 0`)).length === 2);
    await town.app.rows(`update ledger set failing_since = now() - interval '4 days' where undo->>'run' = '${runId}'`);
    expect(await ended(runId)).toMatchObject({ undone: 0, failed: 2 });
    expect((await rowOf(who[0]!.id))?.state).toBe("in_sync");
  });
});

describe("a customer whose contact was taken back", () => {
  it("is not created anew by catch-ups, logins or comparisons, and comes back by a change, by Sync now or by another full sync", async () => {
    const [calm, changed, asked, swept] = await people(4);
    const runId = await fullSync(mailchimpId, [calm!, changed!, asked!, swept!]);
    expect(await undoAll(runId, "archive")).toMatchObject({ undone: 4 });
    await town.page.connections.setLive.mutate({ id: mailchimpId, live: true });
    const read = await town.saleor.customers.login(calm!.id);
    await until(async () => ((await rowOf(calm!.id))?.seen_updated_at.getTime() ?? 0) * 1000 >= read.updatedAt - 1_000);
    await town.app.rows("update shop set compare_at = now()");
    await until(async () => (await town.app.rows("select 1 from ledger where listed_at is not null")).length > 0);
    await until(async () => (await rowOf(calm!.id))?.due_at === null);
    expect(await stateOf(calm!.id)).toBe("skipped:undone_archived");
    expect(member(calm!.email)?.status).toBe("archived");

    await town.saleor.customers.update(changed!.id, { firstName: "Grace" });
    await until(() => member(changed!.email)?.status === "transactional" && member(changed!.email)?.merge_fields.FNAME === "Grace");
    expect(await town.page.customers.syncNow.mutate({ connectionId: mailchimpId, who: asked!.id })).toMatchObject({ state: "in_sync" });
    expect(member(asked!.email)?.status).toBe("transactional");
    const next = await fullSync(mailchimpId, [swept!]);
    expect(await town.page.runs.get.query({ runId: next })).toMatchObject({ updated: 1, skipped: 0 });
    expect(member(swept!.email)?.status).toBe("transactional");
    // It was created by the first run; brought back since, it is not that run's to take back.
    expect(await town.page.undo.preview.query({ runId })).toMatchObject({ count: 0 });
    await town.page.connections.setLive.mutate({ id: mailchimpId, live: false });
  });
});

describe("undoing a full sync to RetailCRM", () => {
  it("offers the tag alone, tags what it created and leaves who was there before", async () => {
    const granted = await town.page.connect.withKey.mutate({
      provider: "retailcrm",
      credentials: { address: "example-shop.retailcrm.ru", apiKey: crm.keys.main.value },
    });
    if (granted.kind !== "granted") throw new Error(granted.reason);
    const confirmed = await town.page.connect.confirm.mutate({ attemptId: granted.attemptId });
    if (confirmed.kind !== "connected") throw new Error(confirmed.kind);
    const { connectionId } = confirmed;
    const { version } = await town.page.connections.settings.query({ id: connectionId });
    await town.page.connections.saveSettings.mutate({ id: connectionId, version, values: { site: FIRST_SITE } });
    const [old, one, two] = await people(3);
    crm.seed([{ email: old!.email }]);
    const runId = await fullSync(connectionId, [old!, one!, two!]);
    expect(await town.page.undo.preview.query({ runId })).toMatchObject({ count: 2, ways: ["tag"] });
    await expect(town.page.undo.start.mutate({ runId, way: "archive" })).rejects.toThrow(/cannot archive/);
    crm.fail({ kind: "error500", times: 2 });
    expect(await undoAll(runId, "tag")).toMatchObject({ undone: 2, failed: 0 });
    for (const { email } of [one!, two!]) expect(crm.customer(email)?.tags).toContain("Saleor sync undone");
    expect(crm.customer(old!.email)?.tags).toEqual(["Saleor Import"]);
    expect([crm.violations, crm.statusWrites]).toEqual([[], []]);
    expect(await town.page.customers.syncNow.mutate({ connectionId, who: one!.id })).toMatchObject({ state: "in_sync" });
    expect(crm.customer(one!.email)?.tags).toEqual(["Saleor Import"]);
  });
});

describe("an undo and another target", () => {
  it("ends where the contacts are not ours to find any more", async () => {
    const who = await people(2);
    const runId = await fullSync(mailchimpId, who);
    town.mailchimp.fail({ kind: "error500" });
    await town.page.undo.start.mutate({ runId, way: "archive" });
    const { version } = await town.page.connections.settings.query({ id: mailchimpId });
    town.mailchimp.heal();
    town.mailchimp.fail({ kind: "error500", method: "DELETE" });
    await town.page.connections.saveSettings.mutate({
      id: mailchimpId,
      version,
      values: { audience: town.mailchimp.audience("Wholesale").id },
    });
    expect(await ended(runId)).toMatchObject({ problem: "target_changed", undone: 0 });
    expect(await town.page.undo.preview.query({ runId })).toMatchObject({ count: 0 });
  });
});
