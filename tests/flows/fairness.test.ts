/**
 * Ten shops on ten accounts: one has a backlog of 100,000 customers, which takes far longer than the test, and the
 * provider of another one hangs.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type MailchimpSandbox, manyStores, startMailchimp } from "../sandbox/mailchimp";
import { type AnotherShop, openAnotherShop } from "./another-shop";
import { type App, startApp, until } from "./app";

const ROWS = 100_000;
const stores = manyStores(10);
let mailchimp: MailchimpSandbox;
let app: App;
const shops: AnotherShop[] = [];

beforeAll(async () => {
  mailchimp = await startMailchimp({ accounts: stores });
  app = await startApp(mailchimp, { CATCH_UP_MINUTES: "100000", COMPARE_HOURS: "100000" });
  for (const [index, { accountId, name }] of stores.entries())
    shops.push(await openAnotherShop({ app, mailchimp }, { account: accountId, audience: name, customers: index === 0 ? ROWS : 0 }));
});
afterAll(async () => {
  await app.close();
  await Promise.all([...shops.map(({ saleor }) => saleor.close()), mailchimp.close()]);
});

const audience = (index: number) => mailchimp.audience(stores[index]!.name);
const backlog = async () =>
  (
    await app.rows<{ n: number }>(
      `select count(*)::int as n from ledger where due_at is not null and connection_id = '${shops[0]!.connectionId}'`,
    )
  )[0]!.n;

async function fillBacklog(): Promise<void> {
  await app.rows(`
    insert into ledger (connection_id, customer_id, lane, due_at, historic)
    select '${shops[0]!.connectionId}', encode(convert_to('User:' || n, 'UTF8'), 'base64'), 2, now(), true from generate_series(1, ${ROWS}) n`);
  app.rooms.wake(await limitKeyOf(0));
  await until(() => audience(0).size > 0);
}

async function limitKeyOf(index: number): Promise<string> {
  const [row] = await app.rows<{ limit_key: string }>(`select limit_key from connection_state where id = '${shops[index]!.connectionId}'`);
  return row!.limit_key;
}

it("a backlog and a provider that hangs keep no other shop's fresh changes, nor the backlog its own shop's", {
  timeout: 120_000,
}, async () => {
  mailchimp.latencyMs = 100;
  mailchimp.fail({ kind: "hang", match: audience(1).id });
  await shops[1]!.saleor.customers.create({ email: "never.answered@shop-two.dev" });
  await until(() => mailchimp.requests.some(({ path, status }) => path.includes(audience(1).id) && status === 0));
  await fillBacklog();
  const before = await backlog();
  const others = shops.map((_shop, index) => index).filter((index) => index !== 1);
  for (const round of [1, 2, 3]) {
    const email = (index: number) => `fresh${round}@shop${index}.dev`;
    await Promise.all(others.map((index) => shops[index]!.saleor.customers.create({ email: email(index) })));
    await until(() => others.every((index) => audience(index).member(email(index))));
  }
  const left = await backlog();
  expect(left, "the backlog outlasts the test").toBeGreaterThan(before / 3);
  expect(audience(1).size).toBe(0);
});
