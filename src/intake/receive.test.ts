import { describe, expect, it } from "vitest";
import type { Mark } from "@/ledger/marks";
import { webhookDefinitions } from "@/saleor/webhook-definitions";
import { type ReceiveDeps, receive } from "./receive";

const shop = { id: "s1", saleorApiUrl: "https://shop.example.com/graphql/", appId: "QXBwOjE=" };
const silent = { info() {}, warn() {}, error() {} };

/** A shop whose signature is good: what it says may still be wrong. */
async function told(event: string, body: unknown) {
  const marks: Mark[] = [];
  let removed = 0;
  let looks = 0;
  const deps: ReceiveDeps = {
    verify: async () => ({ kind: "ok", authData: { ...shop, token: "t" } }),
    shop: async () => shop,
    mark: async (mark) => void marks.push(mark),
    expect: () => () => {},
    lookSoon: async () => void looks++,
    removed: async () => void removed++,
    log: silent,
  };
  const definition = webhookDefinitions.find((one) => one.event === event)!;
  const headers = { event: event.toLowerCase(), signature: "a..b", saleorApiUrl: shop.saleorApiUrl };
  const { status } = await receive(deps, { definition, headers, rawBody: Buffer.from(JSON.stringify(body)) });
  return { status, marks, removed, looks };
}
const id = (text: string) => Buffer.from(text).toString("base64");
const updated = (user: string, issuedAt: string | null = null) => told("CUSTOMER_UPDATED", { issuedAt, user: { id: user } });

describe("what a shop says under a good signature", () => {
  it("about an instant that no database knows, or that is far ahead, counts as none or as now", async () => {
    expect((await updated(id("User:1"), "0000-01-01T00:00:00Z")).marks[0]).toMatchObject({ wantedAt: null });
    const { marks } = await updated(id("User:1"), "9999-12-31T23:59:59+00:00");
    expect(marks[0]!.wantedAt!.getTime()).toBeLessThan(Date.now() + 120_000);
    const kept = "2026-11-22T07:40:57.123Z";
    expect((await updated(id("User:1"), kept)).marks[0]!.wantedAt!.toISOString()).toBe(kept);
  });

  it("about something that is no customer marks nobody", async () => {
    for (const other of ["Adamm", id("Order:1"), id("User:"), id("User:1 or so"), "AAAA"])
      expect(await updated(other), other).toMatchObject({ status: 400, marks: [] });
    expect(await updated(id("User:12"))).toMatchObject({ status: 200, marks: [{ customerId: id("User:12") }] });
  });

  it("about the removal of another app, or of an installation before, removes nothing", async () => {
    const ours = { id: shop.appId };
    const other = { id: "QXBwOjI=" };
    for (const body of [{ recipient: ours, app: other }, { recipient: other, app: ours }, { app: other }, {}, null])
      expect(await told("APP_DELETED", body)).toMatchObject({ status: 200, removed: 0 });
    for (const body of [
      { recipient: ours, app: ours },
      { recipient: ours, app: null },
    ])
      expect(await told("APP_DELETED", body)).toMatchObject({ status: 200, removed: 1 });
  });

  it("about an address, which names nobody, has the shop looked at", async () => {
    for (const event of ["ADDRESS_UPDATED", "ADDRESS_DELETED"])
      expect(await told(event, { issuedAt: null })).toMatchObject({ status: 200, marks: [], looks: 1 });
  });
});
