/** What only Mindbox has: its several kinds of "no", values it drops without a word, operations that merely queue, phones and subscriptions. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Contact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import { blamedField } from "@/providers/kit/form";
import { mindbox } from "@/providers/mindbox";
import { type MindboxSandbox, type Project, startMindbox, unusualProject } from "../sandbox/mindbox";
import { aContact, type BenchLink, contacts, email, linkTo } from "./bench";
import { unusualSettings } from "./mindbox.bench";

let sandbox: MindboxSandbox;
let settings: Record<string, unknown> = unusualSettings;
const IMPORT = unusualSettings.importOperation;
const { endpointId, brand } = unusualProject;

beforeAll(async () => {
  sandbox = await startMindbox({ project: { ...unusualProject } });
});
beforeEach(() => {
  sandbox.change(unusualProject);
  sandbox.reset();
  sandbox.heal();
  settings = unusualSettings;
});
afterEach(() => expect(sandbox.violations).toEqual([]));
afterAll(() => sandbox.close());

const credentials = (more: Record<string, unknown> = {}) =>
  mindbox.credentials.parse({ endpointId, secretKey: sandbox.secretKey, brand, ...more });

function open(more: Parameters<typeof linkTo>[2] = {}) {
  const bench = { endpoints: { api: sandbox.url }, credentials: () => credentials(), target: brand };
  return linkTo(mindbox, bench, { ...more, settings: { ...settings, ...more?.settings } }) as BenchLink &
    Parameters<typeof mindbox.connect>[0];
}

async function one(contact: Contact, link = open()): Promise<Outcome> {
  return (await mindbox.customers.upsert(link, [contact])).get(contact.key)!;
}

const receiptOf = (outcome: Outcome) => ("receipt" in outcome ? outcome.receipt : undefined);
const warningsOf = (outcome: Outcome) => receiptOf(outcome)?.warnings ?? [];
const cardOf = (contact: Contact) => sandbox.card("SaleorID", contact.key);
const calls = (operation: string) => sandbox.requests.filter((request) => request.operation === operation);

function withOperation(name: string, more: Partial<Project["operations"][string]>): void {
  const { operations } = unusualProject;
  sandbox.change({ operations: { ...operations, [name]: { ...operations[name]!, ...more } } });
}

describe("connecting", () => {
  it.each<[string, Record<string, unknown>, string, string, string]>([
    ["a wrong key", { secretKey: "another" }, "auth", "credentials_refused", "secretKey"],
    ["an unknown integration point", { endpointId: "Nobody.Here" }, "auth", "endpoint_unknown", "endpointId"],
  ])("tells %s and names the field", async (_, wrong, kind, reason, field) => {
    const answer = await mindbox.connect(open({ credentials: credentials(wrong) }));
    expect(answer).toMatchObject({ kind, reason });
    expect(blamedField(mindbox.credentials, reason)).toBe(field);
  });

  it("tells a host that is not Mindbox's before anything is sent there", async () => {
    const bare = open({ endpoints: {}, credentials: credentials({ host: "crm.shop.example" }) });
    expect(await mindbox.connect(bare)).toEqual({ kind: "refused", reason: "host_unknown" });
    expect(sandbox.requests).toEqual([]);
  });

  it("lets an allowed host through and still looks at the address behind it", async () => {
    const hosts = { allowed: ["localhost.example"], allowLoopback: false };
    const link = open({ endpoints: {}, hosts, credentials: credentials({ host: "localhost.example" }) });
    expect(await mindbox.connect(link)).toMatchObject({ reason: expect.stringMatching(/address_refused|vendor_unreachable/) });
  });

  it("tells a host where nothing of Mindbox answers", async () => {
    sandbox.fail({ kind: "wrongAddress" });
    expect(await mindbox.connect(open())).toMatchObject({ kind: "auth", reason: "wrong_address" });
  });

  it("goes on where only the operation's name is another, and says so", async () => {
    const answer = await mindbox.connect(open({ settings: { getOperation: "Saleor.GetCustomer" } }));
    expect(answer).toMatchObject({ kind: "ok", value: { name: brand, notes: ["operation_unknown:Saleor.GetCustomer"] } });
    expect(sandbox.cards()).toEqual([]);
  });

  it("asks for a device only where an operation wants one", async () => {
    withOperation(unusualSettings.getOperation, { requiresDevice: true });
    expect(await mindbox.connect(open())).toMatchObject({ kind: "auth", reason: expect.stringMatching(/^device_required:/) });
    const deviceUuid = "6d4f2c1e-5a7b-4c3d-9e8f-0a1b2c3d4e5f";
    expect(await mindbox.connect(open({ credentials: credentials({ deviceUuid }) }))).toMatchObject({ kind: "ok" });
  });

  it.each(["api.mindbox.ru", "https://api.maestra.io/", "api.s.mindbox.ru"])("takes %s for a host", (host) => {
    expect(mindbox.credentials.safeParse({ host, endpointId, secretKey: "k" }).success).toBe(true);
  });

  it.each(["", "not a host", "mindbox", "https://user:pass@api.mindbox.ru"])("takes %j for none", (host) => {
    expect(mindbox.credentials.safeParse({ host, endpointId, secretKey: "k" }).success).toBe(false);
  });
});

describe("checking an operation", () => {
  const check = (setting: string, more: Record<string, unknown> = {}) => mindbox.check!(open({ settings: more }), setting);

  it("says that each name is known, and changes nothing", async () => {
    expect(await check("getOperation")).toEqual({ kind: "ok", value: { code: "get_works" } });
    for (const setting of ["importOperation", "editOperation", "confirmOperation"])
      expect(await check(setting)).toEqual({ kind: "ok", value: { code: "name_known" } });
    expect(sandbox.cards()).toEqual([]);
  });

  it("says which name is not known", async () => {
    expect(await check("importOperation", { importOperation: "Nope" })).toMatchObject({ kind: "auth", reason: "operation_unknown:Nope" });
  });

  it("says when a look-up would not tell anybody from nobody", async () => {
    withOperation(unusualSettings.getOperation, { returnsCustomer: false });
    expect(await check("getOperation")).toEqual({ kind: "ok", value: { code: "get_says_no_status" } });
  });
});

describe("what Mindbox does not like", () => {
  it("is left out where the operation says so, named, and the rest stands", async () => {
    withOperation(IMPORT, { validates: true });
    sandbox.change({ phoneCodes: ["7"] });
    const contact = aContact(1, { mapped: { phones: [{ number: "+48600100200", country: "PL" }] } });
    const outcome = await one(contact);
    expect(outcome).toMatchObject({ kind: "delivered", change: "created" });
    expect(warningsOf(outcome)).toEqual(["field_dropped:mobilePhone"]);
    expect(cardOf(contact)).toMatchObject({ email: email(1), mobilePhone: "", values: { firstName: "Firstname1" } });
    // Another payload, another id; the same again would be "one id for two payloads".
    expect(new Set(calls(IMPORT).map(({ transactionId }) => transactionId)).size).toBe(2);
  });

  it("is refused with Mindbox's words, without the customer's, where it says nothing of a field of ours", async () => {
    withOperation(IMPORT, { validates: true });
    settings = { ...unusualSettings, tagsField: "noSuchField" };
    const outcome = await one(aContact(1));
    expect(outcome).toMatchObject({ kind: "refused", reason: "field_invalid:customFields.noSuchField", vendorText: expect.any(String) });
    expect(sandbox.cards()).toEqual([]);
  });

  it("is found by reading back where Mindbox drops it without a word", async () => {
    sandbox.change({ alphabet: "cyrillic", phoneCodes: ["7"] });
    const contact = aContact(1, { mapped: { phones: [{ number: "+48600100200", country: "PL" }] } });
    expect(
      warningsOf(await one(contact))
        .slice()
        .sort(),
    ).toEqual(["not_taken:firstName", "not_taken:lastName", "not_taken:mobilePhone"]);
    const russian = aContact(2, {
      mapped: { firstName: "Анна", lastName: "Петрова", phones: [{ number: "+79161234567", country: "RU" }] },
    });
    expect(warningsOf(await one(russian))).toEqual([]);
  });

  it("is looked for at the first customers only", async () => {
    const link = open();
    await mindbox.customers.upsert(link, contacts(30));
    // One look before each, and one after the first ten.
    expect(calls(unusualSettings.getOperation)).toHaveLength(40);
  });

  it("tells an e-mail that stayed with another customer", async () => {
    sandbox.change({ duplicates: "none" });
    sandbox.seed([{ email: email(1), firstName: "Elder" }]);
    expect(warningsOf(await one(aContact(1)))).toContain("not_taken:email");
    expect(sandbox.card("email", email(1))?.values.firstName).toBe("Elder");
  });

  it("asks by one identifier where two of them belong to two people", async () => {
    sandbox.change({ duplicates: "none" });
    sandbox.seed([{ email: email(1) }, { ids: { SaleorID: aContact(1).key }, firstName: "Old" }]);
    expect(await one(aContact(1))).toMatchObject({ kind: "delivered", change: "updated" });
    expect(cardOf(aContact(1))?.values.firstName).toBe("Firstname1");
  });

  it("stops the connection when an operation is gone, instead of refusing everybody", async () => {
    const outcomes = await mindbox.customers.upsert(open({ settings: { importOperation: "Gone" } }), contacts(40));
    expect(new Set([...outcomes.values()].map((outcome) => ("reason" in outcome ? outcome.reason : outcome.kind)))).toEqual(
      new Set(["operation_unknown:Gone"]),
    );
  });

  it("stops when every call is refused alike", async () => {
    withOperation(IMPORT, { findBy: ["WebsiteID"] });
    const outcomes = [...(await mindbox.customers.upsert(open(), contacts(150))).values()];
    expect(outcomes.at(-1)).toMatchObject({ kind: "auth", reason: "calls_refused", vendorText: expect.stringContaining("identifiers") });
    expect(calls(IMPORT).length).toBeLessThan(60);
  });
});

describe("limits", () => {
  it("a wrong address is asked no more than a few times, and ends the connection", async () => {
    sandbox.fail({ kind: "wrongAddress" });
    const link = open({ settings: {} });
    const first = await mindbox.customers.upsert(link, contacts(60));
    expect([...first.values()].every((outcome) => outcome.kind === "retry" || outcome.kind === "auth")).toBe(true);
    const asked = sandbox.requests.length;
    expect(asked).toBe(1);
    for (let again = 0; again < 3; again++) await mindbox.customers.upsert(link, contacts(1));
    expect(await one(aContact(1), link)).toMatchObject({ kind: "auth", reason: "wrong_address" });
    expect(sandbox.requests.length).toBeLessThan(asked + 6);
  });

  it("one answer in between forgets the wrong addresses before it", async () => {
    const link = open();
    for (let n = 1; n <= 4; n++) {
      sandbox.fail({ kind: "wrongAddress", times: 1 });
      expect(await one(aContact(n), link)).toMatchObject({ kind: "retry" });
      expect(await one(aContact(n), link)).toMatchObject({ kind: "delivered" });
    }
  });

  it("past the limit of a minute nothing is lost and the pace falls", async () => {
    sandbox.change({ perMinute: 12 });
    const link = open();
    const outcomes = [...(await mindbox.customers.upsert(link, contacts(30))).values()];
    const throttled = outcomes.filter((outcome) => outcome.kind === "retry" && outcome.throttled);
    expect(throttled.length).toBeGreaterThan(0);
    expect(outcomes.every((outcome) => outcome.kind === "delivered" || outcome.kind === "retry")).toBe(true);
    expect(link.limiter.state().allowed).toBeLessThan(mindbox.limits.inFlight);
  });
});

describe("repeats", () => {
  it("carry the same id for the same payload, and the second is not done again", async () => {
    settings = { ...unusualSettings, importMode: "async" };
    sandbox.fail({ kind: "cut", operation: IMPORT, afterwards: true, times: 1 });
    expect(await one(aContact(1))).toMatchObject({ kind: "retry" });
    await sandbox.settled();
    // The first one was done, so the customer is there: written once more only if something is missing.
    expect(await one(aContact(1, { mapped: { firstName: "Other" } }))).toMatchObject({ kind: "delivered" });
    await sandbox.settled();
    expect(sandbox.cards()).toHaveLength(1);
    expect(sandbox.operationLog).toEqual([]);
  });

  it("an answer that got lost is repeated under its id", async () => {
    const known = aContact(1, { remoteKey: "77", ownedTags: ["Saleor Import"] });
    await one(known);
    const before = calls(IMPORT).length;
    await one(known);
    const [first, second] = [calls(IMPORT)[before - 1], calls(IMPORT)[before]];
    expect(second?.transactionId).toBe(first?.transactionId);
    await one({ ...known, mapped: { ...known.mapped, firstName: "New" } });
    expect(calls(IMPORT).at(-1)?.transactionId).not.toBe(first?.transactionId);
  });
});

describe("operations that only queue", () => {
  it("leave our own id as the key until Mindbox's is known", async () => {
    settings = { ...unusualSettings, importMode: "async", deletionTag: "gone" };
    const contact = aContact(1);
    const first = await one(contact);
    const remoteKey = receiptOf(first)?.remoteKey ?? "";
    expect(first).toMatchObject({ kind: "delivered", change: "created" });
    expect(remoteKey).toBe(`saleor:${contact.key}`);
    await sandbox.settled();
    expect(await mindbox.customers.read(open(), { remoteKey })).toMatchObject({ kind: "ok", value: { email: email(1) } });
    await mindbox.customers.remove(open(), [{ key: contact.key, remoteKey }], "tag");
    await sandbox.settled();
    expect(cardOf(contact)?.customFields.ShopTags).toEqual(["Saleor Import", "gone"]);
    const next = await one({ ...contact, remoteKey, ownedTags: ["Saleor Import"], mapped: { ...contact.mapped, lastName: "Newer" } });
    expect(receiptOf(next)?.remoteKey).toBe(cardOf(contact)?.mindboxId);
  });
});

describe("customers that exist", () => {
  it("are edited where the merchant chose that, and imported again when they are gone", async () => {
    settings = { ...unusualSettings, editKnown: true };
    const first = await one(aContact(1));
    expect(calls("Offline.EditUser")).toHaveLength(0);
    const known = { remoteKey: receiptOf(first)?.remoteKey ?? null, ownedTags: ["Saleor Import"] };
    expect(await one(aContact(1, { ...known, mapped: { firstName: "Edited" } }))).toMatchObject({ kind: "delivered", change: "updated" });
    expect(calls("Offline.EditUser")).toHaveLength(1);
    sandbox.reset();
    expect(await one(aContact(1, { ...known, mapped: { firstName: "Back" } }))).toMatchObject({ kind: "delivered" });
    expect(cardOf(aContact(1))?.values.firstName).toBe("Back");
  });
});

describe("subscriptions", () => {
  const rows = {
    subscriptions: [
      { channel: "Email", topic: "" },
      { channel: "Email", topic: "news" },
      { channel: "Sms", topic: "" },
    ],
  };
  const consentRules = ["email", "email.news", "sms"].map((channel) => ({
    channel,
    source: { kind: "private", key: channel },
    optIn: "direct",
  }));
  const asks = { ...unusualSettings, ...rows, consentRules };
  const known = (...changes: [string, boolean][]) => ({
    remoteKey: sandbox.card("email", email(1))?.mindboxId ?? "",
    ownedTags: ["Saleor Import"],
    consentChanges: Object.fromEntries(changes),
  });
  const held = () => Object.fromEntries(sandbox.card("email", email(1))?.subscriptions ?? []);

  it("of a new customer follow the rules, channel by channel", async () => {
    settings = asks;
    const contact = aContact(1, { mapped: { consents: { "email.news": true, sms: false } } });
    await one(contact);
    expect(Object.fromEntries(cardOf(contact)?.subscriptions ?? [])).toMatchObject({ "Email/news": true, Sms: false });
    expect(cardOf(contact)?.subscriptions.has("Email")).toBe(false);
  });

  it("of somebody who exists are sent for a changed word and never for what the rules say now", async () => {
    settings = asks;
    sandbox.seed([{ email: email(1), subscriptions: { Email: true } }]);
    await one(aContact(1, { mapped: { consents: { email: false } } }));
    expect(held()).toMatchObject({ Email: true });
    expect(sandbox.statusWrites()).toEqual([]);
    await one(aContact(1, known(["email", false])));
    expect(held()).toMatchObject({ Email: false });
  });

  it("bring back no topic that somebody left, not even with its channel", async () => {
    settings = asks;
    sandbox.seed([{ email: email(1), subscriptions: { "Email/news": false } }]);
    await one(aContact(1));
    const outcome = await one(aContact(1, known(["email", true])));
    expect(outcome).toMatchObject({ receipt: { warnings: ["opted_out_at_provider"] } });
    expect(held()).toEqual({ "Email/news": false });
    const left = await one(aContact(1, known(["email", false])));
    expect(left).toMatchObject({ receipt: { ownedOptOuts: [] } });
    expect(await one(aContact(1, known(["email", true])))).toMatchObject({ receipt: { warnings: ["opted_out_at_provider"] } });
    expect(held()).toMatchObject({ Email: false, "Email/news": false });
  });

  it("say the no to a topic again when its channel comes back", async () => {
    settings = asks;
    const consents = { email: false, "email.news": false };
    const first = await one(aContact(1, { mapped: { consents } }));
    expect(first).toMatchObject({ receipt: { ownedOptOuts: ["email", "email.news"] } });
    const again = { ...known(["email", true]), ownedOptOuts: ["email", "email.news"] };
    const back = await one(aContact(1, { ...again, mapped: { consents: { ...consents, email: true } } }));
    expect(back).toMatchObject({ receipt: { ownedOptOuts: ["email.news"] } });
    expect(held()).toMatchObject({ Email: true, "Email/news": false });
  });

  it("are not begun where the project shows none of them", async () => {
    settings = asks;
    await one(aContact(1));
    expect(await one(aContact(1, known(["email", true])))).toMatchObject({ receipt: { warnings: ["subscriptions_not_shown"] } });
    expect(sandbox.statusWrites()).toEqual([]);
  });

  it("carry the brand, and nothing is sent for a channel without a row", async () => {
    settings = { ...unusualSettings, subscriptions: [] };
    await one(aContact(1, { mapped: { consents: { email: true } } }));
    expect(cardOf(aContact(1))?.subscriptions.size).toBe(0);
  });
});

describe("phones", () => {
  const phones = [{ number: "+48600100200", country: "PL" }];
  const confirmed = { phone_confirmed: { kind: "value" as const, value: "true" } };
  const CONFIRM = "AutoConfirmMobilePhone";

  it("are confirmed once for whoever the key says it of", async () => {
    const contact = aContact(1, { mapped: { phones, meta: confirmed } });
    const first = await one(contact);
    expect(cardOf(contact)).toMatchObject({ mobilePhone: "48600100200", isMobilePhoneConfirmed: true });
    const known = { ...contact, remoteKey: receiptOf(first)?.remoteKey ?? null, ownedTags: ["Saleor Import"] };
    expect(await one({ ...known, force: true })).toMatchObject({ kind: "unchanged" });
    expect(calls(CONFIRM)).toHaveLength(1);
  });

  it("that changed after they were confirmed wait at Mindbox until the key confirms the new one", async () => {
    const contact = aContact(1, { mapped: { phones, meta: confirmed } });
    const first = await one(contact);
    const moved = [{ number: "+48600999888", country: "PL" }];
    const known = { ...contact, remoteKey: receiptOf(first)?.remoteKey ?? null, ownedTags: ["Saleor Import"] };
    await one({ ...known, mapped: { ...contact.mapped, phones: moved, meta: {} } });
    expect(cardOf(contact)).toMatchObject({ mobilePhone: "48600100200", pendingMobilePhone: "48600999888" });
    await one({ ...known, mapped: { ...contact.mapped, phones: moved } });
    expect(cardOf(contact)).toMatchObject({ mobilePhone: "48600999888", isMobilePhoneConfirmed: true });
  });

  it("are left alone where the key is absent, false or not readable", async () => {
    const metas: Contact["mapped"]["meta"][] = [
      {},
      { phone_confirmed: { kind: "value", value: "false" } },
      { phone_confirmed: { kind: "unreadable" } },
    ];
    for (const [n, meta] of metas.entries())
      await one(aContact(n + 1, { mapped: { phones: [{ number: `+4860010020${n}`, country: "PL" }], meta } }));
    expect(calls(CONFIRM)).toHaveLength(0);
  });

  it("whose confirmation does not come off are known to be there meanwhile", async () => {
    sandbox.fail({ kind: "error503", operation: CONFIRM, times: 1 });
    const outcome = await one(aContact(1, { mapped: { phones, meta: confirmed } }));
    expect(outcome).toMatchObject({ kind: "retry", partly: { change: "created", receipt: { remoteKey: expect.any(String) } } });
  });
});

describe("fields", () => {
  it("are the built-in ones and those that the merchant declared, with types", async () => {
    const customFields = [
      { name: "vipPoints", type: "integer" },
      { name: "firstPurchase", type: "date" },
    ];
    const answer = await mindbox.fields(open({ settings: { customFields } }));
    const byId = answer.kind === "ok" ? Object.fromEntries(answer.value.map(({ id, type }) => [id, type])) : {};
    expect(byId).toMatchObject({
      birthDate: "date",
      sex: "choice",
      "customFields.vipPoints": "number",
      "customFields.firstPurchase": "date",
    });
  });

  it("arrive typed and in the forms that Mindbox takes", async () => {
    settings = {
      ...unusualSettings,
      registeredField: "registeredAt",
      cityField: "city",
      languageField: "language",
      customFields: [
        { name: "vipPoints", type: "integer" },
        { name: "balance", type: "decimal" },
        { name: "isWholesale", type: "boolean" },
        { name: "firstPurchase", type: "date" },
      ],
    };
    const address = { city: "Kraków" } as Contact["mapped"]["address"];
    const fields = {
      birthDate: "1990-05-17T00:00:00Z",
      sex: "female",
      "customFields.vipPoints": "120.9",
      "customFields.balance": 10.456,
      "customFields.isWholesale": "yes",
      "customFields.firstPurchase": "2025-02-03",
      "customFields.vipRank": null,
    };
    const outcome = await one(aContact(1, { mapped: { address, fields, dateJoined: "2026-01-02T03:04:05.678+02:00" } }));
    expect(warningsOf(outcome)).toEqual([]);
    expect(cardOf(aContact(1))).toMatchObject({
      values: { birthDate: "1990-05-17", sex: "female" },
      customFields: {
        registeredAt: "2026-01-02 01:04:05",
        city: "Kraków",
        language: "EN",
        vipPoints: 120,
        balance: 10.46,
        isWholesale: true,
        firstPurchase: "2025-02-03",
      },
    });
  });

  it("what the connection wants to read follows the settings", () => {
    const reads = (more: object) => mindbox.customers.reads!(mindbox.settings.parse(more));
    expect(reads({})).toEqual({ orders: false, privateKeys: ["phone_confirmed"] });
    expect(reads({ withoutOrders: false, confirmOperation: "" })).toEqual({ orders: true, privateKeys: [] });
  });
});
