/** The deletion policy `erase` at Mailchimp: seen coming for days, called off by a return, held back for many. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({
    settings: { deletion: "erase", eraseAfterDays: "3" },
    variables: { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1", CATCH_UP_MINUTES: "100000", SANDBOX_CUT_OFF_SECONDS: "1" },
  });
});
afterAll(() => town.close());

interface Row {
  state: string;
  reason: string | null;
  due_at: Date | null;
  erase_at: Date | null;
  remote_key: string | null;
  email_hmac: string | null;
}
const audience = () => town.mailchimp.audience();
const member = (email: string) => audience().member(email);
const rowOf = async (id: string) => (await town.app.rows<Row>(`select * from ledger where customer_id = '${id}'`))[0];
const stateOf = async (id: string) => `${(await rowOf(id))?.state}:${(await rowOf(id))?.reason}`;
/** The clock of those who wait for an erasure goes on by so many days. */
const daysLater = (days: number) =>
  town.app.rows(
    `update ledger set erase_at = erase_at - interval '${days} days', due_at = greatest(due_at - interval '${days} days', now() - interval '1 minute') where erase_at is not null`,
  );
async function person(email: string) {
  const created = await town.saleor.customers.create({ email });
  await until(async () => (await stateOf(created.id)) === "in_sync:null");
  await until(async () => (await rowOf(created.id))?.due_at === null);
  return created;
}
async function waiting(email: string) {
  const created = await person(email);
  await town.saleor.customers.delete(created.id);
  await until(async () => (await stateOf(created.id)) === "gone:erase_waits");
  return created;
}

describe("a deleted customer under the policy erase", () => {
  it("waits for the days chosen, in sight, and is then erased for good with nothing kept of them", async () => {
    const { id } = await waiting("forgotten@shop-one.dev");
    const days = ((await rowOf(id))!.erase_at!.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(2.9);
    expect(days).toBeLessThanOrEqual(3);
    expect((await town.page.connections.get.query({ id: town.connectionId })).erasures).toEqual({ waiting: 1, held: 0 });
    await daysLater(2);
    await until(async () => (await rowOf(id))!.due_at!.getTime() > Date.now());
    expect(member("forgotten@shop-one.dev")?.status).toBe("transactional");
    await daysLater(1);
    await until(async () => (await stateOf(id)) === "gone:deleted_erased");
    expect(member("forgotten@shop-one.dev")).toBeUndefined();
    expect(await rowOf(id)).toMatchObject({
      remote_key: null,
      email_hmac: null,
      erase_at: null,
      owned_tags: [],
      owned_fields: [],
      consents: {},
    });
    expect(await town.page.audit.list.query({ limit: 10 })).toContainEqual(
      expect.objectContaining({ action: "erased", staffUserId: null, detail: { provider: "mailchimp", customer: id } }),
    );
    // Mailchimp takes this address from its own form alone.
    const again = await town.saleor.customers.create({ email: "forgotten@shop-one.dev" });
    await until(async () => (await stateOf(again.id)) === "refused:forgotten");
  });

  it("is called off by a return: the address belongs to a new customer, whom the old deletion does not hit", async () => {
    const { id } = await waiting("returned@shop-one.dev");
    const again = await town.saleor.customers.create({ email: "Returned@shop-one.dev", firstName: "Anna" });
    await until(() => member("returned@shop-one.dev")?.merge_fields.FNAME === "Anna");
    await until(async () => (await stateOf(id)) === "gone:identity_in_use");
    await daysLater(30);
    await until(async () => (await stateOf(again.id)) === "in_sync:null");
    expect(member("returned@shop-one.dev")?.status).toBe("transactional");
  });

  it("is called off where the returned customer is not sent at all, but has the address in Saleor", async () => {
    const { id } = await waiting("kept-out@shop-one.dev");
    await town.saleor.customers.create({ email: "kept-out@shop-one.dev", privateMeta: { crm_do_not_sync: "yes" } });
    await daysLater(3);
    await until(async () => (await stateOf(id)) === "gone:identity_in_use");
    expect(member("kept-out@shop-one.dev")?.status).toBe("transactional");
  });

  it("is archived rather than erased where nobody said that they were deleted", async () => {
    const { id } = await person("absent@shop-one.dev");
    await town.saleor.customers.delete(id, { silent: true });
    await town.app.rows(
      `update ledger set gone_at = now(), absent_reads = 3, state = 'waiting', due_at = now(), version = version + 1 where customer_id = '${id}'`,
    );
    await until(async () => (await stateOf(id)) === "gone:deleted_archived");
    expect(member("absent@shop-one.dev")?.status).toBe("archived");
  });

  it("is erased once Mailchimp answers again", async () => {
    const { id } = await waiting("patient@shop-one.dev");
    town.mailchimp.fail({ kind: "error500", match: /delete-permanent/ });
    await daysLater(3);
    await until(async () => (await rowOf(id))?.state === "retrying");
    town.mailchimp.heal();
    await until(async () => (await stateOf(id)) === "gone:deleted_erased");
    expect(member("patient@shop-one.dev")).toBeUndefined();
  });

  it("only archives the contact that somebody left by moving to an address that had one", async () => {
    audience().seed([{ email: "new@shop-one.dev", status: "transactional" }]);
    const { id } = await person("old@shop-one.dev");
    await town.saleor.customers.changeEmail(id, "new@shop-one.dev");
    await until(() => member("old@shop-one.dev")?.status === "archived");
  });
});

describe("many at once", () => {
  const statusOf = (emails: readonly string[]) => new Set(emails.map((email) => member(email)?.status));

  it("are held back, said in Saleor, and erased only when somebody confirms", async () => {
    const emails = Array.from({ length: 21 }, (_, n) => `many.${n}@shop-one.dev`);
    const people = await Promise.all(emails.map((email) => person(email)));
    for (const { id } of people) await town.saleor.customers.delete(id);
    for (const { id } of people) await until(async () => (await stateOf(id)) === "gone:erase_waits");
    await daysLater(3);
    for (const { id } of people) await until(async () => (await stateOf(id)) === "gone:erase_held");
    expect(statusOf(emails)).toEqual(new Set(["transactional"]));
    expect((await town.page.connections.get.query({ id: town.connectionId })).erasures).toEqual({ waiting: 0, held: 21 });
    await town.app.rooms.alerts.look();
    const appId = town.saleor.installedApps()[0]!.id;
    await until(() => town.saleor.problems(appId).some((problem) => problem.message.includes("not erased before somebody confirms")));
    await daysLater(1);
    await until(async () => (await rowOf(people[0]!.id))!.due_at!.getTime() > Date.now());
    expect(statusOf(emails)).toEqual(new Set(["transactional"]));

    expect(await town.page.erasure.confirmWaiting.mutate({ id: town.connectionId })).toEqual({ confirmed: 21 });
    for (const { id } of people) await until(async () => (await stateOf(id)) === "gone:deleted_erased");
    expect(statusOf(emails)).toEqual(new Set([undefined]));
  });

  it("missing at the last comparison hold back the one who was deleted with a word, too", async () => {
    await town.app.rows(`update connection_state set braked_at = now()`);
    const { id } = await waiting("braked@shop-one.dev");
    await daysLater(3);
    await until(async () => (await stateOf(id)) === "gone:erase_held");
    expect(member("braked@shop-one.dev")?.status).toBe("transactional");
    await town.app.rows(`update connection_state set braked_at = null`);
    await town.app.rows(`update ledger set due_at = now() where erase_at is not null`);
    await until(async () => (await stateOf(id)) === "gone:deleted_erased");
  });
});
