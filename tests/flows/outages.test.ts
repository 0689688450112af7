import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hashOf } from "../sandbox/mailchimp";
import type { FaultKind } from "../sandbox/saleor/faults";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({ variables: { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "2" } });
});
afterAll(() => town.close());
beforeEach(async () => {
  town.mailchimp.heal();
  town.saleor.heal();
  await town.app.rows("update lease set failures = 0, not_before = null");
});

const member = (email: string) => town.mailchimp.audience().member(email);
const view = () => town.page.connections.get.query({ id: town.connectionId });
const rowOf = async (id: string) =>
  (await town.app.rows<{ state: string; reason: string; attempts: number }>(`select * from ledger where customer_id = '${id}'`))[0];
const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("Mailchimp does not answer as it should", () => {
  it.each(["throttle429", "throttle403", "error500", "cut", "garbage"] as const)(
    "%s: a handful of requests, then everything",
    async (kind) => {
      const emails = Array.from({ length: 12 }, (_, i) => `${kind.toLowerCase()}.${i}@shop-one.dev`);
      town.mailchimp.fail({ kind });
      const before = town.mailchimp.requests.length;
      await Promise.all(emails.map((email) => town.saleor.customers.create({ email })));
      await until(async () => (await view()).health === "provider_down");
      await quiet(1500);
      const asked = town.mailchimp.requests.length - before;
      expect(asked).toBeGreaterThan(0);
      expect(asked).toBeLessThan(25);
      expect((await view()).nextTryAt).not.toBeNull();
      expect(emails.filter(member)).toEqual([]);
      town.mailchimp.heal();
      await until(() => emails.every(member));
      await until(async () => (await view()).health === "live");
    },
  );

  it("is left alone for as long as its firewall's page asks for, with nothing lost", async () => {
    town.mailchimp.fail({ kind: "html503" });
    const person = await town.saleor.customers.create({ email: "blocked@shop-one.dev" });
    await until(async () => (await rowOf(person.id))?.state === "retrying");
    const before = town.mailchimp.requests.length;
    const seconds = (Date.parse((await view()).nextTryAt ?? "") - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(30);
    await quiet(2500);
    expect(town.mailchimp.requests.length).toBe(before);
    town.mailchimp.heal();
    await town.app.rows("update lease set not_before = null");
    await until(() => member("blocked@shop-one.dev"));
  });
});

describe("while it does not answer", () => {
  it("one customer is sent as a probe, however many wait, and then everybody goes", async () => {
    const emails = Array.from({ length: 60 }, (_, n) => `waits${n}@shop-one.dev`);
    const leftAlone = () => town.app.logged().split('"provider left alone"').length - 1;
    town.mailchimp.fail({ kind: "error500" });
    await Promise.all(emails.map((email) => town.saleor.customers.create({ email })));
    await town.saleor.settled();
    // What went out before anybody knew has come back once the next one was sent.
    await until(() => leftAlone() > 0);
    const known = leftAlone();
    await until(() => leftAlone() > known);
    const [probes, asked] = [leftAlone(), town.mailchimp.requests.length];
    await until(() => leftAlone() >= probes + 3);
    expect(town.mailchimp.requests.length - asked).toBeLessThanOrEqual(leftAlone() - probes + 1);
    town.mailchimp.heal();
    await until(() => emails.every(member));
  });
});

describe("one bad record", () => {
  it("holds back nobody, even when it fails like an outage would", async () => {
    town.mailchimp.fail({ kind: "error500", match: hashOf("poison@shop-one.dev") });
    const poison = await town.saleor.customers.create({ email: "poison@shop-one.dev" });
    await until(async () => (await rowOf(poison.id))?.state === "retrying");
    // It waits for itself by now, not the whole account with it.
    await until(async () => Number((await rowOf(poison.id))?.attempts) >= 2);
    const emails = ["one", "two", "three"].map((name) => `beside.${name}@shop-one.dev`);
    for (const email of emails) {
      await town.saleor.customers.create({ email });
      await until(() => member(email), 6_000);
    }
    expect((await rowOf(poison.id))?.state).toBe("retrying");
    town.mailchimp.heal();
    await until(() => member("poison@shop-one.dev"));
  });
});

describe("Saleor does not answer as it should", () => {
  it.each(["error500", "graphqlError", "nulls", "cut", "html", "rateLimit"] as const satisfies readonly FaultKind[])(
    "%s is 'could not look': nobody is taken for gone, no tag is wiped, and the change arrives afterwards",
    async (kind) => {
      const email = `saleor.${kind.toLowerCase()}@shop-one.dev`;
      const person = await town.saleor.customers.create({ email, privateMeta: { mailchimp_tags: '["kept"]' } });
      await until(() => member(email)?.tags.includes("kept"));
      town.saleor.fail({ kind, operation: "CustomersByIds", times: kind === "rateLimit" ? 1 : undefined });
      await town.saleor.customers.update(person.id, { firstName: "After" });
      await until(async () => (await rowOf(person.id))?.state === "retrying");
      expect([member(email)?.status, member(email)?.merge_fields.FNAME || ""]).toEqual(["transactional", ""]);
      expect(member(email)?.tags).toContain("kept");
      town.saleor.heal();
      if (kind === "rateLimit") return;
      await until(() => member(email)?.merge_fields.FNAME === "After");
      expect(member(email)?.tags).toContain("kept");
    },
  );
});
