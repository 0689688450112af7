import { describe, expect, it } from "vitest";
import type { DueRow } from "@/ledger/row";
import { judge, judgeSkipped, type Sent } from "./judge";

const rules = { retry: { minSeconds: 5, maxSeconds: 3600, giveUpHours: 72 }, now: new Date("2026-11-22T10:00:00Z") };
const row = (more: Partial<DueRow> = {}) =>
  ({ wantedAt: null, goneAt: null, rereads: 0, attempts: 0, failingSince: null, ...more }) as DueRow;
const event = new Date("2026-11-22T10:00:00.500Z");
const sent = (updatedAt: string): Sent => ({
  fingerprint: "f",
  emailHmac: "h",
  consents: {},
  problems: [],
  ruleState: {},
  isOnce: false,
  updatedAt,
  readAt: rules.now,
});
const delivered = { kind: "delivered", change: "updated", receipt: {} } as const;
const nextLook = (known: DueRow, updatedAt: string) => judge(known, delivered, sent(updatedAt), rules).dueInSeconds;

describe("another look at a customer that may have been read too early", () => {
  const usual = "2026-11-22T10:00:00.490Z";
  const late = "2026-11-22T09:59:59.500Z";

  it("is not taken where nothing was told, or what we saw is as young as the event", () => {
    expect(nextLook(row(), late)).toBeNull();
    expect(nextLook(row({ wantedAt: event }), "2026-11-22T10:00:00.500123Z")).toBeNull();
  });

  it("is taken once where the customer is a little older than the event, as always", () => {
    expect(nextLook(row({ wantedAt: event }), usual)).toBe(2);
    expect(nextLook(row({ wantedAt: event, rereads: 1 }), usual)).toBeNull();
  });

  it("is taken three times where the customer stays much older", () => {
    expect([0, 1, 2, 3].map((rereads) => nextLook(row({ wantedAt: event, rereads }), late))).toEqual([2, 10, 60, null]);
  });

  it("is taken for people who are skipped or refused as well", () => {
    expect(judgeSkipped(row({ wantedAt: event }), "no_email", sent(late)).dueInSeconds).toBe(2);
    expect(judge(row({ wantedAt: event }), { kind: "refused", reason: "x" }, sent(late), rules).dueInSeconds).toBe(2);
  });

  it("lets a deletion that was told be taken back only after three looks", () => {
    const looks = [0, 1, 2, 3].map((rereads) => judge(row({ goneAt: event, rereads }), delivered, sent(usual), rules));
    expect(looks.map(({ goneSettled }) => goneSettled)).toEqual([false, false, false, true]);
  });
});

describe("a failure that all may share", () => {
  const failure = { kind: "retry", reason: "vendor_error" } as const;

  it("leaves the row due the first time, and has it wait for itself when it fails again", () => {
    expect(judge(row(), failure, sent("x"), rules)).toMatchObject({ state: "retrying", dueInSeconds: 0, attempts: 0 });
    const again = judge(row({ failingSince: new Date("2026-11-22T09:59:00Z") }), failure, sent("x"), rules);
    expect(again).toMatchObject({ state: "retrying", attempts: 1 });
    expect(again.dueInSeconds).toBeGreaterThan(2);
  });

  it("is given up after three days", () => {
    const old = row({ failingSince: new Date("2026-11-19T09:00:00Z") });
    expect(judge(old, failure, sent("x"), rules)).toMatchObject({ state: "gave_up", dueInSeconds: null });
  });
});
