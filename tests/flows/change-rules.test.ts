import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChangeAction, ChangeRule } from "@/model/change-rules";
import type { FieldTarget } from "@/model/rules";
import { type Connected, startConnected, until } from "./app";

const AUDIENCE = "All field types";
const RANKS = ["Bronze", "Silver", "Gold"];
const NUMBER = { id: "LTV", type: "number" } as const;
const TEXT = { id: "TIER", type: "choice" as const, choices: RANKS } satisfies FieldTarget;
const RETRIES = { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5" };

let town: Connected;
let people = 0;
let email: string;
beforeAll(async () => {
  town = await startConnected({ audience: AUDIENCE, variables: RETRIES });
});
beforeEach(() => {
  town.mailchimp.heal();
  email = `member.${++people}@shop-one.dev`;
});
afterAll(() => town.close());

const rankUp: Partial<ChangeRule> & Pick<ChangeRule, "id"> = {
  id: "rank_up",
  source: { kind: "private", key: "vip_customerrankname" },
  when: { kind: "moved_up", ranks: RANKS },
};
const pointsChanged = { id: "points_changed", source: { kind: "private", key: "vip_approvedpoint" }, when: { kind: "changed" } } as const;
const tag = (name: string): ChangeAction => ({ kind: "add_tag", tag: name });
const event = (name: string): ChangeAction => ({ kind: "send_event", name });

async function attempt(rules: (Partial<ChangeRule> & { actions: ChangeAction[] })[], more: object = {}) {
  const { version } = await town.page.mapping.rules.query({ id: town.connectionId });
  const changeRules = rules.map((rule) => ({ on: true, ...rule }));
  return town.page.mapping.save.mutate({ id: town.connectionId, version, changeRules, ...more });
}
async function save(...rules: Parameters<typeof attempt>[0]): Promise<void> {
  expect(await attempt(rules)).toMatchObject({ kind: "saved" });
}

const member = (who = email) => town.mailchimp.audience(AUDIENCE).member(who);
const events = () => (member()?.events ?? []).map(({ name, properties: { change_id: _, ...told } }) => ({ name, ...told }));
const create = (privateMeta: Record<string, string>) => town.saleor.customers.create({ email, privateMeta });
const set = (id: string, values: Record<string, string | null>) => town.saleor.customers.setPrivateMeta(id, values);
const rank = (id: string, name: string) => set(id, { vip_customerrankname: name });
const row = async (id: string) => {
  const [found] = await town.app.rows<{
    state: string;
    rule_state: Record<string, { last: string }> | null;
    reason: string | null;
  }>(`select state, rule_state, reason from ledger where customer_id = '${id}'`);
  return found;
};
/** The delivery that saw this value has come to its end. */
const remembers = (id: string, rule: string, last: string) => until(async () => (await row(id))?.rule_state?.[rule]?.last === last);

describe("a loyalty shop", () => {
  beforeAll(() =>
    save(
      {
        ...rankUp,
        actions: [
          tag("Rank up"),
          { kind: "remove_tag", tag: "Waiting" },
          event("rank_up"),
          { kind: "set_field", value: "previous", target: TEXT },
        ],
      },
      { ...pointsChanged, actions: [{ kind: "set_field", value: "difference", target: NUMBER }] },
    ),
  );

  it("a rank that moves up tags the contact, tells the rank before and sends one event; points tell their difference", async () => {
    const { id } = await create({ vip_customerrankname: "Silver", vip_approvedpoint: "320", mailchimp_tags: '["Club"]' });
    await remembers(id, "rank_up", "Silver");
    town.mailchimp.audience(AUDIENCE).addTag(email, "Waiting");
    expect([events(), member()?.tags]).toEqual([[], expect.not.arrayContaining(["Rank up"])]);
    await set(id, { vip_customerrankname: "Gold", vip_approvedpoint: "400.5" });
    await remembers(id, "rank_up", "Gold");
    expect(events()).toEqual([{ name: "rank_up", value: "Gold", previous: "Silver" }]);
    expect(member()?.merge_fields).toMatchObject({ LTV: 80.5, TIER: "Silver" });
    expect(member()?.tags).toEqual(expect.arrayContaining(["Club", "Rank up"]));
    expect(member()?.tags).not.toContain("Waiting");
  });

  it("what a rule did stays when the customer is sent again for another reason", async () => {
    const { id } = await create({ vip_customerrankname: "Bronze", mailchimp_tags: '["Club"]' });
    await remembers(id, "rank_up", "Bronze");
    await rank(id, "Silver");
    await remembers(id, "rank_up", "Silver");
    await set(id, { mailchimp_tags: "[]" });
    await until(() => !member()?.tags.includes("Club"));
    expect(member()).toMatchObject({ tags: expect.arrayContaining(["Rank up"]), merge_fields: { TIER: "Bronze" } });
    expect(events()).toHaveLength(1);
  });

  it("down, sideways or the first time, nothing follows", async () => {
    const { id } = await create({ vip_customerrankname: "Gold" });
    await remembers(id, "rank_up", "Gold");
    await rank(id, "Silver");
    await remembers(id, "rank_up", "Silver");
    await rank(id, "Iron");
    await until(async () => (await row(id))?.reason === "change_unknown_rank:vip_customerrankname");
    expect([events(), member()?.tags.includes("Rank up")]).toEqual([[], false]);
  });

  it("only the watched value is kept, and goes with a customer who is not to be sent any more", async () => {
    const { id } = await create({ vip_customerrankname: "Silver", vip_approvedpoint: "1", other: "secret word" });
    await remembers(id, "rank_up", "Silver");
    const kept = await row(id);
    expect(
      Object.values(kept?.rule_state ?? {})
        .map(({ last }) => last)
        .sort(),
    ).toEqual(["1", "Silver"]);
    await set(id, { crm_do_not_sync: "yes" });
    await until(async () => (await row(id))?.state === "skipped");
    expect((await row(id))?.rule_state).toBeNull();
  });
});

describe("a delivery that fails", () => {
  beforeAll(() => save({ ...rankUp, actions: [tag("Rank up"), event("rank_up")] }));

  async function knownAsSilver(): Promise<string> {
    const { id } = await create({ vip_customerrankname: "Silver" });
    await remembers(id, "rank_up", "Silver");
    return id;
  }

  it("loses no event: it is sent when the contact could be written", async () => {
    const id = await knownAsSilver();
    town.mailchimp.fail({ kind: "error500", method: "PUT", times: 2 });
    await rank(id, "Gold");
    await remembers(id, "rank_up", "Gold");
    expect(events()).toHaveLength(1);
  });

  it("loses no event that Mailchimp did not take at first", async () => {
    const id = await knownAsSilver();
    town.mailchimp.fail({ kind: "error500", match: "/events", method: "POST", times: 2 });
    await rank(id, "Gold");
    await remembers(id, "rank_up", "Gold");
    expect(events()).toHaveLength(1);
    expect(member()?.tags).toContain("Rank up");
  });

  it("sends no event twice: Mailchimp took it and its answer was lost", async () => {
    const id = await knownAsSilver();
    town.mailchimp.fail({ kind: "cut", match: "/events", method: "POST", times: 1, afterwards: true });
    await rank(id, "Gold");
    await remembers(id, "rank_up", "Gold");
    expect(events()).toHaveLength(1);
  });

  it("a rank that moves up again later is another event", async () => {
    const id = await knownAsSilver();
    for (const name of ["Gold", "Silver", "Gold"]) {
      await rank(id, name);
      await remembers(id, "rank_up", name);
    }
    expect(events()).toHaveLength(2);
  });

  it("an event that Mailchimp refuses for good is said at the customer, who stands all the same", async () => {
    // Sixteen letters for us, thirty-two for a vendor that counts in halves.
    const name = "🥇".repeat(16);
    await save({ ...rankUp, actions: [tag("Rank up"), event(name)] });
    const id = await knownAsSilver();
    await rank(id, "Gold");
    await remembers(id, "rank_up", "Gold");
    expect(await row(id)).toMatchObject({ state: "in_sync", reason: `event_refused:${name}` });
    expect([member()?.tags.includes("Rank up"), events()]).toEqual([true, []]);
  });
});

describe("a sweep", () => {
  beforeAll(() => save({ ...rankUp, actions: [tag("Rank up"), event("rank_up")] }));

  it("fires nothing, and the value that it saw is the last one from then on", async () => {
    const { id } = await create({ vip_customerrankname: "Bronze" });
    await remembers(id, "rank_up", "Bronze");
    // No look of the live kind is still to come: it would be right to fire.
    await town.saleor.settled();
    await town.app.rows(`update ledger set due_at = null where customer_id = '${id}'`);
    await town.saleor.customers.setPrivateMeta(id, { vip_customerrankname: "Silver" }, { silent: true });
    const run = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: 1 });
    await town.page.runs.chunk.mutate({ runId: run.id, ids: [id], cursor: null });
    await remembers(id, "rank_up", "Silver");
    await town.page.runs.walkDone.mutate({ runId: run.id, cursor: null });
    expect([events(), member()?.tags.includes("Rank up")]).toEqual([[], false]);
    await rank(id, "Gold");
    await remembers(id, "rank_up", "Gold");
    expect(events()).toEqual([{ name: "rank_up", value: "Gold", previous: "Silver" }]);
  });

  it("a rule that was just turned on begins with what it sees", async () => {
    await save({ ...rankUp, on: false, actions: [event("rank_up")] });
    const { id } = await create({ vip_customerrankname: "Bronze", note: "1" });
    await until(async () => (await row(id))?.state === "in_sync");
    expect((await row(id))?.rule_state).toBeNull();
    await save({ ...rankUp, actions: [event("rank_up")] });
    await rank(id, "Silver");
    await remembers(id, "rank_up", "Silver");
    expect(events()).toEqual([]);
  });
});

describe("before saving", () => {
  it("a test run says what would happen, for typed values or a customer's own, and sends nothing", async () => {
    await create({ vip_customerrankname: "Gold" });
    await until(() => member());
    const rule = { ...rankUp, actions: [tag("Rank up"), event("rank_up")] } as ChangeRule;
    const run = (more: object) =>
      town.page.mapping.tryChange.query({ id: town.connectionId, rule, before: "Silver", after: "", who: "", ...more });
    expect(await run({ after: "gold" })).toMatchObject({
      what: "fires",
      addTags: ["Rank up"],
      events: [{ name: "rank_up", properties: { value: "Gold", previous: "Silver" } }],
    });
    expect(await run({ who: email })).toMatchObject({ what: "fires", value: "Gold", skipped: null });
    expect(await run({ who: email, before: "" })).toMatchObject({ what: "first_sight", events: [] });
    expect(await run({ who: "nobody@shop-one.dev" })).toEqual({ kind: "not_found" });
    expect([events(), member()?.tags.includes("Rank up")]).toEqual([[], false]);
  });

  it.each<[string, Parameters<typeof attempt>[0], string, string]>([
    [
      "rules that contradict each other",
      [
        { ...pointsChanged, actions: [tag("VIP")] },
        { ...pointsChanged, id: "other_rule", actions: [{ kind: "remove_tag", tag: "VIP" }] },
      ],
      "changeRules.1",
      "rules_contradict",
    ],
    ["the name of an event that Mailchimp would not take", [{ ...rankUp, actions: [event("x")] }], "changeRules.0", "event_name_form"],
    ["a rule without an action", [{ ...rankUp, actions: [] }], "changeRules.0.actions", "needs_action"],
  ])("%s are refused, and which", async (_, rules, name, messageKey) => {
    expect(await attempt(rules)).toMatchObject({ kind: "invalid", problems: [{ name, messageKey }] });
  });
});
