/** RetailCRM's own ways, against its stand-in. What every provider promises is in `providers.test.ts`. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Contact, MappedContact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import { createLimiter } from "@/providers/kit/limiter";
import { retailcrm } from "@/providers/retailcrm";
import { FIRST_SITE, type RetailCrmSandbox, startRetailCrm } from "../sandbox/retailcrm";
import { aContact, contacts, email, linkTo } from "./bench";

let sandbox: RetailCrmSandbox;
beforeAll(async () => {
  sandbox = await startRetailCrm({ perSecond: null });
});
beforeEach(() => {
  sandbox.reset();
  sandbox.timezone = "Europe/Moscow";
});
afterEach(() => expect(sandbox.violations).toEqual([]));
afterAll(() => sandbox.close());

type Parts = NonNullable<Parameters<typeof linkTo>[2]>;
type Link = Parameters<typeof retailcrm.connect>[0];

function open(more: Parts = {}): Link {
  const bench = {
    endpoints: { api: sandbox.url },
    credentials: () => ({ address: sandbox.address, apiKey: sandbox.keys.main.value }),
    target: FIRST_SITE,
  };
  return linkTo(retailcrm, bench, more) as unknown as Link;
}
const ruled = {
  settings: { consentRules: [{ channel: "email", source: { kind: "private", key: "consent" }, optIn: "direct" }] },
};
const upsert = (batch: readonly Contact[], link = open()) => retailcrm.customers.upsert(link, batch);
const one = async (contact: Contact, link = open()): Promise<Outcome> => (await upsert([contact], link)).get(contact.key)!;
const receiptOf = (outcome: Outcome) => ("receipt" in outcome ? outcome.receipt : undefined) ?? {};
const at = (n: number, site?: string) => sandbox.customer(email(n), site);
const many = (count: number, more: Parameters<typeof aContact>[1] = {}, from = 1) => contacts(count, { historic: true, ...more }, from);
const others = (count: number) =>
  sandbox.seed(Array.from({ length: count }, (_, n) => ({ email: `other-${n}@elsewhere.example`, firstName: "Other" })));
const asked = (pattern: RegExp, from = 0) =>
  sandbox.requests.slice(from).filter(({ method, path }) => pattern.test(`${method} ${path}`)).length;
const kindsOf = (outcomes: ReadonlyMap<string, Outcome>) => [...new Set([...outcomes.values()].map(({ kind }) => kind))].sort();

const address = {
  firstName: "",
  lastName: "",
  companyName: "",
  streetAddress1: "Tverskaya 1",
  streetAddress2: "",
  city: "Moscow",
  cityArea: "",
  postalCode: "125009",
  country: "RU",
  countryArea: "",
  phone: "",
};
const withPhone = (number: string): Partial<MappedContact> => ({ phones: [{ number, country: "RU" }] });

describe("a new customer", () => {
  it("carries Saleor's own id, numbers in E.164, the address, and its day of registration on the account's clock", async () => {
    await one(aContact(7, { mapped: { address, ...withPhone("8 (495) 123-45-67"), dateJoined: "2026-05-31T22:30:00Z" } }));
    expect(at(7)).toMatchObject({
      externalId: "7",
      createdAt: "2026-06-01 01:30:00",
      phones: ["+74951234567"],
      address: { city: "Moscow", countryIso: "RU", index: "125009", text: "Tverskaya 1" },
      tags: ["Saleor Import"],
      subscribed: null,
    });
  });

  it.each([true, false])("says of subscriptions what a consent rule says: %s", async (yes) => {
    await one(aContact(1, { mapped: { consents: { email: yes } } }), open(ruled));
    await upsert(many(12, { mapped: { consents: { email: yes } } }, 100), open(ruled));
    expect(sandbox.customers().map(({ subscribed }) => subscribed)).toEqual(Array(13).fill(yes));
    expect(sandbox.statusWrites).toEqual([]);
  });

  it("has no day of registration where the account does not tell its zone, and arrives all the same", async () => {
    sandbox.habits.settingsScope = "integration_read";
    const before = new Date().toISOString().slice(0, 10);
    expect(await one(aContact(1))).toMatchObject({ kind: "delivered" });
    expect(at(1)!.createdAt >= before).toBe(true);
  });
});

describe("subscriptions of an existing customer", () => {
  it("are written when the customer's word has changed, and never else", async () => {
    sandbox.seed([{ email: email(1), subscribed: true }]);
    await one(aContact(1, { mapped: { consents: { email: false } } }), open(ruled));
    expect(at(1)).toMatchObject({ subscribed: true, firstName: "Firstname1" });
    await one(aContact(1, { consentChanges: { email: false } }), open(ruled));
    expect(at(1)).toMatchObject({ subscribed: false });
    expect(sandbox.statusWrites).toHaveLength(1);
  });

  it("are not taken back where what we opted out was another customer", async () => {
    const [held] = sandbox.seed([{ email: email(1), subscribed: false, unsubscribedAt: "2026-01-01 10:00:00" }]);
    const yes = { consentChanges: { email: true }, ownedOptOuts: ["email"] };
    expect(await one(aContact(1, yes), open(ruled))).toMatchObject({
      receipt: { warnings: ["opted_out_at_provider"], ownedOptOuts: [] },
    });
    await one(aContact(1, { ...yes, remoteKey: String(held!.id) }), open(ruled));
    expect(at(1)).toMatchObject({ subscribed: true, unsubscribedAt: null });
  });
});

describe.each([
  ["a few", () => [aContact(1)]],
  ["many", () => many(12)],
] as const)("matching %s", (_, batch) => {
  it("adopts the customer with exactly this e-mail, whatever its case, and gives it our id", async () => {
    sandbox.seed([{ email: `x${email(1)}` }, { email: email(1).toUpperCase(), lastName: "By hand" }, { email: `${email(1)}.example` }]);
    const outcomes = await upsert(batch());
    expect(outcomes.get(aContact(1).key)).toMatchObject({ kind: "delivered", change: "updated" });
    expect(at(1)).toMatchObject({ externalId: "1", firstName: "Firstname1", lastName: "Lastname1" });
    expect(sandbox.customers()).toHaveLength(2 + batch().length);
  });

  it("adopts by our id before any e-mail", async () => {
    const [ours] = sandbox.seed([{ email: "old@shop.example", externalId: "1" }, { email: email(1) }]);
    const outcomes = await upsert(batch());
    expect(receiptOf(outcomes.get(aContact(1).key)!).remoteKey).toBe(String(ours!.id));
    expect(sandbox.customers().find(({ id }) => id === ours!.id)?.email).toBe(email(1));
  });

  it("does not take a customer's id of another Saleor customer away", async () => {
    sandbox.seed([{ email: email(1), externalId: "999" }]);
    await upsert(batch());
    expect(at(1)).toMatchObject({ externalId: "999", firstName: "Firstname1" });
  });

  it("does not look into other sites", async () => {
    sandbox.seed([{ email: email(1), externalId: "1", site: "outlet", firstName: "Elsewhere" }]);
    await upsert(batch());
    expect(at(1, "outlet")?.firstName).toBe("Elsewhere");
    expect(at(1)?.firstName).toBe("Firstname1");
  });

  it("skips whoever is there several times, unless the merchant said the oldest", async () => {
    const [young, old] = sandbox.seed([
      { email: email(1), createdAt: "2026-03-01 00:00:00" },
      { email: email(1), createdAt: "2025-03-01 00:00:00" },
    ]);
    expect((await upsert(batch())).get(aContact(1).key)).toEqual({ kind: "skipped", reason: "several_matches" });
    const chosen = (await upsert(batch(), open({ settings: { severalMatches: "oldest" } }))).get(aContact(1).key)!;
    expect(receiptOf(chosen).remoteKey).toBe(String(old!.id));
    expect(sandbox.customers().find(({ id }) => id === young!.id)?.firstName).toBe("");
  });

  it("makes one customer of two changes that arrive at once for one e-mail", async () => {
    const link = open();
    const twins = batch().map((contact) => ({ ...contact, key: btoa(`User:9${contact.key.length}${contact.mapped.email.length}`) }));
    sandbox.latencyMs = 20;
    const [first, second] = await Promise.all([upsert(batch(), link), upsert(twins.slice(0, 1), link)]);
    expect([kindsOf(first), kindsOf(second)]).toEqual([["delivered"], ["unchanged"]]);
    expect(sandbox.customers()).toHaveLength(batch().length);
  });
});

describe("many customers", () => {
  it("go fifty in a request into an empty site, which is looked at once", async () => {
    const link = open();
    await upsert(many(100), link);
    await upsert(many(100, {}, 101), link);
    expect(sandbox.customers()).toHaveLength(200);
    expect(asked(/upload/)).toBe(4);
    expect(sandbox.requests.length).toBeLessThanOrEqual(10);
  });

  it("are matched by the site's pages where that costs less than asking for each", async () => {
    others(500);
    sandbox.seed([{ email: email(3) }]);
    await upsert(many(40));
    expect(sandbox.customers()).toHaveLength(540);
    expect(asked(/filter%5Bemail/)).toBe(0);
    expect(asked(/page=6/)).toBe(1);
  });

  it("are asked for one by one where the site is large, until that has cost half as much as its pages", async () => {
    others(6000);
    const link = open();
    await upsert(many(12), link);
    expect([asked(/filter%5Bemail/), asked(/page=2/)]).toEqual([12, 0]);
    await upsert(many(12, {}, 101), link);
    expect([asked(/filter%5Bemail/), asked(/page=2/)]).toEqual([24, 0]);
    await upsert(many(12, {}, 201), link);
    expect([asked(/filter%5Bemail/), asked(/page=60/)]).toEqual([24, 1]);
    expect(sandbox.customers()).toHaveLength(6036);
  });

  it("are found although others arrive while the site is read, and push them onto further pages", async () => {
    sandbox.seed([{ email: email(1), createdAt: "2020-01-01 00:00:00" }]);
    others(499);
    sandbox.latencyMs = 30;
    const running = upsert(many(20));
    while (asked(/page=2/) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    others(150);
    await running;
    expect(sandbox.customers().filter((one) => one.email === email(1))).toHaveLength(1);
    expect(sandbox.customers()).toHaveLength(500 + 150 + 19);
  });

  it("that are known cost one question for a hundred, and nothing is written", async () => {
    others(500);
    const link = open();
    await upsert(many(100), link);
    const from = sandbox.requests.length;
    expect(kindsOf(await upsert(many(100), open()))).toEqual(["unchanged"]);
    expect(asked(/POST/, from)).toBe(0);
    expect(sandbox.requests.length - from).toBeLessThanOrEqual(3);
  });

  it("find a customer again who was deleted behind the directory's back", async () => {
    const link = open();
    await upsert(many(20), link);
    sandbox.deleteCustomer(at(5)!.id);
    expect(kindsOf(await upsert(many(20), link))).toEqual(["delivered", "unchanged"]);
    expect(sandbox.customers()).toHaveLength(20);
  });
});

describe("an upload of which a part is refused", () => {
  const batch = () => [
    ...many(47),
    ...[901, 902, 903].map((n) => aContact(n, { historic: true, mapped: { email: `${"x".repeat(95)}${n}@shop.example` } })),
  ];

  it.each([
    { partialStatus: 460, errorsAs: "map" },
    { partialStatus: 460, errorsAs: "list" },
    { partialStatus: 200, errorsAs: "map" },
  ] as const)("tries exactly those again, one by one: %j", async (habits) => {
    Object.assign(sandbox.habits, habits);
    const outcomes = await upsert(batch());
    for (const n of [901, 902, 903]) expect(outcomes.get(aContact(n).key)).toMatchObject({ kind: "refused", reason: "address_invalid" });
    expect(sandbox.customers()).toHaveLength(47);
    expect(asked(/upload/)).toBe(1);
    expect(asked(/create/)).toBe(3);
  });

  it("concludes nothing where the answer does not say who is who, and makes no doubles of it", async () => {
    sandbox.habits.uploadedNameExternalId = false;
    expect(kindsOf(await upsert(batch()))).toEqual(["refused", "retry"]);
    expect(kindsOf(await upsert(batch()))).toEqual(["refused", "unchanged"]);
    expect(sandbox.customers()).toHaveLength(47);
  });

  it("reads a full upload that names nobody in the order of what was sent", async () => {
    sandbox.habits.uploadedNameExternalId = false;
    const outcomes = await upsert(many(20));
    for (const contact of many(20))
      expect(receiptOf(outcomes.get(contact.key)!).remoteKey).toBe(String(sandbox.customer(contact.mapped.email)?.id));
  });
});

describe("an answer that was lost", () => {
  it.each([
    ["a few", 2, false, "reject"],
    ["many", 30, true, "reject"],
    ["many, where an upload updates", 30, true, "update"],
  ] as const)("doubles nobody: %s", async (_, count, historic, uploadOfKnown) => {
    sandbox.habits.uploadOfKnown = uploadOfKnown;
    const link = open();
    sandbox.fail({ kind: "cut", method: "POST", afterwards: true });
    expect(kindsOf(await upsert(contacts(count, { historic }), link))).toEqual(["retry"]);
    sandbox.heal();
    const again = await upsert(contacts(count, { historic }), link);
    expect(kindsOf(again).filter((kind) => kind !== "delivered" && kind !== "unchanged")).toEqual([]);
    expect(sandbox.customers()).toHaveLength(count);
  });
});

describe("customers that were merged at the vendor", () => {
  it("are followed, and known by the survivor's id from then on", async () => {
    const { remoteKey } = receiptOf(await one(aContact(1)));
    const [winner] = sandbox.seed([{ email: "winner@shop.example" }]);
    sandbox.combine(Number(remoteKey), winner!.id);
    const known = { remoteKey: remoteKey!, ownedTags: ["Saleor Import"] };
    const outcome = await one(aContact(1, { ...known, mapped: { firstName: "Merged" } }));
    expect(receiptOf(outcome).remoteKey).toBe(String(winner!.id));
    expect(sandbox.customers()).toMatchObject([{ id: winner!.id, firstName: "Merged", email: email(1) }]);
    expect(await retailcrm.customers.read(open(), { remoteKey: remoteKey! })).toMatchObject({ value: { remoteKey: String(winner!.id) } });
  });
});

describe.each(["replace", "append"] as const)("phones, where an edit does this: %s", (phonesOnEdit) => {
  const [ours, next, theirs] = ["+74951110000", "+74952220000", "8 800 555-35-35"];

  it("keeps a manager's number, and puts ours beside it", async () => {
    sandbox.habits.phonesOnEdit = phonesOnEdit;
    sandbox.seed([{ email: email(1), phones: [theirs!] }]);
    await one(aContact(1, { mapped: withPhone(ours!) }));
    expect(new Set(at(1)?.phones)).toEqual(new Set([theirs, ours]));
  });

  it("takes ours away when it left Saleor, or says that it could not", async () => {
    sandbox.habits.phonesOnEdit = phonesOnEdit;
    const link = open();
    const first = receiptOf(await one(aContact(1, { mapped: withPhone(ours!) }), link));
    sandbox.change(at(1)!.id, { phones: [ours!, theirs!] });
    const known = { remoteKey: first.remoteKey!, ownedTags: ["Saleor Import"], ownedFields: first.ownedFields! };
    const moved = receiptOf(await one(aContact(1, { ...known, mapped: withPhone(next!) }), link));
    const cleared = receiptOf(await one(aContact(1, { ...known, ownedFields: moved.ownedFields!, mapped: { phones: [] } }), link));
    if (phonesOnEdit === "replace") {
      expect(at(1)?.phones).toEqual([theirs]);
      expect(moved.warnings ?? []).toEqual([]);
    } else {
      expect(moved.warnings).toEqual(["phone_not_removed"]);
      expect(cleared.ownedFields?.filter((key) => key.startsWith("phone:"))).toHaveLength(2);
    }
  });
});

describe("a value that the vendor does not take", () => {
  it("is left out once and named, and the customer arrives", async () => {
    const outcome = await one(aContact(1, { mapped: { fields: { tier: "platinum", bonus_points: "12" } } }));
    expect(receiptOf(outcome).warnings).toEqual(["field_dropped:tier"]);
    expect(at(1)?.customFields).toEqual({ bonus_points: "12" });
  });

  it.each(["refuse", "ignore"] as const)("holds nobody back when the field does not exist at all: %s", async (unknownCustomField) => {
    sandbox.habits.unknownCustomField = unknownCustomField;
    expect(await one(aContact(1, { mapped: { fields: { nowhere: "x" } } }))).toMatchObject({ kind: "delivered" });
    expect(at(1)?.customFields).toEqual({});
  });

  it("names a phone that is none", async () => {
    const outcome = await one(aContact(1, { mapped: { phones: [{ number: "call me", country: "PL" }] } }));
    expect(receiptOf(outcome).warnings).toEqual(["phone_unreadable"]);
  });
});

describe("tags", () => {
  it("are added and taken one by one: a manager's list is never written over", async () => {
    sandbox.seed([{ email: email(1), tags: ["VIP", "old"] }]);
    await one(aContact(1, { ownedTags: ["Old"] }));
    expect(at(1)?.tags).toEqual(["VIP", "Saleor Import"]);
    expect(sandbox.tagReplacements).toEqual([]);
  });
});

describe("connecting", () => {
  const connect = (more: Parts = {}) => retailcrm.connect(open({ target: "", ...more }));
  const key = (value: string) => ({ address: sandbox.address, apiKey: value });

  it("names the account; a new key is still the same account", async () => {
    const before = await connect();
    expect(before).toMatchObject({ kind: "ok", value: { name: "example-shop", detail: "example-shop.retailcrm.ru" } });
    expect(before.kind === "ok" && before.value.notes).toBeUndefined();
    sandbox.revokeKeys();
    expect(await connect()).toMatchObject({ value: { limitKey: before.kind === "ok" ? before.value.limitKey : "" } });
  });

  it("names permissions that the key lacks", async () => {
    expect(await connect({ credentials: key(sandbox.keys.readOnly.value) })).toMatchObject({
      value: { notes: ["permission_missing:customer_write", "permission_missing:custom_fields_read"] },
    });
  });

  it.each([
    ["everything", "main", ["main-shop", "outlet", "1", "wholesale-eu"]],
    ["two sites", "twoSites", ["main-shop", "outlet"]],
    ["one site", "oneSite", ["outlet"]],
  ] as const)("lists the sites of a key that sees %s", async (_, name, codes) => {
    sandbox.seed([{ email: email(1), site: "outlet" }]);
    const found = await retailcrm.targets(open({ target: "", credentials: key(sandbox.keys[name].value) }));
    expect(found.kind === "ok" && found.value.map(({ id }) => id).sort()).toEqual([...codes].sort());
    expect(found.kind === "ok" && found.value.find(({ id }) => id === "outlet")).toMatchObject({ name: "Outlet", contacts: 1 });
  });

  it.each([
    { wrongKeyStatus: 403, texts: "english" },
    { wrongKeyStatus: 404, texts: "english" },
    { wrongKeyStatus: 404, texts: "translated" },
  ] as const)("knows a wrong key, %j", async (habits) => {
    Object.assign(sandbox.habits, habits);
    expect(await connect({ credentials: key("0".repeat(32)) })).toMatchObject({ kind: "auth", reason: "credentials_refused" });
    expect(await one(aContact(1), open({ credentials: key("0".repeat(32)) }))).toMatchObject({
      kind: "auth",
      reason: "credentials_refused",
    });
  });

  it("tells an account that does not exist from a key that is wrong", async () => {
    sandbox.fail({ kind: "noAccount" });
    expect(await connect()).toMatchObject({ kind: "auth", reason: "account_unknown" });
  });

  it("asks no host but the vendor's own and those that the operator allows", async () => {
    const nowhere = { endpoints: {}, credentials: { address: "https://crm.evil.example", apiKey: "0".repeat(32) } };
    const from = sandbox.requests.length;
    for (const answer of [
      await connect(nowhere),
      await retailcrm.targets(open({ ...nowhere, target: "" })),
      await one(aContact(1), open(nowhere)),
    ])
      expect(answer).toMatchObject({ kind: "auth", reason: "host_refused" });
    const here = { endpoints: {}, credentials: { address: sandbox.url, apiKey: sandbox.keys.main.value } };
    expect(await connect(here)).toMatchObject({ kind: "ok" });
    expect(await connect({ ...here, hosts: { allowed: ["127.0.0.1"], allowLoopback: false } })).toMatchObject({ reason: "host_refused" });
    expect(sandbox.requests.length - from).toBeLessThan(6);
  });

  it.each(["example-shop.retailcrm.ru", " http://Example-shop.retailcrm.ru/admin/#x ", "https://example-shop.retailcrm.ru//"])(
    "understands the address %j",
    (typed) =>
      expect(retailcrm.credentials.parse({ address: typed, apiKey: "12345678" }).address).toBe("https://example-shop.retailcrm.ru"),
  );
});

describe("what only a person can mend", () => {
  it.each(["english", "translated"] as const)("names the permission that is missing, whatever the language: %s", async (texts) => {
    sandbox.habits.texts = texts;
    const credentials = { address: sandbox.address, apiKey: sandbox.keys.readOnly.value };
    expect(await one(aContact(1), open({ credentials }))).toMatchObject({ kind: "auth", reason: "permission_missing:customer_write" });
    const outcomes = await upsert(many(20), open({ credentials }));
    expect([...outcomes.values()].every((outcome) => "reason" in outcome && outcome.reason === "permission_missing:customer_write")).toBe(
      true,
    );
  });

  it.each(["refuse", "empty"] as const)("notices a site that is gone, where its list is %s", async (unknownSite) => {
    sandbox.habits.unknownSite = unknownSite;
    await one(aContact(1));
    sandbox.deleteSite(FIRST_SITE);
    expect(await one(aContact(2))).toMatchObject({ kind: "auth", reason: "target_gone" });
    expect(await retailcrm.customers.read(open(), { email: email(1) })).toMatchObject({ kind: "auth", reason: "target_gone" });
  });

  it("notices a site that the key may not see any more, in the middle of the work", async () => {
    const link = open({ credentials: { address: sandbox.address, apiKey: sandbox.keys.oneSite.value }, target: "outlet" });
    expect(await one(aContact(1), link)).toMatchObject({ kind: "delivered" });
    sandbox.deleteSite("outlet");
    expect(await one(aContact(2), link)).toMatchObject({ kind: "auth", reason: "target_gone" });
  });
});

describe("the dictionary of fields", () => {
  it("has the built-in ones and the account's own, with types and choices", async () => {
    const answer = await retailcrm.fields(open());
    const fields = new Map((answer.kind === "ok" ? answer.value : []).map((field) => [field.id, field]));
    expect(fields.get("birthday")).toMatchObject({ type: "date", label: "Birthday" });
    expect(fields.get("custom_birthday")).toMatchObject({ type: "text", label: "Old birthday column" });
    expect(fields.get("tier")).toMatchObject({ type: "choice", choices: ["bronze", "silver", "gold"] });
    expect(fields.get("bonus_points")?.type).toBe("number");
    expect(fields.get("animals")?.type).toBe("other");
    expect([fields.has("computed"), fields.has("promocode")]).toEqual([false, false]);
    await one(aContact(1, { mapped: { fields: { birthday: "1990-02-03", custom_birthday: "long ago" } } }));
    expect(at(1)).toMatchObject({ birthday: "1990-02-03", customFields: { birthday: "long ago" } });
  });
});

describe("a look ahead", () => {
  it("says what would become of each, and writes nothing", async () => {
    sandbox.seed([
      { email: email(1), firstName: "Old", externalId: "1", lastName: "Lastname1", tags: ["Saleor Import"] },
      { email: email(2) },
      { email: email(2) },
      { email: email(3), firstName: "Firstname3", externalId: "3", lastName: "Lastname3", tags: ["Saleor Import"] },
    ]);
    const seen = await retailcrm.customers.foresee(open(), contacts(4));
    expect([...seen.values()]).toEqual([
      { kind: "would_update", differences: [{ field: "firstName", ours: "Firstname1", theirs: "Old" }] },
      { kind: "would_skip", reason: "several_matches" },
      { kind: "would_leave" },
      { kind: "would_create" },
    ]);
    expect(asked(/POST/)).toBe(0);
  });
});

describe("the vendor's limits", () => {
  it("are kept: ten a second and two at once", async () => {
    const strict = await startRetailCrm();
    const bench = {
      endpoints: { api: strict.url },
      credentials: () => ({ address: strict.address, apiKey: strict.keys.main.value }),
      target: FIRST_SITE,
    };
    const link = linkTo(retailcrm, bench, { limiter: createLimiter(retailcrm.limits) }) as unknown as Link;
    strict.latencyMs = 200;
    const outcomes = await retailcrm.customers.upsert(link, contacts(9));
    expect(kindsOf(outcomes)).toEqual(["delivered"]);
    expect([strict.throttled, strict.maxInFlight]).toEqual([0, 2]);
    await strict.close();
  });
});
