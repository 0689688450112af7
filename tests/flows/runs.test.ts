/** The history of full syncs. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
let connectionId: string;
beforeAll(async () => {
  town = await startConnected({ customers: 3, live: false });
  connectionId = town.connectionId;
});
afterAll(() => town.close());

async function run(): Promise<string> {
  const { id } = await town.page.runs.start.mutate({ connectionId, total: 3 });
  const ids = town.saleor.customers.all().map((customer) => customer.id);
  await town.page.runs.chunk.mutate({ runId: id, ids, cursor: { at: 3 } });
  await town.page.runs.walkDone.mutate({ runId: id, cursor: null });
  await until(async () => (await town.page.runs.get.query({ runId: id })).state === "finished", 45_000);
  return id;
}
const list = (input: object = {}) => town.page.runs.list.query({ connectionId, limit: 10, ...input });

describe("the history of runs", () => {
  it("lists them newest first, with what each did, and pages back", async () => {
    expect(await list()).toEqual([]);
    const [first, second] = [await run(), await run()];
    const all = await list();
    expect(all.map(({ id }) => id)).toEqual([second, first]);
    expect(all[1]).toMatchObject({ state: "finished", done: 3, created: 3, mine: true, finishedAt: expect.any(String) });
    expect(all[0]).toMatchObject({ created: 0 });
    const newest = await list({ limit: 1 });
    expect((await list({ limit: 1, before: newest[0]!.startedAt })).map(({ id }) => id)).toEqual([first]);
  });

  it("keeps the place of a walk to itself", async () => {
    expect((await list()).every(({ cursor }) => cursor === null)).toBe(true);
  });

  it("is shown to whoever may look at the connection, and says that somebody else started it", async () => {
    const appId = town.saleor.installedApps()[0]!.id;
    const token = await town.saleor.staffToken({ appId, permissions: ["MANAGE_USERS"], claims: { user_id: "VXNlcjo5OTk=" } });
    const other = await town.app.page(town.saleor, { token });
    const seen = await other.runs.list.query({ connectionId, limit: 10 });
    expect(seen.map(({ mine }) => mine)).toEqual([false, false]);
  });
});
