import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "./app";
import { type MindboxShop, startMindboxShop } from "./mindbox-shop";

const OPERATION = "Loyalty.RankUp";
let town: MindboxShop;
let people = 0;
beforeAll(async () => {
  town = await startMindboxShop({ variables: { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5" } });
  await save(OPERATION);
});
afterAll(() => town.close());

async function save(name: string): Promise<void> {
  const { version } = await town.page.mapping.rules.query({ id: town.connectionId });
  const rule = {
    id: "rank_up",
    on: true,
    source: { kind: "private", key: "vip_customerrankname" },
    when: { kind: "moved_up", ranks: ["Silver", "Gold"] },
    actions: [
      { kind: "add_tag", tag: "Rank up" },
      { kind: "send_event", name },
    ],
  };
  expect(await town.page.mapping.save.mutate({ id: town.connectionId, version, changeRules: [rule] })).toMatchObject({ kind: "saved" });
}

const remembers = (id: string, last: string) =>
  until(
    async () =>
      (await town.app.rows(`select 1 from ledger where customer_id = '${id}' and rule_state->'rank_up'->>'last' = '${last}'`)).length > 0,
  );
const card = (id: string) => town.mindbox.card("saleorId", id);

async function moveUp(): Promise<string> {
  const { id } = await town.saleor.customers.create({
    email: `rank.${++people}@shop-one.dev`,
    privateMeta: { vip_customerrankname: "Silver", mindbox_tags: '["Club"]' },
  });
  await remembers(id, "Silver");
  await town.saleor.customers.setPrivateMeta(id, { vip_customerrankname: "Gold" });
  await remembers(id, "Gold");
  await town.mindbox.settled();
  return id;
}

describe("a rank that moves up, in a Mindbox project", () => {
  it("calls the merchant's operation once, for that customer, and puts the tag beside the others", async () => {
    const id = await moveUp();
    expect(town.mindbox.events(card(id))).toEqual([OPERATION]);
    expect(card(id)?.customFields.saleorTags).toEqual(["Club", "Saleor Import", "Rank up"]);
    expect([town.mindbox.violations, town.mindbox.operationLog]).toEqual([[], []]);
  });

  it("is not told twice where Mindbox had taken the call and its answer was lost", async () => {
    town.mindbox.fail({ kind: "cut", operation: OPERATION, times: 1, afterwards: true });
    const id = await moveUp();
    const calls = town.mindbox.requests.filter(({ operation }) => operation === OPERATION).slice(-2);
    expect(calls.map(({ transactionId }) => transactionId)).toEqual([calls[0]?.transactionId, calls[0]?.transactionId]);
    expect(town.mindbox.events(card(id))).toEqual([OPERATION]);
  });

  it("by an operation that the project does not have is said at the customer; nobody else is held up", async () => {
    await save("Loyalty.Unknown");
    const id = await moveUp();
    const rows = await town.app.rows(`select state, reason from ledger where customer_id = '${id}'`);
    expect(rows).toEqual([{ state: "in_sync", reason: "event_refused:Loyalty.Unknown" }]);
    expect(await town.page.connections.get.query({ id: town.connectionId })).toMatchObject({ health: "live" });
    expect(card(id)?.customFields.saleorTags).toContain("Rank up");
  });
});
