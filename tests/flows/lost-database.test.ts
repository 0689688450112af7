import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { freshDataDir } from "../template-db";
import { type App, startApp, startConnected, until } from "./app";

const variables = { CATCH_UP_MINUTES: "0.02" };

const KEY = "crm_consent.mailchimp.email";

describe("a lost database", () => {
  it("that cannot be read is moved aside, said loudly, and rebuilt quietly from Saleor, and nothing at the provider is changed by it", async () => {
    const dataDir = freshDataDir("crm-lost-");
    const place = { DATA_DIR: dataDir, ...variables };
    const other = await startConnected({ customers: 40, variables: place });
    const run = await other.page.runs.start.mutate({ connectionId: other.connectionId, total: 40 });
    await other.page.runs.chunk.mutate({ runId: run.id, ids: other.saleor.customers.all().map((person) => person.id), cursor: null });
    const before = other.mailchimp.audience().members();
    const writesBefore = writes();
    await other.app.close();
    writeFileSync(path.join(dataDir, "pglite/global/pg_control"), Buffer.alloc(8192));
    const again: App = await startApp(other.mailchimp, place);
    expect(again.logged()).toContain("the embedded database could not be read: it was moved aside and a new one begun");
    const open = "select count(*) as n from ledger where state in ('waiting', 'retrying')";
    const all = "select count(*) as n from ledger";
    await until(
      async () =>
        Number((await again.rows<{ n: number }>(all))[0]?.n) === 40 && Number((await again.rows<{ n: number }>(open))[0]?.n) === 0,
    );
    expect(other.mailchimp.audience().members()).toEqual(before);
    expect(writes()).toBe(writesBefore);
    await again.close();
    await other.saleor.close();
    await other.mailchimp.close();
    rmSync(dataDir, { recursive: true, force: true });

    function writes(): number {
      return other.mailchimp.requests.filter((request) => request.method !== "GET").length;
    }
  });

  it("writes no status: what changed meanwhile is noted, and only the next change is followed", async () => {
    const dataDir = freshDataDir("crm-consent-");
    const place = { DATA_DIR: dataDir, ...variables };
    const other = await startConnected({ variables: place });
    const { version } = await other.page.mapping.rules.query({ id: other.connectionId });
    const consentRules = [{ channel: "email", source: { kind: "private", key: KEY }, optIn: "direct" }];
    await other.page.mapping.save.mutate({ id: other.connectionId, version, consentRules });
    const who = "survivor@shop-one.dev";
    const { id } = await other.saleor.customers.create({ email: who, privateMeta: { [KEY]: "yes" } });
    const status = () => other.mailchimp.audience().member(who)?.status;
    await until(() => status() === "subscribed");
    await other.app.close();
    rmSync(path.join(dataDir, "pglite"), { recursive: true });
    await other.saleor.customers.setPrivateMeta(id, { [KEY]: "no" }, { silent: true });
    const again = await startApp(other.mailchimp, place);
    await until(async () => (await again.rows("select 1 from ledger where state = 'in_sync'")).length === 1, 30_000);
    expect(status()).toBe("subscribed");
    await other.saleor.customers.setPrivateMeta(id, { [KEY]: "yes" }, { silent: true });
    await until(async () => (await again.rows(`select 1 from ledger where consents = '{"email": true}'`)).length === 1, 30_000);
    await other.saleor.customers.setPrivateMeta(id, { [KEY]: "no" }, { silent: true });
    await until(() => status() === "unsubscribed", 30_000);
    expect(other.mailchimp.statusWrites()).toHaveLength(1);
    await again.close();
    await other.saleor.close();
    await other.mailchimp.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
});
