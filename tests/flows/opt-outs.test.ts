import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connected, connect, startConnected, until } from "./app";

const KEY = "crm_consent.mailchimp.email";
let town: Connected;
let people = 0;
let email: string;
beforeAll(async () => {
  town = await startConnected({ variables: { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5" } });
  const { version } = await town.page.mapping.rules.query({ id: town.connectionId });
  const consentRules = [{ channel: "email", source: { kind: "private", key: KEY }, optIn: "direct" }];
  await town.page.mapping.save.mutate({ id: town.connectionId, version, consentRules });
});
beforeEach(() => {
  email = `leaver.${++people}@shop-one.dev`;
});
afterAll(() => town.close());

const audience = () => town.mailchimp.audience();
const listen = () => town.page.mapping.listen.mutate({ id: town.connectionId });
const wordOf = (id: string) => town.saleor.customers.all().find((person) => person.id === id)?.privateMeta[KEY];
const idle = () => until(async () => (await town.app.rows("select 1 from ledger where due_at is not null")).length === 0);
const log = () => town.page.mapping.consentLog.query({ id: town.connectionId, email });
async function subscriber(): Promise<string> {
  const { id } = await town.saleor.customers.create({ email, privateMeta: { [KEY]: "yes" } });
  await until(() => audience().member(email)?.status === "subscribed");
  await idle();
  return id;
}

describe("the webhook", () => {
  it("is made once, is checked by Mailchimp, and replaces one of ours that is out of date", async () => {
    expect(await listen()).toEqual({ kind: "listening" });
    expect(await listen()).toEqual({ kind: "listening" });
    const [url, ...more] = audience().webhooks();
    expect(more).toEqual([]);
    expect(url).toMatch(new RegExp(`^${town.app.origin}/api/inbound/${town.connectionId}/[\\w-]{43}$`));
  });

  it("takes nothing from whoever does not know its secret", async () => {
    const id = await subscriber();
    audience().seed([{ email, status: "unsubscribed", by: "self" }]);
    const body = new URLSearchParams({ type: "unsubscribe", "data[email]": email });
    const url = `${town.app.origin}/api/inbound/${town.connectionId}/${"A".repeat(43)}`;
    expect((await fetch(url, { method: "POST", body })).status).toBe(404);
    expect((await fetch(`${town.app.origin}/api/inbound/none/${"A".repeat(43)}`)).status).toBe(404);
    expect(wordOf(id)).toBe("yes");
  });

  it("believes no delivery that Mailchimp itself does not confirm", async () => {
    const id = await subscriber();
    const body = new URLSearchParams({ type: "unsubscribe", "data[email]": email });
    expect((await fetch(audience().webhooks()[0]!, { method: "POST", body })).status).toBe(200);
    expect(wordOf(id)).toBe("yes");
  });
});

describe("a person who unsubscribes at Mailchimp", () => {
  it("has it written in Saleor, without a loop, and stays out", async () => {
    const id = await subscriber();
    const writes = town.mailchimp.statusWrites().length;
    audience().unsubscribe(email);
    await until(() => wordOf(id) === "no");
    await until(
      async () => (await town.app.rows(`select 1 from ledger where customer_id = '${id}' and consents->'email' = 'false'`)).length,
    );
    await idle();
    await town.saleor.customers.setPrivateMeta(id, { [KEY]: "yes" });
    await until(
      async () => (await town.app.rows(`select 1 from ledger where reason = 'opted_out_at_provider' and customer_id = '${id}'`)).length,
    );
    expect(audience().member(email)?.status).toBe("unsubscribed");
    expect(town.mailchimp.statusWrites()).toHaveLength(writes);
  });

  it("is told again until Saleor took it", async () => {
    const id = await subscriber();
    town.saleor.fail({ kind: "error500", operation: "UpdatePrivateMetadata", times: 2 });
    audience().unsubscribe(email);
    await until(() => wordOf(id) === "no");
  });
});

describe("the log of consent", () => {
  it("says for one person when, what, and from where; nothing in it names anybody", async () => {
    const id = await subscriber();
    audience().unsubscribe(email);
    await until(() => wordOf(id) === "no");
    await until(async () => (await log()).length === 2);
    expect(await log()).toMatchObject([
      { channel: "email", word: true, source: "saleor" },
      { channel: "email", word: false, source: "provider", evidence: expect.stringMatching(/^unsubscribe manual \d{4}-/) },
    ]);
    const all = await town.app.rows("select * from consent_log");
    expect(JSON.stringify(all)).not.toContain("@");
    expect(await town.page.mapping.consentLog.query({ id: town.connectionId, email: "nobody@shop-one.dev" })).toEqual([]);
  });
});

describe("disconnecting", () => {
  const foreign = "https://another-app.example/hook";

  it("leaves the webhook where Saleor did not let us disconnect", async () => {
    await listen();
    town.saleor.fail({ kind: "error500", operation: "DeletePrivateMetadata" });
    await expect(town.page.connections.disconnect.mutate({ id: town.connectionId })).rejects.toThrow("nothing was changed");
    town.saleor.heal();
    expect(audience().webhooks()).toHaveLength(1);
  });

  it("takes the webhook away at Mailchimp, and nobody else's", async () => {
    await listen();
    audience().addWebhook(foreign);
    expect(await town.page.connections.disconnect.mutate({ id: town.connectionId })).toMatchObject({ stillTells: false });
    expect(audience().webhooks()).toEqual([foreign]);
  });

  it("is not held up by a Mailchimp that does not answer, and says that the webhook stays", async () => {
    const connectionId = await connect(town.page, town.mailchimp);
    const { version } = await town.page.connections.settings.query({ id: connectionId });
    await town.page.connections.saveSettings.mutate({ id: connectionId, version, values: { audience: audience().id } });
    expect(await town.page.mapping.listen.mutate({ id: connectionId })).toEqual({ kind: "listening" });
    town.mailchimp.fail({ kind: "error500", match: /webhooks/ });
    expect(await town.page.connections.disconnect.mutate({ id: connectionId })).toMatchObject({ stillTells: true });
    town.mailchimp.heal();
    expect(await town.page.connections.list.query()).toEqual([]);
    expect(audience().webhooks()).toHaveLength(2);
  });
});
