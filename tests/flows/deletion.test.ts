import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
let older: AnotherShop;
beforeAll(async () => {
  town = await startConnected({ variables: { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1" } });
  older = await openAnotherShop(town, { version: "3.22.67", audience: "Wholesale" });
});
afterAll(async () => {
  await town.close();
  await older.saleor.close();
});

const member = (email: string) => town.mailchimp.audience().member(email);
const rowOf = async (id: string, connectionId = town.connectionId) =>
  (
    await town.app.rows<{ state: string; reason: string | null; rereads: number; due_at: Date | null }>(
      `select * from ledger where customer_id = '${id}' and connection_id = '${connectionId}'`,
    )
  )[0];
const stateOf = async (id: string, connectionId?: string) => {
  const row = await rowOf(id, connectionId);
  return `${row?.state}:${row?.reason}`;
};
async function person(email: string) {
  const created = await town.saleor.customers.create({ email });
  await until(() => member(email));
  return created;
}
async function save(values: Record<string, string | boolean>): Promise<void> {
  const { version } = await town.page.connections.settings.query({ id: town.connectionId });
  await town.page.connections.saveSettings.mutate({ id: town.connectionId, version, values });
}

describe("a customer is deleted", () => {
  it("archives the contact, keeps its data, and says so", async () => {
    const { id } = await person("archived@shop-one.dev");
    town.mailchimp.audience().addTag("archived@shop-one.dev", "by hand");
    await town.saleor.customers.delete(id);
    await until(async () => (await stateOf(id)) === "gone:deleted_archived");
    expect(member("archived@shop-one.dev")).toMatchObject({ status: "archived", tags: expect.arrayContaining(["by hand"]) });
  });

  it("leaves the contact alone where the merchant chose that", async () => {
    await save({ deletion: "leave" });
    const { id } = await person("left@shop-one.dev");
    await town.saleor.customers.selfDelete(id);
    await until(async () => (await stateOf(id)) === "gone:deleted_left");
    expect(member("left@shop-one.dev")?.status).toBe("transactional");
    await save({ deletion: "archive" });
  });

  it("has nothing to do for somebody who never reached Mailchimp", async () => {
    const { id } = await town.saleor.customers.create({ email: "never@example.com" });
    await until(async () => (await rowOf(id))?.state === "refused");
    await town.saleor.customers.delete(id);
    await until(async () => (await stateOf(id)) === "gone:never_delivered");
  });

  it("is not stopped by a contact that is gone, archived or cannot be archived", async () => {
    const audience = town.mailchimp.audience();
    const [erased, archived, bounced] = [
      await person("erased@shop-one.dev"),
      await person("old@shop-one.dev"),
      await person("bounced@shop-one.dev"),
    ];
    audience.forget("erased@shop-one.dev");
    audience.archive("old@shop-one.dev");
    audience.clean("bounced@shop-one.dev");
    for (const { id } of [erased, archived, bounced]) await town.saleor.customers.delete(id);
    for (const { id } of [erased, archived, bounced]) await until(async () => (await rowOf(id))?.state === "gone");
    expect(member("bounced@shop-one.dev")?.status).toBe("cleaned");
  });

  it("archives a contact of which only the first half was delivered", async () => {
    town.mailchimp.fail({ kind: "error500", method: "POST", match: /\/tags$/ });
    const { id } = await town.saleor.customers.create({ email: "half@shop-one.dev" });
    await until(async () => (await rowOf(id))?.state === "retrying");
    await town.saleor.customers.delete(id);
    town.mailchimp.heal();
    await until(async () => (await stateOf(id)) === "gone:deleted_archived");
    expect(member("half@shop-one.dev")?.status).toBe("archived");
  });

  it("waits for Mailchimp when that does not answer, and archives afterwards", async () => {
    const { id } = await person("patient@shop-one.dev");
    town.mailchimp.fail({ kind: "error500" });
    await town.saleor.customers.delete(id);
    await until(async () => (await rowOf(id))?.state === "retrying");
    town.mailchimp.heal();
    await until(() => member("patient@shop-one.dev")?.status === "archived");
  });

  it.each(["graphqlError", "nulls"] as const)("waits for Saleor when that cannot say who else has the address: %s", async (kind) => {
    const email = `unsure.${kind.toLowerCase()}@shop-one.dev`;
    const { id } = await person(email);
    town.saleor.fail({ kind, operation: "CustomerByEmail" });
    await town.saleor.customers.delete(id);
    await until(async () => (await rowOf(id))?.state === "retrying" || member(email)?.status === "archived");
    expect(member(email)?.status).toBe("transactional");
    town.saleor.heal();
    await until(() => member(email)?.status === "archived");
  });

  it("believes the event only once the customer cannot be read any more", async () => {
    const { id, email } = await person("alive@shop-one.dev");
    const request = await town.saleor.draftWebhook({
      appId: town.saleor.installedApps()[0]!.id,
      event: "CUSTOMER_DELETED",
      customerId: id,
    });
    expect((await fetch(request.url, { method: "POST", headers: request.headers, body: request.body })).status).toBe(200);
    await until(async () => Number((await rowOf(id))?.rereads) > 1);
    expect(member(email)?.status).toBe("transactional");
    await town.saleor.customers.delete(id, { silent: true });
    await town.app.rows(`update ledger set due_at = now() where customer_id = '${id}'`);
    await until(() => member(email)?.status === "archived");
  });
});

describe("a deletion that nobody told us of", () => {
  const wholesale = (email: string) => town.mailchimp.audience("Wholesale").member(email);

  it("changes nothing on a core without deletion events", async () => {
    const { id } = await older.saleor.customers.create({ email: "silent@older.dev" });
    await until(() => wholesale("silent@older.dev"));
    await until(async () => (await rowOf(id, older.connectionId))?.due_at === null);
    await older.saleor.customers.delete(id);
    await older.saleor.settled();
    expect(await stateOf(id, older.connectionId)).toBe("in_sync:null");
    expect(wholesale("silent@older.dev")?.status).toBe("transactional");
    expect(await older.page.customers.syncNow.mutate({ connectionId: older.connectionId, who: id })).toEqual({ kind: "not_found" });
    expect(await older.page.customers.syncNow.mutate({ connectionId: older.connectionId, who: "silent@older.dev" })).toEqual({
      kind: "not_found",
    });
    expect(wholesale("silent@older.dev")?.status).toBe("transactional");
  });

  it("is looked at three times more before the customer counts as absent, and then is skipped, not gone", async () => {
    const { id } = await older.saleor.customers.create({ email: "absent@older.dev" });
    await until(() => wholesale("absent@older.dev"));
    await until(async () => (await rowOf(id, older.connectionId))?.due_at === null);
    await older.saleor.customers.delete(id);
    const run = await older.page.runs.start.mutate({ connectionId: older.connectionId, total: 1 });
    void older.page.runs.chunk.mutate({ runId: run.id, ids: [id], cursor: null }).catch(() => {});
    for (const rereads of [1, 2, 3]) {
      await until(async () => (await rowOf(id, older.connectionId))?.rereads === rereads);
      expect((await rowOf(id, older.connectionId))?.state).toBe("waiting");
      await town.app.rows(`update ledger set due_at = now() where customer_id = '${id}' and connection_id = '${older.connectionId}'`);
    }
    await until(async () => (await stateOf(id, older.connectionId)) === "skipped:not_in_saleor");
    expect(wholesale("absent@older.dev")?.status).toBe("transactional");
    await older.page.runs.walkDone.mutate({ runId: run.id, cursor: null });
    expect(await older.page.runs.get.query({ runId: run.id })).toMatchObject({ state: "finished", skipped: 1, marked: 1 });
  });
});
