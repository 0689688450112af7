/**
 * What every provider promises, asked of each in the list against its stand-in. A new entry in the list is tested the
 * moment it exists; there is no list of exceptions.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Removal } from "@/model/connection";
import type { Contact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import { providerList } from "@/providers";
import type { AnyProvider, Outcomes } from "@/providers/contract";
import { describeForm } from "@/providers/kit/form";
import { aContact, type Bench, type BenchLink, contacts, email, linkTo } from "./bench";

const TOKEN_LIKE = /[0-9a-f]{32}/i;

describe.each(providerList.map((provider) => [provider.id, provider] as const))("%s", (id, provider: AnyProvider) => {
  let bench: Bench;
  let messages: Record<string, unknown>;
  let links: BenchLink[] = [];
  let seenOutcomes: Outcome[] = [];

  beforeAll(async () => {
    bench = await ((await import(`./${id}.bench.ts`)) as { startBench(): Promise<Bench> }).startBench();
    messages = ((await import(`../../src/providers/${id}/messages.en.json`)) as { default: Record<string, unknown> }).default;
  });
  beforeEach(() => {
    bench.reset();
    bench.latency(0);
    links = [];
    seenOutcomes = [];
  });
  afterEach(() => {
    expect(bench.violations()).toEqual([]);
    expectNothingPersonal(links, seenOutcomes);
    const words = messages as { reason?: Record<string, unknown> };
    expect(codesOf(seenOutcomes).filter((code) => typeof words.reason?.[code] !== "string")).toEqual([]);
  });
  afterAll(() => bench.close());

  /** What the vendor can do with a contact: a vendor that archives none has no archived contacts to leave alone. */
  const policies: string[] = provider.settings.shape.deletion.unwrap().options.filter((policy: string) => policy !== "leave");
  const archives = <T>(cases: T[]): T[] => (policies.includes("archive") ? cases : []);

  const open = (more: Parameters<typeof linkTo>[2] = {}) => {
    const link = linkTo(provider, bench, more);
    links.push(link);
    return link;
  };
  const upsert = async (batch: readonly Contact[], link = open()): Promise<Outcomes> => {
    const outcomes = await provider.customers.upsert(link, batch);
    seenOutcomes.push(...outcomes.values());
    expect([...outcomes.keys()].sort()).toEqual(batch.map((contact) => contact.key).sort());
    return outcomes;
  };
  const one = async (contact: Contact, link?: BenchLink) => (await upsert([contact], link)).get(contact.key)!;
  const at = (address: string) => bench.contacts().find((contact) => contact.email === address);
  const remoteKeyOf = (outcome: Outcome) => ("receipt" in outcome ? (outcome.receipt?.remoteKey ?? null) : null);

  describe("the form", () => {
    it("starts safely from nothing and has the settings the engine reads", () => {
      expect(provider.settings.parse({})).toMatchObject({
        includeStaff: false,
        deletion: expect.any(String),
        importTag: expect.any(String),
      });
      expect(describeForm(provider.settings).length).toBeGreaterThan(0);
    });

    it("has words for every field and option", () => {
      const fields = [...describeForm(provider.settings), ...describeForm(provider.credentials)];
      const keys = fields.flatMap((field) =>
        [field, ...field.columns].flatMap(({ labelKey, options }) => [labelKey, ...options.map((option) => option.labelKey)]),
      );
      expect(keys.filter((key) => typeof lookUp(messages, key) !== "string")).toEqual([]);
      const sections = [...new Set(fields.map(({ section }) => section))];
      const heading = (section: string) => lookUp(messages, `sections.${section}.title`) ?? lookUp(messages, `sections.${section}`);
      expect(sections.filter((section) => typeof heading(section) !== "string")).toEqual([]);
    });
  });

  describe("connecting", () => {
    it("names the account and finds the target", async () => {
      const link = open();
      expect(await provider.connect(link)).toMatchObject({ kind: "ok", value: { limitKey: expect.any(String), name: expect.any(String) } });
      const targets = await provider.targets(link);
      expect(targets.kind === "ok" && targets.value.map((target) => target.id)).toContain(bench.target);
      expect(await provider.fields(link)).toMatchObject({ kind: "ok" });
    });

    it("says auth for wrong credentials", async () => {
      expect(await provider.connect(open({ credentials: bench.wrongCredentials() }))).toMatchObject({ kind: "auth" });
    });
  });

  describe("delivering", () => {
    it("brings a new contact with its name and tags, and twice is once", async () => {
      const first = await one(aContact(1));
      expect(first).toMatchObject({ kind: "delivered", change: "created", receipt: { ownedTags: ["Saleor Import"] } });
      expect(at(email(1))).toMatchObject({ firstName: "Firstname1", tags: ["Saleor Import"] });

      const writes = bench.writes();
      const again = aContact(1, { remoteKey: remoteKeyOf(first), ownedTags: ["Saleor Import"], force: true });
      expect(await one(again)).toMatchObject({ kind: "unchanged" });
      expect(await one({ ...again, remoteKey: null })).toMatchObject({ kind: "unchanged" });
      expect(bench.writes()).toBe(writes);
      expect(bench.contacts()).toHaveLength(1);
    });

    it("updates a contact that it delivered before", async () => {
      const remoteKey = remoteKeyOf(await one(aContact(1)));
      const renamed = aContact(1, { remoteKey, ownedTags: ["Saleor Import"], mapped: { firstName: "Changed" } });
      expect(await one(renamed)).toMatchObject({ kind: "delivered", change: "updated", receipt: { remoteKey } });
      expect(at(email(1))?.firstName).toBe("Changed");
    });

    it("follows a changed e-mail instead of making a second contact", async () => {
      const remoteKey = remoteKeyOf(await one(aContact(1)));
      const moved = aContact(1, { remoteKey, emailChanged: true, ownedTags: ["Saleor Import"], mapped: { email: "moved@shop.example" } });
      expect(await one(moved)).toMatchObject({ kind: "delivered", change: "updated" });
      expect(bench.contacts().map((contact) => contact.email)).toEqual(["moved@shop.example"]);
      expect(at("moved@shop.example")?.tags).toEqual(["Saleor Import"]);
    });

    it("takes a whole batch, fresh or historic, and the same again changes nothing", async () => {
      const batch = contacts(provider.limits.batchSize, { historic: true });
      const outcomes = await upsert(batch);
      expect(countOf(outcomes)).toEqual({ "delivered created": batch.length });
      expect(bench.contacts()).toHaveLength(batch.length);
      expect(bench.contacts().every((contact) => contact.tags.includes("Saleor Import"))).toBe(true);

      const writes = bench.writes();
      const owned = batch.map((contact) => ({ ...contact, ownedTags: ["Saleor Import"] }));
      expect(countOf(await upsert(owned))).toEqual({ unchanged: batch.length });
      expect(bench.writes()).toBe(writes);
    });

    it("delivers several batches at once over one link", async () => {
      const link = open();
      const size = Math.min(provider.limits.batchSize, 60);
      const batches = [1, 2, 3].map((n) => contacts(size, { historic: true }, n * 1000));
      const outcomes = await Promise.all(batches.map((batch) => upsert(batch, link)));
      expect(outcomes.map(countOf)).toEqual(batches.map(() => ({ "delivered created": size })));
      expect(bench.contacts()).toHaveLength(3 * size);
    });

    it("answers nothing for nobody", async () => {
      expect((await upsert([])).size).toBe(0);
    });

    it("merges two customers that share an address apart from its case", async () => {
      const twins = [aContact(1), aContact(2, { mapped: { email: email(1).toUpperCase() } })];
      const outcomes = await upsert(twins);
      expect([...outcomes.values()].map((outcome) => outcome.kind)).toEqual(["delivered", "delivered"]);
      expect(bench.contacts()).toHaveLength(1);
    });
  });

  describe.each([
    ["a few", 5, false],
    ["many", 60, true],
  ])("one bad item among %s", (_, count, historic) => {
    it("is refused with a reason and holds nobody back", async () => {
      const bad = bench.refusedEmail;
      const batch = contacts(count, { historic });
      const broken = [aContact(9001, { historic, mapped: { email: "not an address" } })];
      if (bad) broken.push(aContact(9002, { historic, mapped: { email: bad } }));
      const outcomes = await upsert([...batch.slice(0, 3), ...broken, ...batch.slice(3)]);
      for (const contact of broken) expect(outcomes.get(contact.key)).toMatchObject({ kind: "refused", reason: expect.any(String) });
      expect(batch.every((contact) => outcomes.get(contact.key)?.kind === "delivered")).toBe(true);
      expect(bench.contacts()).toHaveLength(count);
    });
  });

  describe("consent", () => {
    it.each([
      ["a few", 3, false],
      ["many", 40, true],
    ])("never writes the status of an existing contact (%s)", async (_, count, historic) => {
      bench.seed(contacts(count).map(({ mapped }) => ({ email: mapped.email, firstName: "Old", state: "optedOut" as const })));
      const before = bench.contacts().map((contact) => contact.status);
      const outcomes = await upsert(contacts(count, { historic }));
      expect(countOf(outcomes)).toEqual({ "delivered updated": count });
      expect(bench.contacts().map((contact) => contact.status)).toEqual(before);
      expect(bench.contacts().every((contact) => contact.firstName.startsWith("Firstname"))).toBe(true);
      expect(bench.statusWritesToExisting()).toBe(0);
    });

    it.each(
      archives([
        ["a few", 3, false],
        ["many", 40, true],
      ]),
    )("leaves archived contacts archived (%s)", async (_, count, historic) => {
      bench.seed(contacts(count).map(({ mapped }) => ({ email: mapped.email, state: "archived" as const })));
      const outcomes = await upsert(contacts(count, { historic }));
      expect(countOf(outcomes)).toEqual({ "skipped archived": count });
      expect(bench.contacts().every((contact) => contact.archived)).toBe(true);
      expect(bench.statusWritesToExisting()).toBe(0);
    });
  });

  const { channels } = provider.customers;
  // A provider may follow no consent at all, and not all of them can ask for a confirmation: nothing is asked of them then.
  if (channels)
    describe("the customer's word", () => {
      const asks = provider.customers.optIns?.includes("confirm") ?? true;
      let channel: string;
      beforeEach(() => {
        channel = channels(open().settings)[0] ?? "";
      });
      const under = (optIn: "confirm" | "direct") =>
        open({ settings: { consentRules: [{ channel, source: { kind: "private", key: "consent" }, optIn }] } });
      const word = (said: boolean, more: Parameters<typeof aContact>[1] = {}) =>
        aContact(1, { ...more, mapped: { consents: { [channel]: said } } });
      const changed = (said: boolean, before: Outcome) =>
        word(said, {
          remoteKey: remoteKeyOf(before),
          ownedTags: ["Saleor Import"],
          consentChanges: { [channel]: said },
          ownedOptOuts: ("receipt" in before && before.receipt?.ownedOptOuts) || [],
        });
      const standing = () => bench.consentOf(email(1));

      it("has words for every channel", () => {
        const kinds = channels(open().settings).map((name) => name.split(".")[0]);
        expect(kinds.length).toBeGreaterThan(0);
        expect(kinds.filter((kind) => typeof lookUp(messages, `channels.${kind}`) !== "string")).toEqual([]);
      });

      it.each([
        ["yes, to be confirmed", true, "confirm", asks ? ["asked"] : ["none"]],
        ["yes", true, "direct", ["in"]],
        // Where nobody is asked, whoever is not opted out may count as in.
        ["no", false, "direct", asks ? ["none"] : ["none", "out"]],
      ] as const)("decides where a new contact stands: %s", async (_, said, optIn, wanted) => {
        const outcome = await one(word(said), under(optIn));
        expect(outcome).toMatchObject({ kind: "delivered", change: "created" });
        // Absent = the words of this delivery.
        expect("receipt" in outcome && (outcome.receipt?.consents ?? { [channel]: said })).toEqual({ [channel]: said });
        expect(wanted).toContain(standing());
      });

      it.each([
        ["a few", 3, false],
        ["many", 40, true],
      ])("is no reason to touch whoever is there already (%s)", async (_, count, historic) => {
        bench.seed(contacts(count).map(({ mapped }) => ({ email: mapped.email, state: "optedOut" as const })));
        await upsert(contacts(count, { historic, mapped: { consents: { [channel]: true } } }), under("direct"));
        expect(contacts(count).every(({ mapped }) => bench.consentOf(mapped.email) === "out")).toBe(true);
        expect(bench.statusWritesToExisting()).toBe(0);
      });

      it("opts out when it changes to no, and in again when it changes back", async () => {
        const joined = await one(word(true), under("direct"));
        const left = await one(changed(false, joined), under("direct"));
        expect([left.kind, standing()]).toEqual(["delivered", "out"]);
        await one(changed(true, left), under("direct"));
        expect(standing()).toBe("in");
      });

      it(asks ? "asks by e-mail where the merchant chose so" : "subscribes nobody without the confirmation that a rule wants", async () => {
        const joined = await one(word(false), under("confirm"));
        const before = standing();
        const outcome = await one(changed(true, joined), under("confirm"));
        expect(standing()).toBe(asks ? "asked" : before);
        expect("receipt" in outcome && (outcome.receipt?.warnings ?? [])).toEqual(asks ? [] : ["confirmation_not_offered"]);
      });

      it("never outweighs an opt-out at the provider, and says so", async () => {
        const joined = await one(word(true), under("direct"));
        bench.optOut(email(1));
        const writes = bench.statusWritesToExisting();
        for (const optIn of ["direct", "confirm"] as const) {
          const outcome = await one(changed(true, joined), under(optIn));
          expect("receipt" in outcome && outcome.receipt?.warnings).toContain("opted_out_at_provider");
        }
        expect(standing()).toBe("out");
        expect(bench.statusWritesToExisting()).toBe(writes);
      });

      it("is kept for the next attempt when the provider did not take it", async () => {
        const joined = await one(word(true), under("direct"));
        bench.trouble("down");
        const outcome = await one(changed(false, joined), under("direct"));
        expect(outcome.kind).toBe("retry");
        expect("partly" in outcome && outcome.partly?.receipt.consents).toBeFalsy();
        bench.heal();
        await one(changed(false, joined), under("direct"));
        expect(standing()).toBe("out");
      });
    });

  describe("empty values", () => {
    it("wipe nothing that others filled, and clear what we filled", async () => {
      bench.seed([{ email: email(1), firstName: "By hand" }]);
      const adopted = await one(aContact(1, { mapped: { firstName: "" } }));
      expect(firstNameOf(1)).toBe("By hand");
      const known = { remoteKey: remoteKeyOf(adopted), ownedTags: ["Saleor Import"] };
      const filled = await one(aContact(1, { ...known, mapped: { firstName: "Ours" } }));
      expect(firstNameOf(1)).toBe("Ours");
      const ownedFields = filled.kind === "delivered" ? (filled.receipt.ownedFields ?? []) : [];
      await one(aContact(1, { ...known, ownedFields, mapped: { firstName: "" } }));
      expect(firstNameOf(1)).toBe("");
    });

    const firstNameOf = (n: number) => at(email(n))?.firstName;
  });

  describe("fields of others", () => {
    it("stay as they are, whatever we write beside them", async () => {
      const remoteKey = remoteKeyOf(await one(aContact(1)));
      const name = bench.fillByHand(email(1));
      const fieldOf = async (address: string) => {
        const said = await provider.customers.read(open(), { email: address });
        return said.kind === "ok" ? said.value?.fields[name] : said;
      };
      const filled = await fieldOf(email(1));
      expect(filled).toBeTruthy();
      const known = { remoteKey, ownedTags: ["Saleor Import"] };
      await one(aContact(1, { ...known, mapped: { firstName: "Changed", tags: ["Saleor Import", "Gold"] } }));
      expect(await fieldOf(email(1))).toEqual(filled);
      await one(aContact(1, { ...known, emailChanged: true, mapped: { email: "moved@shop.example" } }));
      expect(await fieldOf("moved@shop.example")).toEqual(filled);
    });
  });

  const { inbound, history } = provider;
  if (inbound)
    describe("what the provider tells of opt-outs", () => {
      it("names the contact, and is looked up: only who stands opted out counts", async () => {
        const channel = channels?.(open().settings)[0] ?? "";
        const consentRules = [{ channel, source: { kind: "private", key: "consent" }, optIn: "direct" }];
        await upsert(contacts(2, { mapped: { consents: { [channel]: true } } }), open({ settings: { consentRules } }));
        bench.optOut(email(1));
        for (const [n, out] of [
          [1, 1],
          [2, 0],
          [3, 0],
        ] as const) {
          const link = open();
          const heard = inbound.read(link, bench.delivery?.(email(n)) ?? "");
          if (heard.kind !== "opt_out") throw new Error(heard.kind);
          expect(heard.delivery).toMatchObject({ email: email(n), evidence: expect.not.stringContaining("@") });
          const standing = await inbound.optedOut(link, heard.delivery);
          expect(standing.kind === "ok" && standing.value).toHaveLength(out);
        }
      });

      it("that makes no sense is no opt-out", () => {
        for (const body of ["", "{", "null", "[]", "data[email]=x", "type=unsubscribe", "\u0000"])
          expect(inbound.read(open(), body).kind).not.toBe("opt_out");
      });
    });

  if (history)
    describe("what the provider's history has of opt-outs", () => {
      const channel = () => channels?.(open().settings)[0] ?? "";
      const since = async (cursor: string | null) => {
        const said = await history.optOutsSince(open(), cursor);
        if (said.kind !== "ok") throw new Error(said.reason);
        return said.value;
      };

      it("begins now, leaves out our own, and names each of the others once", async () => {
        bench.seed([{ email: email(3) }]);
        bench.optOut(email(3));
        const begun = await since(null);
        expect(begun.optOuts).toEqual([]);

        const rule = { channel: channel(), source: { kind: "private", key: "consent" }, optIn: "direct" };
        const link = () => open({ settings: { consentRules: [rule] } });
        const ours = await one(aContact(1, { mapped: { consents: { [channel()]: true } } }), link());
        await one(
          aContact(1, {
            remoteKey: remoteKeyOf(ours),
            consentChanges: { [channel()]: false },
            mapped: { consents: { [channel()]: false } },
          }),
          link(),
        );
        expect(bench.consentOf(email(1))).toBe("out");
        await one(aContact(2));
        bench.optOut(email(2));

        const page = await since(begun.cursor);
        const found = page.optOuts.filter(({ email: address }) => address !== email(3));
        expect(found).toMatchObject([{ customerId: aContact(2).key, email: email(2), channels: [channel()] }]);
        expect(page.optOuts.every(({ evidence }) => !evidence.includes("@"))).toBe(true);
        expect((await since(page.cursor)).optOuts).toEqual([]);
      });

      it("is asked again from the same place after a failure", async () => {
        const { cursor } = await since(null);
        await one(aContact(1));
        bench.optOut(email(1));
        bench.trouble("down");
        expect(await history.optOutsSince(open(), cursor)).toMatchObject({ kind: "retry" });
        bench.heal();
        expect((await since(cursor)).optOuts).toHaveLength(1);
      });
    });

  describe("tags", () => {
    it("adds what is wanted, removes what we own, leaves the merchant's alone", async () => {
      bench.seed([{ email: email(1), tags: ["VIP", "By hand"] }]);
      const first = await one(aContact(1, { mapped: { tags: ["Saleor Import", "Gold"] } }));
      expect(first).toMatchObject({ kind: "delivered", receipt: { ownedTags: ["Saleor Import", "Gold"] } });
      expect(tagsOf(1)).toEqual(["By hand", "Gold", "Saleor Import", "VIP"]);

      const next = { remoteKey: remoteKeyOf(first), ownedTags: ["Saleor Import", "Gold"], mapped: { tags: ["Saleor Import"] } };
      expect(await one(aContact(1, next))).toMatchObject({ receipt: { ownedTags: ["Saleor Import"] } });
      expect(tagsOf(1)).toEqual(["By hand", "Saleor Import", "VIP"]);
    });

    it("does the same for many at once", async () => {
      const batch = contacts(40, { historic: true, ownedTags: ["Old"], mapped: { tags: ["Saleor Import"] } });
      bench.seed(batch.map(({ mapped }) => ({ email: mapped.email, tags: ["By hand", "Old"] })));
      expect(countOf(await upsert(batch))).toEqual({ "delivered updated": 40 });
      for (const contact of bench.contacts()) expect([...contact.tags].sort()).toEqual(["By hand", "Saleor Import"]);
    });

    it("concludes nothing from tags that could not be read", async () => {
      bench.seed([{ email: email(1), firstName: "Old", tags: ["Saleor Import", "VIP"] }]);
      const outcome = await one(aContact(1, { ownedTags: ["Saleor Import"], mapped: { tags: null } }));
      expect(outcome).toMatchObject({ kind: "delivered" });
      expect(outcome.kind === "delivered" && outcome.receipt.ownedTags).toBeUndefined();
      expect(tagsOf(1)).toEqual(["Saleor Import", "VIP"]);
    });

    const tagsOf = (n: number) => [...(at(email(n))?.tags ?? [])].sort();
  });

  describe("trouble", () => {
    it.each(["throttle", "throttleWithoutJson"] as const)("%s is a retry that slows the link down", async (kind) => {
      const link = open();
      bench.trouble(kind);
      const outcomes = await upsert(contacts(3), link);
      for (const outcome of outcomes.values()) expect(outcome).toMatchObject({ kind: "retry", throttled: true });
      expect(link.limiter.state().slowedUntil).not.toBeNull();
    });

    it.each(["down", "html", "garbage", "cut"] as const)("%s is a retry, for a few and for many", async (kind) => {
      bench.trouble(kind);
      expect(kindsOf(await upsert(contacts(3)))).toEqual(["retry"]);
      bench.heal();
      bench.trouble(kind);
      expect(kindsOf(await upsert(contacts(40, { historic: true })))).toEqual(["retry"]);
      bench.heal();
      expect(kindsOf(await upsert(contacts(40, { historic: true })))).toEqual(["delivered"]);
      expect(bench.contacts()).toHaveLength(40);
    });

    it("gets through a passing fault by being asked again, without doubling anything", async () => {
      bench.trouble("cut", 2);
      const batch = contacts(10);
      const first = await upsert(batch);
      const again = batch.filter((contact) => first.get(contact.key)?.kind === "retry");
      if (again.length > 0) expect(kindsOf(await upsert(again))).not.toContain("retry");
      expect(bench.contacts()).toHaveLength(10);
    });

    it("credentials revoked half-way are auth for what was not delivered", async () => {
      bench.latency(20);
      const batch = contacts(40);
      const running = upsert(batch);
      while (bench.contacts().filter((contact) => contact.tags.length > 0).length < 5)
        await new Promise((resolve) => setTimeout(resolve, 5));
      bench.revoke();
      const outcomes = await running;
      expect(new Set(kindsOf(outcomes))).toEqual(new Set(["auth", "delivered"]));
      const delivered = batch.filter((contact) => outcomes.get(contact.key)?.kind === "delivered");
      for (const contact of delivered) expect(at(contact.mapped.email)?.tags).toEqual(["Saleor Import"]);
      expect(bench.requests()).toBeLessThan(100);
    });

    it("a target that is gone is auth, never a missing contact", async () => {
      const link = () => open({ target: bench.missingTarget });
      expect(await one(aContact(1), link())).toMatchObject({ kind: "auth", reason: "target_gone" });
      expect(await one(aContact(1, { remoteKey: "0".repeat(32) }), link())).toMatchObject({ kind: "auth", reason: "target_gone" });
      expect(kindsOf(await upsert(contacts(40, { historic: true }), link()))).toEqual(["auth"]);
      expect(await provider.customers.read(link(), { email: email(1) })).toMatchObject({ kind: "auth", reason: "target_gone" });
      expect(await one(aContact(1), open({ target: "" }))).toMatchObject({ kind: "auth" });
    });

    it("stops when the lease is lost", async () => {
      bench.latency(30);
      const link = open();
      const running = upsert(contacts(40), link);
      while (bench.requests() < 3) await new Promise((resolve) => setTimeout(resolve, 5));
      link.stop();
      expect(new Set(kindsOf(await running))).toContain("retry");
      expect(bench.requests()).toBeLessThan(40);
    });
  });

  describe("removing and reading", () => {
    it.each<Removal>(policies as Removal[])("lets go as the policy %s says, and of the absent nothing changes", async (policy) => {
      const remoteKey = remoteKeyOf(await one(aContact(1)))!;
      const remove = async (key: string) => {
        const settings = { deletionTag: "left the shop" };
        const outcomes = await provider.customers.remove(open({ settings }), [{ key: "VXNlcjox", remoteKey: key }], policy);
        return outcomes.get("VXNlcjox");
      };
      expect(await remove(remoteKey)).toMatchObject({ kind: "delivered" });
      if (policy === "erase") expect(at(email(1))).toBeUndefined();
      else if (policy === "archive") expect(at(email(1))?.archived ?? true).toBe(true);
      else expect(at(email(1))).toMatchObject({ archived: false, tags: expect.arrayContaining(["Saleor Import", "left the shop"]) });
      expect(await remove(remoteKey)).toMatchObject({ kind: "unchanged" });
      expect(await remove("f".repeat(32))).toMatchObject({ kind: "unchanged" });
    });

    it("reads what the provider holds, by id and by e-mail, and null for nobody", async () => {
      const remoteKey = remoteKeyOf(await one(aContact(1)))!;
      const expected = { kind: "ok", value: { remoteKey, email: email(1), tags: ["Saleor Import"] } };
      expect(await provider.customers.read(open(), { remoteKey })).toMatchObject(expected);
      expect(await provider.customers.read(open(), { email: email(1) })).toMatchObject(expected);
      expect(await provider.customers.read(open(), { email: email(2) })).toEqual({ kind: "ok", value: null });
    });
  });
});

const kindsOf = (outcomes: Outcomes) => [...new Set([...outcomes.values()].map((outcome) => outcome.kind))].sort();

function countOf(outcomes: Outcomes): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.values()) {
    const name = [outcome.kind, "change" in outcome && outcome.change, "reason" in outcome && outcome.reason].filter(Boolean).join(" ");
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** `field_dropped:LTV` is worded as `field_dropped` with a detail. */
function codesOf(outcomes: readonly Outcome[]): string[] {
  const reasons = outcomes.flatMap((outcome) => [
    ...("reason" in outcome ? [outcome.reason] : []),
    ...(("receipt" in outcome && outcome.receipt?.warnings) || []),
  ]);
  return [...new Set(reasons.map((reason) => reason.split(":")[0]!))];
}

function lookUp(words: unknown, key: string): unknown {
  return key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], words);
}

/** No secret and no personal data in reasons or log lines. */
function expectNothingPersonal(links: readonly BenchLink[], outcomes: readonly Outcome[]): void {
  const lines = links.flatMap((link) => link.lines.map((line) => JSON.stringify(line)));
  const words = outcomes.flatMap((outcome) =>
    "reason" in outcome ? [outcome.reason, ("vendorText" in outcome && outcome.vendorText) || ""] : [],
  );
  for (const text of [...lines, ...words]) {
    expect(text).not.toMatch(/@|%40|Firstname|Lastname/);
    expect(text).not.toMatch(TOKEN_LIKE);
  }
}
