import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hashOf } from "../sandbox/mailchimp";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({ variables: { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1" } });
});
afterAll(() => town.close());

const audience = () => town.mailchimp.audience();
const member = (email: string) => audience().member(email);
const nameAt = (email: string) => member(email)?.merge_fields.FNAME;
const tagsAt = (email: string) => [...(member(email)?.tags ?? [])].sort().join();
const at = (name: string) => `${name}.${round}@shop-one.dev`;
let round = 0;
beforeEach(() => {
  round += 1;
});

async function settled(): Promise<void> {
  await town.saleor.settled();
  await until(async () => (await town.app.rows<{ n: number }>(busy))[0]!.n === 0);
}
const busy = "select count(*)::int as n from ledger where due_at <= now() or in_flight is not null";

async function person(name: string, tags: string[] = []) {
  const created = await town.saleor.customers.create({
    email: at(name),
    firstName: name,
    privateMeta: tags.length > 0 ? { mailchimp_tags: JSON.stringify(tags) } : {},
  });
  await until(() => tagsAt(at(name)) === [...tags, "Saleor Import"].sort().join());
  return created;
}
const isOnItsWay = (method: string, email: string) =>
  town.mailchimp.requests.some((one) => one.method === method && one.status === 0 && one.path.includes(hashOf(email)));
const move = (id: string, email: string, silent = false) => town.saleor.customers.changeEmail(id, email, { silent });
const touch = (id: string) => town.saleor.customers.setMeta(id, { touched: String(Math.random()) });

describe("an e-mail address changes hands", () => {
  it("moves onto a contact that the audience has already, keeps its consent and retires the old one", async () => {
    const one = await person("anna", ["vip"]);
    audience().seed([{ email: at("anna.new"), status: "subscribed", tags: ["by hand"] }]);
    await move(one.id, at("anna.new"));
    await until(() => nameAt(at("anna.new")) === "anna" && tagsAt(at("anna.new")) === "Saleor Import,by hand,vip");
    await until(() => member(at("anna"))?.status === "archived");
    expect(member(at("anna.new"))?.status).toBe("subscribed");
  });

  it("retires the old contact also when the new one could not be given its tags at first", async () => {
    const one = await person("halfway", ["vip"]);
    audience().seed([{ email: at("halfway.new"), status: "subscribed" }]);
    town.mailchimp.fail({ kind: "error500", method: "POST", match: /\/tags$/, times: 1 });
    await move(one.id, at("halfway.new"));
    await until(() => tagsAt(at("halfway.new")) === "Saleor Import,vip");
    await until(() => member(at("halfway"))?.status === "archived");
  });

  it("lets one customer take the address that another leaves, however close the two changes are", async () => {
    const [leaver, taker] = [await person("leaver", ["l"]), await person("taker", ["t"])];
    await move(leaver.id, at("elsewhere"), true);
    await move(taker.id, at("leaver"), true);
    await Promise.all([touch(taker.id), touch(leaver.id)]);
    await until(() => nameAt(at("elsewhere")) === "leaver" && nameAt(at("leaver")) === "taker");
    await settled();
    expect([nameAt(at("leaver")), tagsAt(at("leaver"))]).toEqual(["taker", "Saleor Import,t"]);
    expect([nameAt(at("elsewhere")), tagsAt(at("elsewhere"))]).toEqual(["leaver", "Saleor Import,l"]);
    expect(member(at("leaver"))?.status).toBe("transactional");
  });

  it("ends right when the taker is seen first and the leaver only later", async () => {
    const [leaver, taker] = [await person("leaver", ["l"]), await person("taker", ["t"])];
    await move(leaver.id, at("elsewhere"), true);
    await move(taker.id, at("leaver"));
    await until(() => nameAt(at("leaver")) === "taker");
    await settled();
    await touch(leaver.id);
    await until(() => nameAt(at("elsewhere")) === "leaver");
    await settled();
    expect([nameAt(at("leaver")), tagsAt(at("leaver"))]).toEqual(["taker", "Saleor Import,t"]);
    expect([nameAt(at("elsewhere")), tagsAt(at("elsewhere"))]).toEqual(["leaver", "Saleor Import,l"]);
    await town.saleor.customers.update(taker.id, { firstName: "still here" });
    await until(() => nameAt(at("leaver")) === "still here");
    expect(nameAt(at("elsewhere"))).toBe("leaver");
  });

  it("archives the contact when its taker is deleted before we hear that the leaver has left", async () => {
    const leaver = await person("leaver");
    await move(leaver.id, at("elsewhere"), true);
    const taker = await town.saleor.customers.create({ email: at("leaver"), firstName: "taker" });
    await until(() => nameAt(at("leaver")) === "taker");
    await settled();
    await town.saleor.customers.delete(taker.id);
    await until(() => member(at("leaver"))?.status === "archived");
    await touch(leaver.id);
    await until(() => member(at("elsewhere"))?.status === "transactional");
  });

  it("never writes to an address for two customers at once", async () => {
    const taker = await person("mover", ["m"]);
    town.mailchimp.fail({ kind: "latency", ms: 1_500, method: "PUT", times: 1 });
    const passing = await town.saleor.customers.create({
      email: at("passing"),
      firstName: "passing",
      privateMeta: { mailchimp_tags: '["p"]' },
    });
    await until(() => isOnItsWay("PUT", at("passing")));
    await move(passing.id, at("passed"), true);
    await move(taker.id, at("passing"));
    await until(() => nameAt(at("passing")) === "mover" && nameAt(at("passed")) === "passing");
    await settled();
    expect([nameAt(at("passing")), tagsAt(at("passing"))]).toEqual(["mover", "Saleor Import,m"]);
    expect([nameAt(at("passed")), tagsAt(at("passed"))]).toEqual(["passing", "Saleor Import,p"]);
  });

  it("keeps a contact with whoever found it, although another's move there was never answered", async () => {
    const mover = await person("begins", ["b"]);
    town.mailchimp.fail({ kind: "cut", afterwards: true, method: "PATCH", times: 1 });
    await move(mover.id, at("midway"));
    await until(() => member(at("midway")));
    await move(mover.id, at("ends"), true);
    const found = await town.saleor.customers.create({ email: at("midway"), firstName: "finder" });
    await until(() => nameAt(at("midway")) === "finder" && nameAt(at("ends")) === "begins");
    await settled();
    expect([nameAt(at("midway")), tagsAt(at("midway"))]).toEqual(["finder", "Saleor Import"]);
    expect([nameAt(at("ends")), tagsAt(at("ends"))]).toEqual(["begins", "Saleor Import,b"]);
    await town.saleor.customers.update(found.id, { firstName: "still here" });
    await until(() => nameAt(at("midway")) === "still here");
  });

  it("lets two customers swap their addresses, each with the own name and tags", async () => {
    const [a, b] = [await person("a", ["tag a"]), await person("b", ["tag b"])];
    await move(a.id, at("between"), true);
    await move(b.id, at("a"), true);
    await move(a.id, at("b"), true);
    await Promise.all([touch(a.id), touch(b.id)]);
    await until(() => nameAt(at("a")) === "b" && nameAt(at("b")) === "a");
    await settled();
    expect([tagsAt(at("a")), tagsAt(at("b"))]).toEqual(["Saleor Import,tag b", "Saleor Import,tag a"]);
    expect([member(at("a"))?.status, member(at("b"))?.status]).toEqual(["transactional", "transactional"]);
    await town.saleor.customers.update(a.id, { firstName: "a again" });
    await until(() => nameAt(at("b")) === "a again");
    expect(nameAt(at("a"))).toBe("b");
  });

  it("swaps with every step told as it happens", async () => {
    const [a, b] = [await person("a"), await person("b")];
    await move(a.id, at("between"));
    await move(b.id, at("a"));
    await move(a.id, at("b"));
    await until(() => nameAt(at("a")) === "b" && nameAt(at("b")) === "a");
    await settled();
    expect([nameAt(at("a")), nameAt(at("b"))]).toEqual(["b", "a"]);
    expect([member(at("a"))?.status, member(at("b"))?.status]).toEqual(["transactional", "transactional"]);
  });

  it("takes another spelling of the same address for the same contact", async () => {
    const before = await person("letters");
    const contact = member(at("letters"))!.contact_id;
    await town.saleor.customers.update(before.id, { firstName: "Upper" }, { silent: true });
    Object.assign(town.saleor.customers.get(before.id)!, { email: at("Letters") });
    await touch(before.id);
    await until(() => nameAt(at("letters")) === "Upper");
    expect(member(at("letters"))).toMatchObject({ contact_id: contact, status: "transactional" });
    expect(
      audience()
        .members()
        .filter(({ email }) => email.toLowerCase() === at("letters")),
    ).toHaveLength(1);
  });
});

describe("somebody comes back", () => {
  it("keeps the contact of a customer who registered again, although the deletion is told late", async () => {
    const old = await person("again");
    await town.saleor.customers.delete(old.id, { silent: true });
    const fresh = await town.saleor.customers.create({ email: at("again"), firstName: "Reborn" });
    await until(() => nameAt(at("again")) === "Reborn");
    await tellDeleted(old.id);
    await settled();
    await until(async () => (await stateOf(old.id)) === "gone:identity_in_use");
    expect(member(at("again"))?.status).toBe("transactional");
    await town.saleor.customers.update(fresh.id, { firstName: "Still" });
    await until(() => nameAt(at("again")) === "Still");
  });

  it("keeps it also when both are told at the same moment", async () => {
    const old = await person("both");
    await town.saleor.customers.delete(old.id, { silent: true });
    await town.saleor.customers.create({ email: at("both"), firstName: "Reborn" }, { silent: true });
    const fresh = town.saleor.customers.findByEmail(at("both"))!;
    await Promise.all([tellDeleted(old.id), touch(fresh.id)]);
    await until(() => nameAt(at("both")) === "Reborn");
    await settled();
    expect(member(at("both"))?.status).toBe("transactional");
  });
});

async function tellDeleted(id: string): Promise<void> {
  const appId = town.saleor.installedApps()[0]!.id;
  const anybody = town.saleor.customers.all()[0]!;
  const request = await town.saleor.draftWebhook({ appId, event: "CUSTOMER_DELETED", customerId: anybody.id });
  const body = request.body.replaceAll(anybody.id, id);
  const headers = { ...request.headers, "saleor-signature": await town.saleor.signWebhook(body) };
  expect((await fetch(request.url, { method: "POST", headers, body })).status).toBe(200);
}

async function stateOf(id: string): Promise<string> {
  const [row] = await town.app.rows<{ state: string; reason: string }>(`select state, reason from ledger where customer_id = '${id}'`);
  return `${row?.state}:${row?.reason}`;
}
