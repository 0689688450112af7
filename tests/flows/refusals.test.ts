import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAnotherShop } from "./another-shop";
import { type Connected, connect, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({ variables: { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1" } });
});
afterAll(() => town.close());

const at = (audience: string | undefined, email: string) => town.mailchimp.audience(audience).member(email);
const view = () => town.page.connections.get.query({ id: town.connectionId });
const health = async () => (await view()).health;
const problems = () => town.saleor.problems(town.saleor.installedApps()[0]!.id).filter(({ dismissed }) => !dismissed);
async function save(values: Record<string, string | boolean>) {
  const { version } = await town.page.connections.settings.query({ id: town.connectionId });
  return town.page.connections.saveSettings.mutate({ id: town.connectionId, version, values });
}

describe("the access was withdrawn", () => {
  it("stops, keeps every change, asks nobody in vain, and goes on by itself once somebody has signed in again", async () => {
    await town.saleor.customers.create({ email: "early@shop-one.dev" });
    await until(() => at(undefined, "early@shop-one.dev"));
    town.mailchimp.revokeAll();
    const people = await Promise.all(["one", "two"].map((name) => town.saleor.customers.create({ email: `${name}@revoked.dev` })));
    await until(async () => (await health()) === "reconnect");
    await town.saleor.settled();
    const before = town.mailchimp.requests.length;
    await town.saleor.customers.update(people[0]!.id, { firstName: "Newest" });
    await town.saleor.customers.create({ email: "three@revoked.dev" });
    await until(async () => (await view()).counts.waiting >= 3);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(town.mailchimp.requests.length).toBe(before);
    expect(await view()).toMatchObject({ healthReason: "credentials_refused", live: true, target: { id: town.mailchimp.audience().id } });
    expect(await connect(town.page, town.mailchimp)).toBe(town.connectionId);
    await until(() => ["one", "two", "three"].every((name) => at(undefined, `${name}@revoked.dev`)));
    expect(at(undefined, "one@revoked.dev")?.merge_fields.FNAME).toBe("Newest");
    await until(async () => (await health()) === "live");
    expect((await town.page.connections.settings.query({ id: town.connectionId })).values.audience).toBe(town.mailchimp.audience().id);
  });

  it("is said in Saleor too, and taken back", async () => {
    town.mailchimp.revokeAll();
    await town.saleor.customers.create({ email: "told@revoked.dev" });
    await until(() => problems().length > 0);
    await connect(town.page, town.mailchimp);
    await until(() => problems().length === 0);
  });

  it("keeps nobody waiting in front of a page for what cannot come", async () => {
    town.mailchimp.revokeAll();
    const { id } = await town.saleor.customers.create({ email: "asker@revoked.dev" });
    await until(async () => (await health()) === "reconnect");
    const ask = () => town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: id });
    expect(await within(5_000, ask())).toEqual({ kind: "unavailable", reason: "credentials_refused" });
    const { id: runId } = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: 1 });
    expect(await within(5_000, town.page.runs.chunk.mutate({ runId, ids: [id], cursor: null }))).toMatchObject({ stillDue: 1 });
    await connect(town.page, town.mailchimp);
    await until(() => at(undefined, "asker@revoked.dev"));
    await town.page.runs.walkDone.mutate({ runId, cursor: null });
    await until(async () => (await town.page.runs.get.query({ runId })).state === "finished");
  });
});

describe("the audience was deleted", () => {
  it("stops with 'choose another audience', keeps the changes, and sends them to the one that is chosen", async () => {
    const old = town.mailchimp.audience();
    const known = town.saleor.customers.all().map(({ id }) => id);
    town.mailchimp.deleteAudience(old.id);
    await town.saleor.customers.create({ email: "waits@moved.dev" });
    await until(async () => (await health()) === "target_gone", 75_000);
    await town.saleor.customers.create({ email: "waits.too@moved.dev" });
    await until(async () => (await view()).counts.waiting >= 2);
    expect(await save({ audience: old.id })).toMatchObject({ kind: expect.stringMatching(/saved|invalid/) });
    expect(await health()).toBe("target_gone");
    expect(await save({ audience: "0000000000" })).toEqual({
      kind: "invalid",
      problems: [{ name: "audience", messageKey: "target_gone" }],
    });
    expect(await save({ audience: town.mailchimp.audience("Wholesale").id })).toMatchObject({ kind: "saved", targetChanged: true });
    await until(() => at("Wholesale", "waits@moved.dev") && at("Wholesale", "waits.too@moved.dev"));
    await until(async () => (await health()) === "live");
    // Nobody else has been sent there, and the pages do not say so.
    await until(async () => (await view()).counts.inSync === town.mailchimp.audience("Wholesale").size);
    const { counts, ...seen } = await view();
    expect(counts.inSync).toBeLessThan(known.length);
    expect(seen).toMatchObject({ fullSyncedAt: null, run: null });
    // Everybody known goes there with the next full sync, although nothing about them has changed.
    const { id: runId } = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: known.length });
    await town.page.runs.chunk.mutate({ runId, ids: known, cursor: null });
    await town.page.runs.walkDone.mutate({ runId, cursor: null });
    await until(async () => (await town.page.runs.get.query({ runId })).state === "finished");
    expect(town.saleor.customers.all().filter(({ email }) => !at("Wholesale", email))).toEqual([]);
  }, 120_000);
});

describe("Saleor reads from a replica that lags behind", () => {
  it("ends with the newest state of everybody, however quickly changes follow each other", async () => {
    const shop = await openAnotherShop(town, { audience: "Press" });
    const press = (email: string) => at("Press", email);
    const person = await shop.saleor.customers.create({ email: "lag@replica.dev", firstName: "Zero" });
    await until(() => press("lag@replica.dev"));
    shop.saleor.dials.replicaLagMs = 600;
    await shop.saleor.customers.update(person.id, { firstName: "One" });
    await until(() => press("lag@replica.dev")?.merge_fields.FNAME === "One");
    // The second change comes when the replica shows the first one only.
    await shop.saleor.customers.update(person.id, { firstName: "Two" });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await shop.saleor.customers.update(person.id, { lastName: "Late" });
    await until(() => press("lag@replica.dev")?.merge_fields.LNAME === "Late");
    expect(press("lag@replica.dev")?.merge_fields.FNAME).toBe("Two");
    const fresh = await shop.saleor.customers.create({ email: "new@replica.dev", firstName: "New" });
    await until(() => press("new@replica.dev"));
    await shop.saleor.customers.delete(fresh.id);
    await until(() => press("new@replica.dev")?.status === "archived");
    await shop.saleor.close();
  });
});

function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return Promise.race([
    answer,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms).unref()),
  ]);
}
