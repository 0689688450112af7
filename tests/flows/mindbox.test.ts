import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unusualSettings } from "../contract/mindbox.bench";
import { guideProject, unusualProject } from "../sandbox/mindbox";
import { until } from "./app";
import { connectMindbox, keysOf, type MindboxShop, startMindboxShop } from "./mindbox-shop";

const PATIENCE = { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1" };
const view = (town: MindboxShop) => town.page.connections.get.query({ id: town.connectionId });
const byEmail = (town: MindboxShop, email: string) => town.mindbox.card("email", email);

describe("a shop on Mindbox", () => {
  let town: MindboxShop;
  beforeAll(async () => {
    town = await startMindboxShop({ variables: { ...PATIENCE, FIRST_ORDERS_HOURS: "0.0002" } });
  });
  afterAll(() => town.close());

  it("has its one place chosen, its key shown by the last characters, and every wrong answer at its field", async () => {
    expect(await view(town)).toMatchObject({
      health: "live",
      target: { id: guideProject.brand, name: guideProject.brand },
      account: { by: "key", credentialEnding: town.mindbox.secretKey.slice(-4) },
    });
    const withKey = (more: Record<string, string>) =>
      town.page.connect.withKey.mutate({ provider: "mindbox", credentials: { ...keysOf(town.mindbox), ...more } });
    expect(await withKey({ endpointId: "Nobody.Here" })).toMatchObject({
      kind: "refused",
      field: "endpointId",
      reason: "endpoint_unknown",
    });
    expect(await withKey({ secretKey: "wrong" })).toMatchObject({ kind: "refused", field: "secretKey", reason: "credentials_refused" });
    expect(await withKey({ host: "mind box" })).toMatchObject({ kind: "refused", field: "host", reason: "host_form" });
  });

  it("brings a new customer, its changes and its new e-mail to one card", async () => {
    const person = await town.saleor.customers.create({ email: "anna@shop-one.dev", firstName: "Anna", lastName: "Novak" });
    const card = await until(() => byEmail(town, "anna@shop-one.dev"));
    expect(card).toMatchObject({ ids: { saleorId: person.id }, customFields: { saleorTags: ["Saleor Import"] } });
    await until(() => byEmail(town, "anna@shop-one.dev")?.values.lastName === "Novak");
    await town.saleor.customers.update(person.id, { lastName: "Kowal" });
    await until(() => byEmail(town, "anna@shop-one.dev")?.values.lastName === "Kowal");
    await town.saleor.customers.changeEmail(person.id, "anna.kowal@shop-one.dev");
    await until(() => byEmail(town, "anna.kowal@shop-one.dev"));
    expect(town.mindbox.card("saleorId", person.id)?.email).toBe("anna.kowal@shop-one.dev");
    expect(town.mindbox.cards().filter(({ values }) => values.firstName === "Anna")).toHaveLength(1);
    expect(town.mindbox.violations).toEqual([]);
  });

  it("puts tags into the field for them and takes its own away again", async () => {
    const person = await town.saleor.customers.create({ email: "tagged@shop-one.dev", privateMeta: { mindbox_tags: '["vip"]' } });
    const tags = () => byEmail(town, "tagged@shop-one.dev")?.customFields.saleorTags;
    await until(() => JSON.stringify(tags()) === '["vip","Saleor Import"]');
    await town.saleor.customers.setPrivateMeta(person.id, { mindbox_tags: "[]" });
    await until(() => JSON.stringify(tags()) === '["Saleor Import"]');
  });

  it("confirms a phone once the shop says that it is confirmed", async () => {
    const person = await town.saleor.customers.create({ email: "phone@shop-one.dev" });
    await town.saleor.customers.editAddress(person.id, { phone: "+79161234567" });
    await town.saleor.customers.setPrivateMeta(person.id, { phone_confirmed: "true" });
    await until(() => byEmail(town, "phone@shop-one.dev")?.isMobilePhoneConfirmed);
    expect(byEmail(town, "phone@shop-one.dev")?.mobilePhone).toBe("79161234567");
  });

  it("leaves customers without orders out where the merchant chose that, and finds a first order by itself", async () => {
    await town.save({ withoutOrders: false });
    const looker = await town.saleor.customers.create({ email: "looker@shop-one.dev" });
    const buyer = await town.saleor.customers.create({ email: "buyer@shop-one.dev", orders: 1 });
    await until(() => byEmail(town, buyer.email));
    // Settled: nothing but the walk over those who ordered looks at them again.
    const settled = `select 1 from ledger where customer_id = '${looker.id}' and reason = 'no_orders' and due_at is null`;
    await until(async () => (await town.app.rows(settled)).length > 0);
    expect(byEmail(town, looker.email)).toBeUndefined();
    town.saleor.customers.order(looker.id);
    await until(() => byEmail(town, looker.email), 30_000);
    await town.save({ withoutOrders: true });
  });

  it("tags the customer who was deleted, where the merchant chose that", async () => {
    await town.save({ deletion: "tag", deletionTag: "gone" });
    const person = await town.saleor.customers.create({ email: "leaver@shop-one.dev" });
    await until(() => byEmail(town, "leaver@shop-one.dev"));
    await town.saleor.customers.delete(person.id);
    await until(() => JSON.stringify(byEmail(town, "leaver@shop-one.dev")?.customFields.saleorTags) === '["Saleor Import","gone"]');
  });

  it("waits out a throttle and goes on by itself", async () => {
    town.mindbox.fail({ kind: "throttle429" });
    await town.saleor.customers.create({ email: "patient@shop-one.dev" });
    await until(async () => (await view(town)).health === "provider_down");
    town.mindbox.heal();
    await until(() => byEmail(town, "patient@shop-one.dev"), 30_000);
  });

  it("says which operation is gone, keeps what waits, and goes on once its name is put right", async () => {
    await town.save({ importOperation: "Saleor.Renamed" });
    await town.saleor.customers.create({ email: "waits@shop-one.dev" });
    await until(async () => (await view(town)).health === "reconnect");
    expect(await view(town)).toMatchObject({ healthReason: "operation_unknown:Saleor.Renamed" });
    await town.save({ importOperation: "Saleor.ImportCustomer" });
    await until(() => byEmail(town, "waits@shop-one.dev"));
    await until(async () => (await view(town)).health === "live");
  });

  it("stops for a revoked key and goes on with a new one", async () => {
    town.mindbox.revoke();
    await town.saleor.customers.create({ email: "later@shop-one.dev" });
    await until(async () => (await view(town)).health === "reconnect");
    // Another setting does not mend a key.
    await town.save({ importTag: "Shop" });
    expect((await view(town)).health).toBe("reconnect");
    await town.page.connect.withKey
      .mutate({ provider: "mindbox", credentials: { ...keysOf(town.mindbox), secretKey: town.mindbox.secretKey } })
      .then(async (granted) => granted.kind === "granted" && town.page.connect.confirm.mutate({ attemptId: granted.attemptId }));
    await until(() => byEmail(town, "later@shop-one.dev"));
  });
});

describe("a project with names of its own, left at Mindbox's defaults", () => {
  let town: MindboxShop;
  beforeAll(async () => {
    town = await startMindboxShop({
      project: { ...unusualProject, alphabet: "cyrillic", phoneCodes: ["7"] },
      live: false,
      variables: PATIENCE,
    });
  });
  afterAll(() => town.close());
  const check = (name: string, values: Record<string, string>) =>
    town.page.connections.check.mutate({ id: town.connectionId, name, values });

  it("is connected all the same, with a word about the operations", async () => {
    const granted = await town.page.connect.withKey.mutate({ provider: "mindbox", credentials: keysOf(town.mindbox) });
    expect(granted).toMatchObject({ kind: "granted", account: { notes: ["operation_unknown:Saleor.GetCustomer"], targets: 1 } });
  });

  it("has its names checked as they are typed, before anything is saved", async () => {
    expect(await check("getOperation", {})).toMatchObject({ kind: "failed", reason: "operation_unknown:Saleor.GetCustomer" });
    expect(await check("getOperation", unusualSettings)).toEqual({ kind: "ok", code: "get_works" });
    expect(await check("importOperation", unusualSettings)).toEqual({ kind: "ok", code: "name_known" });
    expect(await check("importOperation", { ...unusualSettings, customerIdKey: "9" })).toMatchObject({ reason: "settings_incomplete" });
    expect(await check("importTag", {})).toMatchObject({ kind: "failed", reason: "not_checkable" });
    expect(town.mindbox.cards()).toEqual([]);
  });

  it("keeps tables of rows and says which cell is wrong", async () => {
    const rows = { customFields: [{ name: "vipPoints", type: "integer" }], subscriptions: [{ channel: "Sms", topic: "" }] };
    expect(await town.save({ ...unusualSettings, ...rows })).toMatchObject({ kind: "saved" });
    expect((await town.page.connections.settings.query({ id: town.connectionId })).values).toMatchObject(rows);
    expect(await town.save({ customFields: [rows.customFields[0], { name: "no blanks", type: "text" }] })).toEqual({
      kind: "invalid",
      problems: [{ name: "customFields.1.name", messageKey: "name_form" }],
    });
  });

  it("says what Mindbox dropped without a word", async () => {
    await town.page.connections.setLive.mutate({ id: town.connectionId, live: true });
    const { id } = await town.saleor.customers.create({ email: "latin@shop-one.dev", firstName: "Anna", lastName: "Novak" });
    await until(() => town.mindbox.card("email", "latin@shop-one.dev"));
    const said = await until(async () => {
      const answer = await town.page.customers.syncNow.mutate({ connectionId: town.connectionId, who: id });
      return answer.kind === "done" && answer.state === "in_sync" ? answer : null;
    });
    expect(said.warnings).toEqual(expect.arrayContaining(["not_taken:firstName", "not_taken:lastName"]));
    expect(await connectMindbox(town.page, town.mindbox)).toBe(town.connectionId);
  });
});
