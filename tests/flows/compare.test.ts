import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

let town: Connected;
beforeAll(async () => {
  // 3.22 tells nobody about deletions.
  town = await startConnected({ version: "3.22.67", customers: 60, variables: { CATCH_UP_MINUTES: "100000" } });
  const people = town.saleor.customers.all().filter((person) => !person.isStaff);
  const run = await town.page.runs.start.mutate({ connectionId: town.connectionId, total: people.length });
  await town.page.runs.chunk.mutate({ runId: run.id, ids: people.map((person) => person.id), cursor: null });
  await town.page.runs.walkDone.mutate({ runId: run.id, cursor: null });
  await until(async () => (await town.page.runs.get.query({ runId: run.id })).state === "finished");
});
afterAll(() => town.close());

const member = (email: string) => town.mailchimp.audience().member(email);
const customers = () => town.saleor.customers.all().filter((person) => !person.isStaff && member(person.email)?.status === "transactional");
const compared = () => town.app.logged().split('"msg":"compared"').length;

async function compare(): Promise<void> {
  const before = compared();
  await sql`update shop set compare_at = now()`.execute(town.app.rooms.db);
  await until(() => compared() > before);
  await until(
    async () => Number((await town.app.rows<{ n: number }>("select count(*) as n from ledger where due_at <= now()"))[0]?.n) === 0,
  );
}

const ageAbsences = () =>
  sql`update ledger set absent_since = now() - interval '25 hours', absent_reads = 2 where absent_reads > 0`.execute(town.app.rooms.db);

describe("comparison", () => {
  it("mends what drifted at the provider, and finds whom no event and no sync ever named", async () => {
    const person = customers()[0]!;
    town.mailchimp.audience().seed([{ email: person.email, status: "transactional", merge_fields: { FNAME: "Somebody else", LNAME: "" } }]);
    // What the drain knows of the audience is kept for minutes, and anew after a save.
    await town.page.connections.setLive.mutate({ id: town.connectionId, live: false });
    await town.page.connections.setLive.mutate({ id: town.connectionId, live: true });
    await town.saleor.customers.create({ email: "unheard@shop-one.dev" }, { silent: true });
    await compare();
    await until(() => member(person.email)?.merge_fields.FNAME === person.firstName);
    await until(() => member("unheard@shop-one.dev"));
    expect(town.mailchimp.statusWrites()).toEqual([]);
  });

  it("takes nobody for deleted before three reads over a day", async () => {
    const person = customers()[1]!;
    await town.saleor.customers.delete(person.id, { silent: true });
    await compare();
    expect(member(person.email)?.status).toBe("transactional");
    await ageAbsences();
    await compare();
    await until(() => member(person.email)?.status === "archived");
  });

  it("begins anew within the hour where an answer of Saleor broke on its way", async () => {
    town.saleor.fail({ kind: "nulls", operation: "AppIdentity", auth: "app", times: 1 });
    await sql`update shop set compare_at = now()`.execute(town.app.rooms.db);
    const [shop] = await until(async () => {
      const shops = await town.app.rows<{ minutes: number; under_way: boolean }>(
        `select extract(epoch from compare_at - now()) / 60 as minutes, compare_until is not null as under_way from shop where compare_at > now()`,
      );
      return shops.length > 0 && shops;
    });
    expect(Number(shop!.minutes)).toBeLessThanOrEqual(60);
    expect(shop!.under_way).toBe(false);
  });

  it("forgets an absence when the customer is listed again", async () => {
    const person = customers()[2]!;
    await sql`update ledger set absent_since = now() - interval '30 hours', absent_reads = 2 where customer_id = ${person.id}`.execute(
      town.app.rooms.db,
    );
    await compare();
    expect(member(person.email)?.status).toBe("transactional");
    expect(await town.app.rows(`select absent_reads from ledger where customer_id = '${person.id}'`)).toEqual([{ absent_reads: 0 }]);
  });

  it("removes nobody when many vanish at once, and says so in Saleor", async () => {
    const leaving = customers().slice(5, 35);
    for (const person of leaving) await town.saleor.customers.delete(person.id, { silent: true });
    await compare();
    await ageAbsences();
    await compare();
    expect(leaving.map((person) => member(person.email)?.status)).toEqual(leaving.map(() => "transactional"));
    expect(await town.app.rows("select 1 from connection_state where braked_at is not null")).toHaveLength(1);
    const appId = town.saleor.installedApps()[0]!.id;
    await until(() => town.saleor.problems(appId).some((problem) => problem.message.includes("vanished")));
  });
});
