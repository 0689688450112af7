/** What is said to people who have not opened the app: once, to everybody who should hear, and taken back when healed. */
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connected, startConnected, until } from "./app";

const SECRET = "a-secret-for-the-test-only";
let town: Connected;
let operator: Server;
let answer = 200;
const heard: { event: string; kind: string; provider: string; signature: string; body: string }[] = [];

beforeAll(async () => {
  operator = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { event, kind, provider } = JSON.parse(body);
    heard.push({ event, kind, provider, signature: String(request.headers["crm-signature"]), body });
    response.writeHead(answer).end();
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => operator.once("listening", listening));
  const url = `http://127.0.0.1:${(operator.address() as AddressInfo).port}/crm`;
  town = await startConnected({ variables: { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: SECRET } });
  await town.saleor.customers.create({ email: "ada@shop-one.dev", firstName: "Ada" });
  await until(async () => (await town.page.connections.get.query({ id: town.connectionId })).counts.inSync === 1, 45_000);
});
afterAll(async () => {
  await town.close();
  operator.close();
});
beforeEach(() => {
  heard.length = 0;
  answer = 200;
});

/** What the app does every minute. Claims of the look before are let go. */
async function look(): Promise<void> {
  await town.app.rows("update alert set claimed_until = null");
  await town.app.rooms.alerts.look();
}
const problems = () =>
  town.saleor
    .problems(town.saleor.installedApps()[0]!.id)
    .filter(({ dismissed }) => !dismissed)
    .map(({ key }) => key);
const state = (value: string) => town.app.rows(`update ledger set state = '${value}', due_at = null`);

describe("alerts", () => {
  it("say nothing while all is well", async () => {
    await look();
    expect([heard, problems()]).toEqual([[], []]);
  });

  it("say once that customers were given up, signed, with nothing of a customer; and take it back", async () => {
    await state("gave_up");
    await look();
    await look();
    expect(heard.map(({ event, kind, provider }) => [event, kind, provider])).toEqual([["problem_raised", "gave_up", "mailchimp"]]);
    expect(problems()).toEqual(["mailchimp-gave-up"]);
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(heard[0]!.signature)!;
    expect(createHmac("sha256", SECRET).update(`${seconds}.${heard[0]!.body}`).digest("hex")).toBe(signature);
    expect(heard[0]!.body).not.toMatch(/ada|@|VXNlcj/i);
    await state("in_sync");
    await look();
    await look();
    expect(heard.map(({ event }) => event)).toEqual(["problem_raised", "problem_cleared"]);
    expect(problems()).toEqual([]);
  });

  it("say that the provider has been silent, only after an hour, and not that its queue is late as well", async () => {
    await town.app.rows(
      "update lease set until = now() + interval '1 hour', token = token + 1, failing_since = now() - interval '59 minutes'",
    );
    await town.app.rows("update ledger set due_at = now() - interval '2 hours'");
    await look();
    expect(heard).toEqual([]);
    await town.app.rows("update lease set failing_since = now() - interval '61 minutes'");
    await look();
    expect(heard.map(({ kind }) => kind)).toEqual(["down"]);
    await town.app.rows("update lease set failing_since = null");
    await town.app.rows("update ledger set due_at = null");
    await look();
    expect(heard.map(({ event, kind }) => `${event} ${kind}`)).toEqual(["problem_raised down", "problem_cleared down"]);
  });

  it("say that changes are late, but not of a connection that is paused", async () => {
    await town.app.rows("update ledger set due_at = now() - interval '61 minutes'");
    await town.app.rows("update connection_state set live = false");
    await look();
    expect(heard).toEqual([]);
    await town.app.rows("update connection_state set live = true");
    await look();
    expect(heard.map(({ kind }) => kind)).toEqual(["late"]);
    await town.app.rows("update ledger set due_at = null");
    await look();
    expect(problems()).toEqual([]);
  });

  it("are said again to an operator who did not hear them", async () => {
    answer = 503;
    await state("gave_up");
    await look();
    answer = 200;
    await look();
    await look();
    expect(heard.map(({ event }) => event)).toEqual(["problem_raised", "problem_raised"]);
    await state("in_sync");
    await look();
  });

  it("of a connection that was removed meanwhile are forgotten", async () => {
    await state("gave_up");
    await town.app.rooms.connections.disconnect({ shop: (await shopOf())!, id: town.connectionId, staffUserId: null });
    await look();
    expect(heard).toEqual([]);
  });

  const shopOf = async () => {
    const [shop] = await town.app.rows<{ id: string; saleor_api_url: string; app_id: string }>("select * from shop");
    return shop && { id: shop.id, saleorApiUrl: shop.saleor_api_url, appId: shop.app_id };
  };
});

describe("the audit log", () => {
  it("lists what was done, newest first, and pages back", async () => {
    const all = await town.page.audit.list.query({ limit: 50 });
    expect(all.map(({ action }) => action)).toEqual(["disconnected", "live_on", "settings_changed", "connected"]);
    expect(all.map(({ mine }) => mine)).toEqual([false, true, true, true]);
    expect(await town.page.audit.list.query({ limit: 50, before: all[1]!.id })).toEqual(all.slice(2));
  });
});
