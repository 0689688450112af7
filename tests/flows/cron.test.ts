import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import { type Connected, startConnected, until } from "./app";

const CRON_SECRET = "a secret for the scheduler";

describe.skipIf(!isPostgresInstalled)(`no process that lives for long, ${onPostgres}`, () => {
  let cluster: Cluster;
  let town: Connected;
  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
    town = await startConnected({ variables: { RUN_WORKER: "false", CRON_SECRET, CRON_SECONDS: "10" } });
  });
  afterAll(async () => {
    await town?.close();
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });

  const member = (email: string) => town.mailchimp.audience().member(email);
  const call = (secret: string, method = "GET") =>
    fetch(`${town.app.origin}/api/cron`, { method, headers: { authorization: `Bearer ${secret}` } });

  it("a webhook only marks, and the scheduler's call delivers", async () => {
    await town.saleor.customers.create({ email: "marked@shop-one.dev" });
    await town.saleor.settled();
    expect(await town.app.rows("select 1 from ledger where due_at is not null")).toHaveLength(1);
    const turn = await call(CRON_SECRET);
    expect([turn.status, await turn.json()]).toEqual([200, { served: 1, more: false }]);
    expect(member("marked@shop-one.dev")).toBeDefined();
  });

  it("nobody else may call", async () => {
    await town.saleor.customers.create({ email: "next@shop-one.dev" });
    await town.saleor.settled();
    expect((await call("a secret of somebody else")).status).toBe(401);
    expect((await fetch(`${town.app.origin}/api/cron`)).status).toBe(401);
    expect((await call(CRON_SECRET, "DELETE")).status).toBe(405);
    expect(member("next@shop-one.dev")).toBeUndefined();
    expect((await call(CRON_SECRET, "POST")).status).toBe(200);
    expect(member("next@shop-one.dev")).toBeDefined();
  });

  it("two calls at once share the work: nobody is created twice", async () => {
    const people = Array.from({ length: 20 }, (_, n) => `twice${n}@shop-one.dev`);
    for (const email of people) await town.saleor.customers.create({ email });
    await town.saleor.settled();
    await Promise.all([call(CRON_SECRET), call(CRON_SECRET)]);
    await until(() => people.every((email) => member(email)));
    expect(await town.app.rows("select 1 from ledger where deliveries > 1 and change = 'created'")).toEqual([]);
  });

  it("catches up with what no webhook told", async () => {
    await town.saleor.customers.create({ email: "lost@shop-one.dev" }, { silent: true });
    await sql`update shop set catch_up_at = now()`.execute(town.app.rooms.db);
    expect((await call(CRON_SECRET)).status).toBe(200);
    expect(member("lost@shop-one.dev")).toBeDefined();
  });

  it("a page that waits serves its customers itself", { timeout: 15_000 }, async () => {
    const person = await town.saleor.customers.create({ email: "page@shop-one.dev" }, { silent: true });
    const run = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: 1 });
    expect(await town.page.runs.chunk.mutate({ runId: run.id, ids: [person.id], cursor: null })).toMatchObject({ settled: 1, stillDue: 0 });
    const asked = await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: person.id });
    expect(asked).toMatchObject({ kind: "done", state: "in_sync" });
  });
});
