import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import { startWorkerProcess, type WorkerProcess } from "../worker-process";
import { type Connected, startConnected, until } from "./app";

describe("the worker as its own process", () => {
  it("refuses the embedded database with a sentence", async () => {
    const worker = startWorkerProcess({});
    expect(await worker.ended).toBe(1);
    expect(worker.output()).toContain("npm run worker needs DATABASE_URL");
  });
});

describe.skipIf(!isPostgresInstalled)(`web and worker apart, ${onPostgres}`, () => {
  let cluster: Cluster;
  let town: Connected;
  const workers: WorkerProcess[] = [];

  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
    town = await startConnected({ customers: 0, variables: { RUN_WORKER: "false", CATCH_UP_MINUTES: "60" } });
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill("SIGKILL");
    await town?.close();
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });

  const member = (email: string) => town.mailchimp.audience().member(email);
  async function aWorker(): Promise<WorkerProcess> {
    const worker = startWorkerProcess(town.app.settings);
    workers.push(worker);
    await worker.started;
    return worker;
  }

  it("two that start at once on an empty database agree on who makes the tables", async () => {
    const DATABASE_URL = await cluster.database();
    const both = [1, 2].map(() => startWorkerProcess({ ...town.app.settings, DATABASE_URL }));
    workers.push(...both);
    await Promise.all(both.map((worker) => worker.started));
    for (const worker of both) worker.kill("SIGTERM");
    expect(await Promise.all(both.map((worker) => worker.ended))).toEqual([0, 0]);
    expect(both.map((worker) => worker.output()).join()).not.toMatch(/"level":"(error|fatal)"/);
  });

  it("what the web accepted waits for a worker, and goes when there is one", async () => {
    await town.saleor.customers.create({ email: "waits@shop-one.dev" });
    await town.saleor.settled();
    expect(await town.app.rows("select 1 from ledger where due_at is not null")).toHaveLength(1);
    await aWorker();
    await until(() => member("waits@shop-one.dev"));
  });

  // Below the 20 seconds after which a page is told "still due".
  it("a page is answered as soon as the other process is done", { timeout: 15_000 }, async () => {
    const people = await Promise.all(
      [1, 2, 3].map((n) => town.saleor.customers.create({ email: `page${n}@shop-one.dev` }, { silent: true })),
    );
    const run = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: 3 });
    const chunk = await town.page.runs.chunk.mutate({ runId: run.id, ids: people.map((person) => person.id), cursor: null });
    expect(chunk).toMatchObject({ settled: 3, stillDue: 0 });
    const asked = await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: people[0]!.id });
    expect(asked).toMatchObject({ kind: "done", state: "in_sync" });
  });

  it("SIGTERM in the middle of a burst ends it cleanly, and another worker brings the rest", async () => {
    const [first] = workers.slice(-1);
    const people = Array.from({ length: 60 }, (_, n) => `burst${n}@shop-one.dev`);
    for (const email of people) await town.saleor.customers.create({ email });
    first!.kill("SIGTERM");
    expect(await first!.ended).toBe(0);
    expect(first!.output()).toContain('"msg":"stopping"');
    await town.saleor.settled();
    await aWorker();
    await until(() => people.every((email) => member(email)), 25_000);
  });

  it("exits within ten seconds though the provider never answers", async () => {
    const worker = workers.at(-1)!;
    const before = town.mailchimp.requests.length;
    town.mailchimp.fail({ kind: "hang" });
    await town.saleor.customers.create({ email: "hangs@shop-one.dev" });
    await until(() => town.mailchimp.requests.length > before);
    worker.kill("SIGTERM");
    const late = new Promise<"still there">((resolve) => setTimeout(() => resolve("still there"), 10_000).unref());
    expect(await Promise.race([worker.ended, late])).toBe(0);
    town.mailchimp.heal();
  });
});
