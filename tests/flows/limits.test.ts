/** What one provider account bears, whoever sends: two shops, their pages, and two workers on one PostgreSQL. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import { startWorkerProcess, type WorkerProcess } from "../worker-process";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type Connected, startConnected, until } from "./app";

const CUSTOMERS = 400;
/** What drains may have on the wire altogether, and what a page may have beside them. */
const [DRAINS, PAGE] = [6, 3];

describe.skipIf(!isPostgresInstalled)(`two shops on one account, two workers, ${onPostgres}`, () => {
  let cluster: Cluster;
  let one: Connected;
  let two: AnotherShop;
  const workers: WorkerProcess[] = [];

  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
    one = await startConnected({ customers: CUSTOMERS, variables: { RUN_WORKER: "false", CATCH_UP_MINUTES: "100000" } });
    two = await openAnotherShop({ app: one.app, mailchimp: one.mailchimp }, { audience: "Wholesale", customers: CUSTOMERS });
    for (let n = 0; n < 2; n++) workers.push(startWorkerProcess(one.app.settings));
    await Promise.all(workers.map((worker) => worker.started));
    one.mailchimp.latencyMs = 60;
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill("SIGKILL");
    await two?.saleor.close();
    await one?.close();
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });

  const most = () => Math.max(...one.mailchimp.requests.map(({ inFlight }) => inFlight));
  const refused = () => one.mailchimp.requests.filter(({ status }) => status === 429);
  const fullSync = async ({ page, connectionId }: Pick<AnotherShop, "page" | "connectionId">) =>
    (await page.runs.start.mutate({ connectionId, total: null, driver: "worker" })).id;
  const bothFinished = (runs: readonly [string, string]) =>
    until(async () => {
      const states = await Promise.all([one.page.runs.get.query({ runId: runs[0] }), two.page.runs.get.query({ runId: runs[1] })]);
      return states.every(({ state }) => state === "finished");
    }, 60_000);

  it("backfill, live changes and pages together never ask for more than the account allows", { timeout: 90_000 }, async () => {
    one.mailchimp.requests.splice(0);
    const runs = [await fullSync(one), await fullSync(two)] as const;
    const live = Array.from({ length: 20 }, (_, n) => `live${n}@both-shops.dev`);
    for (const email of live) await Promise.all([one.saleor.customers.create({ email }), two.saleor.customers.create({ email })]);
    await until(() => one.mailchimp.audience("Wholesale").size > 10);
    expect(most()).toBeLessThanOrEqual(DRAINS);
    const previews = await Promise.all([one, two].map(({ page, connectionId }) => page.runs.preview.query({ connectionId })));
    expect(previews.map(({ kind }) => kind)).toEqual(["preview", "preview"]);
    // The worker that holds the account goes; the other one takes over with a limiter of its own.
    workers[0]!.kill("SIGTERM");
    await bothFinished(runs);
    expect(most()).toBeLessThanOrEqual(DRAINS + PAGE);
    expect(refused()).toEqual([]);
    expect(live.every((email) => one.mailchimp.audience().member(email) && one.mailchimp.audience("Wholesale").member(email))).toBe(true);
  });

  it("a sign of too much halves it for both shops", { timeout: 90_000 }, async () => {
    for (const { saleor } of [one, two])
      for (const { id } of saleor.customers.all()) await saleor.customers.update(id, { firstName: "Renamed" }, { silent: true });
    await one.app.rows("update ledger set due_at = now(), historic = true, lane = 2");
    one.mailchimp.latencyMs = 150;
    one.mailchimp.requests.splice(0);
    await until(() => most() >= 3);
    one.mailchimp.fail({ kind: "throttle429", times: 1 });
    const sign = await until(() => refused()[0]?.at);
    const held = 1_000;
    await until(() => one.mailchimp.requests.filter(({ at }) => at > sign + held).length > 40);
    const afterwards = one.mailchimp.requests.filter(({ at }) => at > sign + held).slice(0, 40);
    expect(Math.max(...afterwards.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(DRAINS / 2);
  });
});
