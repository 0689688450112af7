/** Identity, deletion, consent and change rules through the engine: the same story at every provider, each told by its own stand-in. */
import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChangeAction, ChangeRule } from "@/model/change-rules";
import { freshDataDir } from "../template-db";
import { type App, type Page, startApp, until } from "./app";
import { everybody, optOut, type Seen, seed, tellDeleted } from "./stand-in-people";
import { PROVIDERS, type ProviderId, startThreeProviders, type ThreeProviders } from "./three-providers";

const DELETED = "Deleted in Saleor";
const RANKS = ["Bronze", "Silver", "Gold"];
const keyOf = (provider: ProviderId) => `crm_consent.${provider}.email`;
const dataDir = freshDataDir("crm-three-");
let three: ThreeProviders;
let app: App;
beforeAll(async () => {
  three = await startThreeProviders({ DATA_DIR: dataDir });
  app = three.town.app;
  await three.save("mindbox", { subscriptions: [{ channel: "Email" }] });
  for (const provider of PROVIDERS) {
    const source = { kind: "private", key: keyOf(provider) };
    expect(await saveRules(provider, { consentRules: [{ channel: "email", source, optIn: "direct" }] })).toMatchObject({ kind: "saved" });
  }
  const loyalty = [
    rule("points_grew", "points", { kind: "grew" }, tag("Grew")),
    rule("points_fell", "points", { kind: "fell" }, tag("Fell")),
  ];
  const down = rule("rank_down", "rank", { kind: "moved_down", ranks: RANKS }, tag("Down"));
  expect(await saveRules("retailcrm", { changeRules: [...loyalty, down] })).toMatchObject({ kind: "saved" });
});
afterAll(async () => {
  await app.close();
  await Promise.all([three.town.saleor.close(), three.town.mailchimp.close(), three.crm.close(), three.mindbox.close()]);
  rmSync(dataDir, { recursive: true, force: true });
});

const tag = (name: string): ChangeAction => ({ kind: "add_tag", tag: name });
const rule = (id: string, key: string, when: ChangeRule["when"], ...actions: ChangeAction[]): ChangeRule => ({
  id,
  on: true,
  source: { kind: "private", key },
  when,
  actions,
});

/** A session lasts for minutes, and a busy machine takes them. */
const page = (): Promise<Page> => three.town.app.page(three.town.saleor);
async function saveRules(provider: ProviderId, rules: object) {
  const fresh = await page();
  const id = three.ids[provider];
  const { version } = await fresh.mapping.rules.query({ id });
  return fresh.mapping.save.mutate({ id, version, ...rules });
}

let story = 0;
beforeEach(() => {
  story += 1;
});
const at = (name: string) => `${name}.${story}@shop-one.dev`;
const customers = () => three.town.saleor.customers;
const withAddress = (provider: ProviderId, email: string) =>
  everybody(three, provider).filter((one) => one.email.toLowerCase() === email.toLowerCase());

describe.each(PROVIDERS)("at %s", (provider) => {
  const row = (id: string) => three.row(provider, id);
  /** Delivered; the second look, which may still be due, finds nothing new. */
  const idle = (id: string) => until(async () => (await row(id))?.state === "in_sync");
  /** The contact that stands for the customer. */
  const contact = async (id: string) => {
    const key = (await row(id))?.remote_key ?? "";
    // Mindbox answers to the id of a card that it merged into another.
    const kept = provider === "mindbox" ? three.mindbox.card("mindboxId", key)?.mindboxId : key;
    return everybody(three, provider).find((one) => one.key === kept);
  };
  const shows = (id: string, wanted: Partial<Seen>) =>
    until(async () => {
      const seen = await contact(id);
      return seen && Object.entries(wanted).every(([name, value]) => seen[name as keyof Seen] === value) && seen;
    });
  async function join(name: string, privateMeta: Record<string, string> = {}) {
    const person = await customers().create({ email: at(name), firstName: name, privateMeta });
    await idle(person.id);
    return person;
  }
  const say = (id: string, word: string, silent = false) => customers().setPrivateMeta(id, { [keyOf(provider)]: word }, { silent });
  const hears = (id: string, word: boolean) =>
    until(async () => JSON.stringify((await row(id))?.consents) === JSON.stringify({ email: word }));

  it("two customers who swap their addresses end with their own contacts", async () => {
    const tagged = (name: string) => ({ [`${provider}_tags`]: `["tag ${name}"]` });
    const [a, b] = [await join("a", tagged("a")), await join("b", tagged("b"))];
    await customers().changeEmail(a.id, at("between"), { silent: true });
    await customers().changeEmail(b.id, at("a"), { silent: true });
    await customers().changeEmail(a.id, at("b"), { silent: true });
    await Promise.all([a, b].map(({ id }) => customers().setMeta(id, { touched: "1" })));
    await until(() => withAddress(provider, at("a"))[0]?.firstName === "b" && withAddress(provider, at("b"))[0]?.firstName === "a");
    for (const { id } of [a, b]) await idle(id);
    expect(withAddress(provider, at("a")).map(({ tags }) => tags)).toEqual([expect.arrayContaining(["tag b"])]);
    expect(withAddress(provider, at("b")).map(({ tags }) => tags)).toEqual([expect.arrayContaining(["tag a"])]);
    await customers().update(a.id, { firstName: "a again" });
    await shows(a.id, { email: at("b"), firstName: "a again" });
    expect(await contact(b.id)).toMatchObject({ email: at("a"), firstName: "b" });
  });

  it("a new address that a contact has already: the customer stands there, and it shows where they came from", async () => {
    const { id } = await join("mover");
    const { key: before } = await shows(id, { email: at("mover") });
    seed(three, provider, at("taken"));
    await customers().changeEmail(id, at("taken"));
    await shows(id, { email: at("taken"), firstName: "mover" });
    await idle(id);
    await customers().update(id, { firstName: "moved" });
    await shows(id, { email: at("taken"), firstName: "moved" });
    expect(withAddress(provider, at("mover"))).toEqual([]);
    // Retired at Mailchimp, renamed at RetailCRM (where an address may be several people's), merged by Mindbox.
    if (provider === "mailchimp") await until(() => three.town.mailchimp.audience().member(at("mover"))?.status === "archived");
    if (provider === "retailcrm") expect(withAddress(provider, at("taken"))).toMatchObject([{ key: before }, { firstName: "" }]);
    if (provider === "mindbox") expect(three.mindbox.card("mindboxId", before)).toBe(three.mindbox.card("email", at("taken")));
  });

  it("another spelling of the address is the same contact", async () => {
    seed(three, provider, at("Letters"));
    const { id } = await join("letters");
    const before = await shows(id, { firstName: "letters" });
    Object.assign(customers().get(id)!, { email: at("LETTERS") });
    await customers().update(id, { firstName: "upper" });
    await shows(id, { key: before.key, firstName: "upper" });
    expect(withAddress(provider, at("letters"))).toHaveLength(1);
  });

  it.each(["leave", "tag"] as const)("a deleted customer, policy %s", async (deletion) => {
    await three.save(provider, { deletion });
    const { id, email } = await join("leaver");
    await customers().delete(id);
    await until(async () => (await three.stateOf(provider, id)) === `gone:deleted_${deletion === "tag" ? "tagged" : "left"}`);
    expect(withAddress(provider, email)).toMatchObject([
      { firstName: "leaver", tags: deletion === "tag" ? ["Saleor Import", DELETED] : ["Saleor Import"] },
    ]);
    const back = await customers().create({ email, firstName: "back" });
    await shows(back.id, { firstName: "back" });
    await idle(back.id);
    expect(withAddress(provider, email)).toMatchObject([{ firstName: "back", tags: ["Saleor Import"] }]);
  });

  it("the late word of a deletion does not hit the person who came back with the address", async () => {
    await three.save(provider, { deletion: "tag" });
    const old = await join("again");
    await customers().delete(old.id, { silent: true });
    const fresh = await join("again");
    await tellDeleted(three, old.id);
    await until(async () => (await three.stateOf(provider, old.id)) === "gone:identity_in_use");
    await customers().update(fresh.id, { firstName: "still" });
    await shows(fresh.id, { firstName: "still" });
    expect(withAddress(provider, old.email).map(({ tags }) => tags)).toEqual([["Saleor Import"]]);
  });

  it("the word of a new customer counts, and of one who was there only a change of it", async () => {
    const fresh = await join("fresh", { [keyOf(provider)]: "yes" });
    seed(three, provider, at("known"));
    const status = withAddress(provider, at("known"))[0]!.status;
    const known = await join("known", { [keyOf(provider)]: provider === "mailchimp" ? "no" : "yes" });
    expect(await contact(fresh.id)).toMatchObject({ status: "in", statusWrites: 0 });
    expect(await contact(known.id)).toMatchObject({ status, statusWrites: 0 });
    await say(fresh.id, "no");
    await hears(fresh.id, false);
    expect(await contact(fresh.id)).toMatchObject({ status: "out", statusWrites: 1 });
    await say(fresh.id, "yes");
    await hears(fresh.id, true);
    expect(await contact(fresh.id)).toMatchObject({ status: "in", statusWrites: 2 });
  });

  it("a full sync writes no status, whatever the provider shows by now", async () => {
    const [{ id }, gone] = [await join("swept", { [keyOf(provider)]: "yes" }), await join("left", { [keyOf(provider)]: "yes" })];
    await optOut(three, provider, (await contact(gone.id))!);
    const dashboard = await page();
    const { id: runId } = await dashboard.runs.start.mutate({ connectionId: three.ids[provider], total: 2 });
    await dashboard.runs.chunk.mutate({ runId, ids: [id, gone.id], cursor: null });
    await dashboard.runs.walkDone.mutate({ runId, cursor: null });
    await until(async () => (await dashboard.runs.get.query({ runId })).state === "finished");
    expect(await contact(id)).toMatchObject({ status: "in", statusWrites: 0 });
    expect(await contact(gone.id)).toMatchObject({ status: "out", statusWrites: 0 });
  });

  it("whoever opted out at the provider is never subscribed again", async () => {
    const { id } = await join("out", { [keyOf(provider)]: "yes" });
    await optOut(three, provider, (await contact(id))!);
    await say(id, "no");
    await hears(id, false);
    await say(id, "yes");
    await until(async () => (await row(id))?.reason === "opted_out_at_provider");
    expect(await contact(id)).toMatchObject({ status: "out", statusWrites: 0 });
  });
});

describe("change rules at RetailCRM", () => {
  const tags = (email: string) => three.tags("retailcrm", email) ?? [];
  const remembers = (id: string, last: Record<string, string>, of: App = app) =>
    until(async () => {
      const [kept] = await of.rows<{ rule_state: Record<string, { last: string }> | null }>(
        `select rule_state from ledger where customer_id = '${id}' and connection_id = '${three.ids.retailcrm}'`,
      );
      return Object.entries(last).every(([name, value]) => kept?.rule_state?.[name]?.last === value);
    });
  async function member(name: string) {
    const { id, email } = await customers().create({ email: at(name), privateMeta: { points: "100", rank: "Gold" } });
    await remembers(id, { points_grew: "100", points_fell: "100", rank_down: "Gold" });
    expect(tags(email)).toEqual(["Saleor Import"]);
    return { id, email };
  }

  it.each([
    ["grew", { points: "150" }, "Grew", { points_grew: "150" }],
    ["fell", { points: "40" }, "Fell", { points_fell: "40" }],
    ["moved down", { rank: "Bronze" }, "Down", { rank_down: "Bronze" }],
  ])("what %s is tagged once", async (_, change, name, last) => {
    const { id, email } = await member("ranked");
    await customers().setPrivateMeta(id, change);
    await remembers(id, last);
    expect(tags(email)).toEqual(["Saleor Import", name]);
    three.crm.change(three.crm.customer(email)!.id, { tags: ["Saleor Import"] });
    await customers().update(id, { firstName: "touched" });
    await until(() => three.crm.customer(email)?.firstName === "touched");
    expect(tags(email)).toEqual(["Saleor Import"]);
  });

  it("an event is refused before saving: RetailCRM has none", async () => {
    const changeRules = [rule("rank_event", "rank", { kind: "changed" }, { kind: "send_event", name: "rank" })];
    expect(await saveRules("retailcrm", { changeRules })).toMatchObject({
      kind: "invalid",
      problems: [{ name: "changeRules.0", messageKey: "events_not_offered" }],
    });
  });

  it("a lost database fires none of them and writes no status, and the next change fires", async () => {
    const { id, email } = await member("survivor");
    await app.close();
    rmSync(path.join(dataDir, "pglite"), { recursive: true });
    await customers().setPrivateMeta(id, { points: "200", rank: "Silver" }, { silent: true });
    const statuses = () => PROVIDERS.map((provider) => everybody(three, provider).map((one) => [one.key, one.status, one.statusWrites]));
    const before = statuses();
    app = await startApp(three.town.mailchimp, { ...three.town.app.settings, CATCH_UP_MINUTES: "0.02" });
    await remembers(id, { points_grew: "200", points_fell: "200", rank_down: "Silver" });
    expect(tags(email)).toEqual(["Saleor Import"]);
    expect(statuses()).toEqual(before);
    await customers().setPrivateMeta(id, { points: "300" }, { silent: true });
    await remembers(id, { points_grew: "300" });
    expect(tags(email)).toEqual(["Saleor Import", "Grew"]);
  }, 120_000);
});
