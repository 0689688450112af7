/**
 * After a shop's whole life the database, the queue's tables and the log hold nobody's address, name or phone, and no
 * credential. Every other flow looks for addresses and credentials at its end as well (app.ts).
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import type { FaultSpec } from "../sandbox/mailchimp";
import { type Connected, connect, startConnected, until } from "./app";
import { everythingKept, personalIn, wordsIn } from "./kept";

const variables = { RETRY_MIN_SECONDS: "0.2", RETRY_MAX_SECONDS: "0.5", GIVE_UP_HOURS: "0.0003", CATCH_UP_MINUTES: "0.05" };
const MAILCHIMP_FAULTS: readonly FaultSpec["kind"][] = ["error500", "html503", "cut", "garbage", "throttle429"];
const PHONE = "+493090182099";

async function wholeLife(town: Connected): Promise<void> {
  const { saleor, page, connectionId } = town;
  await bulk(town);
  await changes(town);
  await refusals(town);
  await outages(town);
  await page.customers.syncNow.mutate({ connectionId, who: saleor.customers.all()[30]!.email });
  await page.customers.syncNow.mutate({ connectionId, who: "nobody.known@shop-one.dev" });
  await page.customers.retry.mutate({ connectionId, only: null });
  await signIns(town);
  await saleor.settled();
}

async function bulk({ saleor, page, connectionId, mailchimp }: Connected): Promise<void> {
  const audience = mailchimp.audience();
  const people = saleor.customers.all().filter(({ isStaff, email }) => !isStaff && email.includes("@"));
  audience.seed(people.slice(0, 20).map(({ email }) => ({ email, merge_fields: { FNAME: "Somebodyelse" } })));
  audience.forget(people[21]!.email);
  audience.archive(people[1]!.email);
  await page.runs.preview.query({ connectionId });
  const { id } = await page.runs.start.mutate({ connectionId, total: null, driver: "worker" });
  await until(async () => (await page.runs.get.query({ runId: id })).state === "finished", 30_000);
  await page.runs.rows.query({ runId: id, limit: 100 });
}

async function changes({ saleor: { customers }, mailchimp }: Connected): Promise<void> {
  const person = await customers.create({ email: "quillonette@shop-one.dev", firstName: "Quillonette", lastName: "Brambleworth" });
  await customers.editAddress(person.id, { phone: PHONE, streetAddress1: "Thistledown Lane 7", city: "Marrowgate" });
  await customers.setPrivateMeta(person.id, { mailchimp_tags: '["vip"]' });
  await until(() => mailchimp.audience().member("quillonette@shop-one.dev")?.tags.includes("vip"));
  await customers.changeEmail(person.id, "brambleworth@shop-one.dev");
  await until(() => mailchimp.audience().member("brambleworth@shop-one.dev"));
  await customers.delete(person.id);
  await until(() => mailchimp.audience().member("brambleworth@shop-one.dev")?.status === "archived");
}

/** Mailchimp quotes the address in its refusals. */
async function refusals({ saleor, page, connectionId }: Connected): Promise<void> {
  for (const email of ["ferncastle@example.com", "too-many-signups.ferncastle@shop-one.dev"])
    await saleor.customers.create({ email, firstName: "Ferncastle", lastName: "Nettlewick" });
  await until(async () => (await page.connections.get.query({ id: connectionId })).counts.refused > 0);
}

async function outages({ saleor, mailchimp, app }: Connected): Promise<void> {
  for (const kind of MAILCHIMP_FAULTS) {
    mailchimp.fail({ kind });
    await saleor.customers.create({ email: `${kind.toLowerCase()}@shop-one.dev`, firstName: "Hollowmere" });
    await until(async () => (await app.rows("select 1 from lease where failures > 0")).length > 0);
    mailchimp.heal();
    await app.rows("update lease set not_before = null");
    await until(async () => (await app.rows("select 1 from lease where failures > 0")).length === 0);
  }
  for (const kind of ["error500", "graphqlError", "nulls", "html"] as const) {
    saleor.fail({ kind, operation: "CustomersByIds", times: 2 });
    await saleor.customers.update(saleor.customers.all()[40]!.id, { firstName: `Hollowmere${kind}` });
    await saleor.settled();
  }
  saleor.heal();
}

async function signIns({ page, mailchimp, connectionId }: Connected): Promise<void> {
  await page.connect.withKey.mutate({ provider: "mailchimp", credentials: { apiKey: "not-a-key-of.anybody@shop-one.dev" } });
  await page.connect.withKey.mutate({ provider: "mailchimp", credentials: { apiKey: mailchimp.accounts[0]!.apiKey } });
  const { version } = await page.connections.settings.query({ id: connectionId });
  const values = { audience: "the audience of ferncastle@shop-one.dev" };
  await page.connections.saveSettings.mutate({ id: connectionId, version, values }).catch(() => undefined);
  await connect(page, mailchimp);
}

const NAMES = ["Quillonette", "Brambleworth", "Thistledown", "Marrowgate", "Ferncastle", "Nettlewick", "Hollowmere", "Somebodyelse"];

/** Names of the made-up people that no other word of ours could be. */
function wordsOf({ saleor }: Connected): Set<string> {
  const made = saleor.customers
    .all()
    .flatMap(({ firstName, lastName, defaultBillingAddress }) => [
      firstName,
      lastName,
      ...(defaultBillingAddress?.streetAddress1.split(" ") ?? []),
      defaultBillingAddress?.phone?.slice(1) ?? "",
    ]);
  return new Set([...NAMES, PHONE.slice(1), ...made.filter((word) => word.length >= 5 && /^\p{Lu}|^\d{9}/u.test(word))]);
}

function leavesNothingPersonal(): void {
  let town: Connected;
  beforeAll(async () => {
    town = await startConnected({ customers: 120, variables });
    await wholeLife(town);
  }, 180_000);
  afterAll(() => town.close());

  it("holds nobody's address, name or phone, and no credential", async () => {
    const kept = await everythingKept(town.app);
    const tables = new Set(kept.database.map((line) => line.split(":")[0]));
    for (const table of ["public.ledger", "public.sync_run", "public.oauth_attempt", "pgboss.queue"]) expect(tables).toContain(table);
    expect([...tables].some((table) => table?.startsWith("pgboss.job"))).toBe(true);
    for (const line of ["delivered", "provider left alone", "sign-in answered"]) expect(kept.log).toContain(`"${line}"`);
    expect(wordsOf(town).size).toBeGreaterThan(30);
    expect(personalIn(kept, town)).toEqual([]);
    expect(wordsIn(kept, wordsOf(town))).toEqual([]);
  });

  it("would find them if they were there", async () => {
    const [secret] = town.mailchimp.credentials();
    const lines = ["reach ferncastle@shop-one.dev", `with ${secret}`, "Hello Nettlewick"];
    for (const line of lines) {
      await town.app.rows(`update ledger set vendor_text = '${line}' where customer_id = (select min(customer_id) from ledger)`);
      const kept = await everythingKept(town.app);
      expect([...personalIn(kept, town), ...wordsIn(kept, wordsOf(town))].length, line).toBeGreaterThan(0);
    }
    await town.app.rows("update ledger set vendor_text = null");
  });
}

describe("the embedded database and the log", leavesNothingPersonal);

describe.skipIf(!isPostgresInstalled)(`the database, ${onPostgres}, and the log`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
  });
  afterAll(async () => {
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });
  describe("after a shop's whole life", leavesNothingPersonal);
});
