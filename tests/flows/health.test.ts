import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../scripts/free-port";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import { startWorkerProcess } from "../worker-process";
import { type Connected, startConnected, until } from "./app";

const METRICS_TOKEN = "a token for whoever watches";
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const linesOf = async (answer: Response, name: string) => (await answer.text()).split("\n").filter((line) => line.startsWith(name));

describe("how the app is", () => {
  let town: Connected;
  beforeAll(async () => {
    town = await startConnected({ variables: { METRICS_TOKEN } });
  });
  afterAll(() => town.close());
  const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${town.app.origin}${path}`, { headers });

  it("is ready, with nothing waiting and nothing failing", async () => {
    const answer = await ask("/api/health");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { live: true, ready: true, database: true, oldestDueSeconds: 0, failingConnections: 0 },
    ]);
  });

  it("counts what became of customers, and names none of them", async () => {
    await town.saleor.customers.create({ email: "counted@shop-one.dev", firstName: "Nina" });
    await until(() => town.mailchimp.audience().member("counted@shop-one.dev"));
    await until(async () => (await linesOf(await ask("/api/metrics", bearer(METRICS_TOKEN)), "crm_outcomes_total")).length > 0);
    const body = await (await ask("/api/metrics", bearer(METRICS_TOKEN))).text();
    expect(body).toMatch(/crm_outcomes_total\{provider="mailchimp",outcome="created"\} \d/);
    expect(body).toMatch(/crm_due_rows\{lane="live"\} \d/);
    expect(body).toMatch(/crm_connections\{health="ok"\} 1/);
    expect(body).toContain("crm_oldest_due_seconds 0");
    expect(body).toContain("process_resident_memory_bytes");
    expect(body).not.toMatch(/shop-one|Nina|127\.0\.0\.1|us\d+/);
  });

  it.each([
    ["no token", {}],
    ["another token", bearer("a token for somebody else")],
    ["no bearer", { authorization: METRICS_TOKEN }],
  ])("says nothing to whoever has %s", async (_what, headers) => {
    const answer = await ask("/api/metrics", headers as Record<string, string>);
    expect([answer.status, await answer.text()]).toEqual([404, "Not found"]);
  });

  it("tells of a connection that a person must mend", async () => {
    town.mailchimp.fail({ kind: "revoked" });
    await town.saleor.customers.create({ email: "late@shop-one.dev" });
    const failing = await until(async () => {
      const health = (await (await ask("/api/health")).json()) as { failingConnections: number; ready: boolean };
      return health.failingConnections > 0 && health;
    });
    expect(failing).toMatchObject({ ready: true, failingConnections: 1 });
    expect(await linesOf(await ask("/api/metrics", bearer(METRICS_TOKEN)), "crm_connections")).toContain(
      'crm_connections{health="reconnect"} 1',
    );
  });
});

describe.skipIf(!isPostgresInstalled)(`how the app is, ${onPostgres}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
  });
  afterAll(async () => {
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });

  it("tells how long the oldest change waits, from the web and from a worker", async () => {
    const town = await startConnected({ variables: { RUN_WORKER: "false", METRICS_TOKEN } });
    await town.saleor.customers.create({ email: "waits@shop-one.dev" });
    await town.saleor.settled();
    await sql`update ledger set due_at = now() - interval '90 seconds'`.execute(town.app.rooms.db);
    const web = (await (await fetch(`${town.app.origin}/api/health`)).json()) as { oldestDueSeconds: number };
    expect(web.oldestDueSeconds).toBeGreaterThanOrEqual(90);
    const port = await freePort();
    const worker = startWorkerProcess({ ...town.app.settings, WORKER_PORT: `${port}` });
    await worker.started;
    await until(() => town.mailchimp.audience().member("waits@shop-one.dev"));
    const outcomes = await until(async () => {
      const lines = await linesOf(await fetch(`http://127.0.0.1:${port}/api/metrics`, { headers: bearer(METRICS_TOKEN) }), "crm_outcomes");
      return lines.length > 0 && lines;
    });
    expect(outcomes).toContain('crm_outcomes_total{provider="mailchimp",outcome="created"} 1');
    expect((await fetch(`http://127.0.0.1:${port}/api/metrics`)).status).toBe(404);
    await until(async () => {
      const health = (await (await fetch(`http://127.0.0.1:${port}/api/health`)).json()) as { ready: boolean; oldestDueSeconds: number };
      return health.ready && health.oldestDueSeconds === 0;
    });
    worker.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    await town.close();
  });

  it("is alive and not ready while the database does not answer", async () => {
    const town = await startConnected({ variables: { RUN_WORKER: "false" } });
    await cluster.crash();
    const answer = await fetch(`${town.app.origin}/api/health`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { live: true, ready: false, database: false, oldestDueSeconds: null, failingConnections: null },
    ]);
    expect(town.app.logged()).not.toContain("postgres://");
    await cluster.restart();
    await until(async () => (await fetch(`${town.app.origin}/api/health`)).status === 200);
    await town.close();
  });
});
