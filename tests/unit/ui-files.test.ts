/** Files that a page makes: what stands in them, and that a table program runs none of it. */
import { describe, expect, it } from "vitest";
import type { ConsentLogView, ErasureView } from "@/dashboard/api/views";
import { receiptFile } from "@/dashboard/ui/erasure/receipt-file";
import { consentFile } from "@/dashboard/ui/mapping/consent-file";

const now = new Date("2026-11-20T10:00:00Z");

describe("the consent log of one person", () => {
  const entry = { at: "2026-11-01T08:00:00.000Z", connectionId: "con_1", channel: "email", evidence: "=HYPERLINK(1)" };
  const entries: ConsentLogView = [
    { ...entry, word: true, source: "saleor" },
    { ...entry, word: false, source: "provider" },
  ];
  const about = { email: "anna@shop-one.dev", shop: "shop-one.example", now };

  it("is a table with one line for each word, safe to open", () => {
    const { text, type } = consentFile(entries, "csv", about);
    expect(type).toContain("text/csv");
    const lines = text.trim().split(/\r?\n/);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain("2026-11-01T08:00:00.000Z");
    expect(text).not.toMatch(/(^|,)"?=HYPERLINK/m);
  });

  it("is JSON that says whose it is, where it comes from, and every word in order", () => {
    const { text, type } = consentFile(entries, "json", about);
    expect(type).toContain("application/json");
    expect(JSON.parse(text)).toEqual({
      shop: "shop-one.example",
      writtenAt: "2026-11-20T10:00:00.000Z",
      customer: { email: "anna@shop-one.dev" },
      entries: [
        { time: entry.at, connection: "con_1", channel: "email", word: "yes", source: "saleor", evidence: "=HYPERLINK(1)" },
        { time: entry.at, connection: "con_1", channel: "email", word: "no", source: "provider", evidence: "=HYPERLINK(1)" },
      ],
    });
  });
});

describe("the receipt of an erasure", () => {
  const step: ErasureView["steps"][number] = {
    connectionId: "con_1",
    provider: "mailchimp",
    title: "Mailchimp",
    targetName: "Customers",
    asked: "erase",
    state: "done",
    answer: "erased",
    vendorText: null,
    attempts: 1,
    askedAt: "2026-11-20T09:00:00.000Z",
    answeredAt: "2026-11-20T09:00:01.000Z",
  };
  const erasure: ErasureView = {
    id: "er_1",
    customerId: "VXNlcjox",
    person: "hash",
    askedAt: step.askedAt!,
    staffUserId: "VXNlcjoy",
    mine: true,
    keptOut: true,
    steps: [step, { ...step, connectionId: "con_2", provider: "retailcrm", state: "waiting", answer: "vendor_error", answeredAt: null }],
  };
  const write = (steps: ErasureView["steps"]) =>
    JSON.parse(
      receiptFile({
        erasure: { ...erasure, steps },
        person: { name: "Anna", email: "anna@shop-one.dev" },
        shop: "shop-one.example",
        say: ({ answer }) => `said ${answer}`,
        now,
      }),
    );

  it("says for each provider what was asked, what was answered and when, and whether it is complete", () => {
    const receipt = write(erasure.steps);
    expect(receipt).toMatchObject({
      receipt: "er_1",
      customer: { id: "VXNlcjox", email: "anna@shop-one.dev", emailHash: "hash" },
      doNotSyncInSaleor: true,
      isComplete: false,
      connections: [
        { provider: "mailchimp", asked: "erase", state: "done", means: "said erased", answeredAt: "2026-11-20T09:00:01.000Z" },
        { provider: "retailcrm", state: "waiting", answer: "vendor_error", answeredAt: null },
      ],
    });
    expect(write([step]).isComplete).toBe(true);
  });
});
