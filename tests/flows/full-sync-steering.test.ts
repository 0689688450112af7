import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({ variables: { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1" } });
});
afterAll(() => town.close());
afterEach(async () => {
  town.mailchimp.heal();
  const { run } = await town.page.connections.get.query({ id: town.connectionId });
  if (run) await town.page.runs.cancel.mutate({ runId: run.id });
});

const member = (email: string) => town.mailchimp.audience().member(email);
const start = (total: number | null = null) => town.page.runs.start.mutate({ connectionId: town.connectionId, total });
const chunk = (runId: string, ids: string[], again = false) =>
  town.page.runs.chunk.mutate({ runId, ids, cursor: { saw: ids.length }, again });
const get = (runId: string) => town.page.runs.get.query({ runId });
const walkDone = (runId: string) => town.page.runs.walkDone.mutate({ runId, cursor: null });
let made = 0;
async function crowd(size: number): Promise<{ ids: string[]; emails: string[] }> {
  made += 1;
  const emails = Array.from({ length: size }, (_, i) => `crowd.${made}.${i}@shop-one.dev`);
  const people = await Promise.all(emails.map((email) => town.saleor.customers.create({ email }, { silent: true })));
  return { ids: people.map(({ id }) => id), emails };
}
const finished = (runId: string) => until(async () => (await get(runId)).state === "finished" && (await get(runId)));

describe("steering a full sync", () => {
  it("makes one run of two starts, and says whose it is", async () => {
    const [one, two] = await Promise.all([start(5), start(5)]);
    expect(one.id).toBe(two.id);
    expect(one.mine).toBe(true);
    const appId = town.saleor.installedApps()[0]!.id;
    const other = await town.app.page(town.saleor, { token: await town.saleor.staffToken({ appId, claims: { user_id: "VXNlcjo3Nzc=" } }) });
    expect(await other.runs.start.mutate({ connectionId: town.connectionId, total: 5 })).toMatchObject({ id: one.id, mine: false });
  });

  it("counts a customer once, however often the page hands it in", async () => {
    const { ids } = await crowd(30);
    const { id } = await start(30);
    await Promise.all([chunk(id, ids), chunk(id, ids), chunk(id, ids.slice(0, 10))]);
    await chunk(id, [...ids, ...ids.slice(0, 3)]);
    await chunk(id, ids.slice(0, 5), true);
    await walkDone(id);
    expect(await finished(id)).toMatchObject({ marked: 30, done: 30, created: 30, due: 0 });
  });

  it("marks nobody while it is paused, and goes on from its cursor", async () => {
    const [before, later] = [await crowd(5), await crowd(5)];
    const { id } = await start(10);
    await chunk(id, before.ids);
    expect(await town.page.runs.pause.mutate({ runId: id })).toMatchObject({ state: "paused" });
    expect(await chunk(id, later.ids)).toMatchObject({ settled: 0, stillDue: 5, run: { marked: 5, cursor: { saw: 5 } } });
    expect(later.emails.filter(member)).toEqual([]);
    expect(await start(10)).toMatchObject({ id, state: "paused" });
    expect(await town.page.runs.resume.mutate({ runId: id })).toMatchObject({ state: "running", cursor: { saw: 5 } });
    expect(await chunk(id, later.ids)).toMatchObject({ settled: 5, stillDue: 0 });
    await walkDone(id);
    expect(await finished(id)).toMatchObject({ marked: 10, created: 10 });
  });

  it("is not finished before every customer has an outcome", async () => {
    const { ids, emails } = await crowd(30);
    const { id } = await start(30);
    town.mailchimp.fail({ kind: "error500" });
    void chunk(id, ids).catch(() => {});
    await until(async () => (await get(id)).retrying > 0);
    await walkDone(id);
    expect(await get(id)).toMatchObject({ state: "running", walkDone: true, marked: 30, done: 0, due: 30 });
    expect((await town.page.connections.get.query({ id: town.connectionId })).health).toBe("provider_down");
    expect((await town.page.runs.reasons.query({ runId: id })).some(({ state }) => state === "retrying")).toBe(true);
    town.mailchimp.heal();
    expect(await finished(id)).toMatchObject({ created: 30, retrying: 0, due: 0 });
    expect(emails.every(member)).toBe(true);
  });

  it("loses nobody when Mailchimp goes away in the middle and writes were done without an answer", async () => {
    const { ids, emails } = await crowd(60);
    const { id } = await start(60);
    await chunk(id, ids.slice(0, 20));
    town.mailchimp.fail({ kind: "cut", afterwards: true, method: "POST", times: 2 });
    void chunk(id, ids.slice(20)).catch(() => {});
    await walkDoneWhenMarked(id, 60);
    const run = await finished(id);
    expect(run.done).toBe(60);
    expect(run.refused + run.gaveUp + run.skipped).toBe(0);
    expect(emails.filter((email) => member(email)?.status !== "transactional")).toEqual([]);
    expect(emails.filter((email) => !member(email)?.tags.includes("Saleor Import"))).toEqual([]);
  });

  it("cancels: what is done stays, what is not sent is not sent, and a change told meanwhile still is", async () => {
    const [sent, unsent] = [await crowd(5), await crowd(25)];
    const { id } = await start(30);
    await chunk(id, sent.ids);
    town.mailchimp.fail({ kind: "error500" });
    void chunk(id, unsent.ids).catch(() => {});
    await until(async () => (await get(id)).retrying > 0);
    await town.saleor.customers.update(unsent.ids[3]!, { firstName: "Told" });
    await town.saleor.settled();
    // No probe is on the wire at the moment of cancelling: that one would go through.
    await town.app.rows("update lease set not_before = now() + interval '1 hour'");
    await until(async () => (await town.app.rows("select 1 from ledger where in_flight is not null")).length === 0);
    expect(await town.page.runs.cancel.mutate({ runId: id })).toMatchObject({ state: "cancelled", created: 5 });
    town.mailchimp.heal();
    await town.app.rows("update lease set not_before = null");
    await until(() => member(unsent.emails[3]!));
    await until(async () => (await dueCount()) === 0);
    expect(unsent.emails.filter(member)).toEqual([unsent.emails[3]]);
    expect(sent.emails.every(member)).toBe(true);
    expect(await chunk(id, unsent.ids)).toMatchObject({ settled: 0, stillDue: 25 });
  });

  it("says for whom it waits: Saleor is not blamed on the provider", async () => {
    const people = await crowd(5);
    const { id } = await start(5);
    town.saleor.fail({ kind: "error500", operation: "CustomersByIds" });
    void chunk(id, people.ids).catch(() => {});
    await until(async () => (await get(id)).retrying > 0);
    expect(await get(id)).toMatchObject({ retrying: 5, retryingReason: "saleor_unreachable" });
    town.saleor.heal();
    await walkDoneWhenMarked(id, 5);
    expect(await finished(id)).toMatchObject({ created: 5, retrying: 0, retryingReason: null });
  });

  it("can be taken up again after it was cancelled, and then reaches everybody", async () => {
    const [first, second] = [await crowd(25), await crowd(5)];
    const { id } = await start(30);
    town.mailchimp.fail({ kind: "error500" });
    void chunk(id, first.ids).catch(() => {});
    await until(async () => (await get(id)).retrying > 0);
    await town.page.runs.cancel.mutate({ runId: id });
    town.mailchimp.heal();
    const resumed = await town.page.runs.resume.mutate({ runId: id });
    expect(resumed.state).toBe("running");
    // The place of the walk is behind those who were let go: it begins anew, and who was reached already is not asked twice.
    expect(resumed.cursor).toBeNull();
    await chunk(id, [...first.ids, ...second.ids]);
    await walkDone(id);
    expect(await finished(id)).toMatchObject({ marked: 30, created: 30 });
    expect([...first.emails, ...second.emails].every(member)).toBe(true);
  });

  it("takes up an old run only while no other one is under way", async () => {
    const { id: old } = await start(1);
    await town.page.runs.cancel.mutate({ runId: old });
    const { id: present } = await start(1);
    expect(present).not.toBe(old);
    expect(await town.page.runs.resume.mutate({ runId: old })).toMatchObject({ state: "cancelled" });
    expect(await town.page.runs.retry.mutate({ runId: old })).toMatchObject({ state: "cancelled" });
    expect(await get(present)).toMatchObject({ state: "running" });
  });
});

async function walkDoneWhenMarked(runId: string, marked: number): Promise<void> {
  await until(async () => (await get(runId)).marked === marked);
  await walkDone(runId);
}
const dueCount = async () =>
  (await town.app.rows<{ n: number }>("select count(*)::int as n from ledger where due_at is not null or in_flight is not null"))[0]!.n;
