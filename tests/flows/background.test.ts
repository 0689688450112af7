import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({ customers: 600, live: false, variables: { CATCH_UP_MINUTES: "100000" } });
});
afterAll(() => town.close());
beforeEach(() => {
  town.saleor.heal();
  town.mailchimp.heal();
  town.mailchimp.latencyMs = 0;
});

const start = (input: { driver?: "page" | "worker"; onLeave?: "pause" | "continue" }) =>
  town.page.runs.start.mutate({ connectionId: town.connectionId, total: null, ...input });
const get = (runId: string) => town.page.runs.get.query({ runId });
const finished = (runId: string) =>
  until(async () => {
    const run = await get(runId);
    return run.state === "finished" && run;
  }, 30_000);
const sum = (run: Awaited<ReturnType<typeof get>>) => run.created + run.updated + run.unchanged + run.skipped + run.refused + run.gaveUp;

describe("a full sync in the background", () => {
  it("sends every customer without any page", async () => {
    const run = await finished((await start({ driver: "worker" })).id);
    expect(run.total).toBe(600);
    expect(run.marked).toBe(600);
    expect(sum(run)).toBe(600);
    expect(run.created).toBeGreaterThan(550);
  });

  it("goes on from where a page left it, and changes only the driver", async () => {
    const run = await start({ onLeave: "continue" });
    const first = town.saleor.customers
      .all()
      .slice(0, 100)
      .map((person) => person.id);
    await town.page.runs.chunk.mutate({ runId: run.id, ids: first, cursor: null });
    await town.page.runs.left.mutate({ runId: run.id });
    const done = await finished(run.id);
    expect(done).toMatchObject({ id: run.id, driver: "worker", marked: 600 });
    expect(sum(done)).toBe(600);
  });

  it("pauses with its page when that was the choice", async () => {
    const run = await start({ onLeave: "pause" });
    await town.page.runs.left.mutate({ runId: run.id });
    expect(await get(run.id)).toMatchObject({ state: "paused", driver: "page" });
    await town.page.runs.toBackground.mutate({ runId: run.id });
    await finished(run.id);
  });

  it("makes one run of several starts at once, whoever drives", async () => {
    town.saleor.dials.pageDelayMs = 200;
    const starts = await Promise.all([start({ driver: "worker" }), start({ driver: "worker" }), start({ driver: "worker" })]);
    expect(new Set(starts.map(({ id }) => id)).size).toBe(1);
    const [first] = starts;
    expect((await start({})).id).toBe(first.id);
    const chunk = await town.page.runs.chunk.mutate({ runId: first.id, ids: [town.saleor.customers.all()[0]!.id], cursor: null });
    expect(chunk.run.driver).toBe("worker");
    await town.page.runs.pause.mutate({ runId: first.id });
    const paused = await get(first.id);
    expect(paused.state).toBe("paused");
    town.saleor.dials.pageDelayMs = 0;
    await town.page.runs.toBackground.mutate({ runId: first.id });
    expect(sum(await finished(first.id))).toBe(600);
  });

  it("waits for Saleor instead of ending, and says why", async () => {
    town.saleor.fail({ kind: "error500", operation: "CustomerCount", times: 1 });
    const run = await start({ driver: "worker" });
    await until(async () => (await get(run.id)).problem === "saleor_unreachable");
    expect((await get(run.id)).state).toBe("running");
    await town.app.rows("update sync_run set worker_until = now() where state = 'running'");
    await finished(run.id);
  });

  it("can be cancelled, and what was not sent stays unsent", async () => {
    await town.app.rows("delete from ledger");
    town.mailchimp.latencyMs = 300;
    const run = await start({ driver: "worker" });
    await until(async () => (await get(run.id)).marked > 0);
    const cancelled = await town.page.runs.cancel.mutate({ runId: run.id });
    expect(cancelled.state).toBe("cancelled");
    await until(
      async () => Number((await town.app.rows<{ n: number }>("select count(*) as n from ledger where due_at is not null"))[0]?.n) === 0,
    );
  });
});
