/** What the windows on the Dashboard's own customer pages ask of the server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
let neighbour: AnotherShop;
let ada: string;
beforeAll(async () => {
  town = await startConnected();
  ada = (await town.saleor.customers.create({ email: "ada@shop-one.dev", firstName: "Ada" })).id;
  await until(async () => (await town.page.connections.get.query({ id: town.connectionId })).counts.inSync === 1, 45_000);
  neighbour = await openAnotherShop(town);
});
afterAll(async () => {
  await town.close();
  await neighbour.saleor.close();
});

const of = async (...customerIds: string[]) => town.page.standings.of.query({ customerIds });

describe("where a customer stands", () => {
  it("is said for every connection of the shop, and of no other", async () => {
    const { standings, mayManage } = await of(ada);
    expect(mayManage).toBe(true);
    expect(standings).toMatchObject([
      { connectionId: town.connectionId, provider: "mailchimp", sending: "on", rows: [{ customerId: ada, state: "in_sync" }] },
    ]);
  });

  it("has no row for a customer that was never due", async () => {
    // A catch-up would find them sooner or later.
    const { id } = await town.saleor.customers.create({ email: "grace@shop-one.dev" }, { silent: true });
    expect((await of(id)).standings[0]?.rows).toEqual([]);
  });

  it("does not show a customer's rows to the staff of another shop", async () => {
    const [theirs] = (await neighbour.page.standings.of.query({ customerIds: [ada] })).standings;
    expect(theirs).toMatchObject({ connectionId: neighbour.connectionId, rows: [] });
  });

  it("says that live sync is off, and that only a person can mend the connection", async () => {
    await town.page.connections.setLive.mutate({ id: town.connectionId, live: false });
    expect((await of(ada)).standings[0]).toMatchObject({ sending: "off", reason: null });
    await town.page.connections.setLive.mutate({ id: town.connectionId, live: true });
    town.mailchimp.fail({ kind: "revoked" });
    await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: ada });
    expect((await of(ada)).standings[0]).toMatchObject({ sending: "stopped", reason: expect.any(String) });
    expect(await town.page.standings.sync.mutate({ connectionId: town.connectionId, customerIds: [ada] })).toMatchObject({
      kind: "unavailable",
    });
    town.mailchimp.heal();
  });
});

describe("several customers at once", () => {
  it("are sent, also those that were never due and those in which nothing changed, each with its outcome", async () => {
    const customerIds = [neighbourIds[0]!, neighbourIds[1]!, neighbourIds[2]!];
    const result = await neighbour.page.standings.sync.mutate({ connectionId: neighbour.connectionId, customerIds });
    expect(result).toMatchObject({ kind: "sent" });
    const rows = result.kind === "sent" ? result.rows : [];
    expect(rows.map(({ state, isPending }) => [state, isPending])).toEqual(Array(3).fill(["in_sync", false]));
    for (const email of emails) expect(town.mailchimp.audience().member(email)).toBeDefined();
  });

  it("are a hundred at most, and customers only", async () => {
    const many = Array.from({ length: 101 }, (_, n) => Buffer.from(`User:${n + 1}`).toString("base64"));
    await expect(of(...many)).rejects.toThrow();
    await expect(of("not-an-id")).rejects.toThrow();
    await expect(town.page.standings.sync.mutate({ connectionId: town.connectionId, customerIds: [] })).rejects.toThrow();
  });

  const emails = ["one@shop-two.dev", "two@shop-two.dev", "three@shop-two.dev"];
  const neighbourIds: string[] = [];
  beforeAll(async () => {
    for (const email of emails) neighbourIds.push((await neighbour.saleor.customers.create({ email }, { silent: true })).id);
  });
});
