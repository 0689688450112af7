import { describe, expect, it } from "vitest";
import { consentRules } from "@/model/rules";
import type { Db } from "@/platform/db";
import type { AnyProvider, Link } from "@/providers/contract";
import { takeOver } from "./take-over";

/** A shop that follows consent on some channels; whatever is done in Saleor is told. */
async function told(channels: readonly string[], rules: readonly { channel: string; key: string }[]) {
  const done: string[] = [];
  const lines: string[] = [];
  const log = { info: (_: object, line: string) => void lines.push(line), warn() {}, error() {} };
  const isTaken = await takeOver(
    // Not asked: there is nothing to note.
    { db: {} as Db, log },
    {
      connectionId: "c1",
      connection: {
        provider: {} as AnyProvider,
        link: {} as Link,
        rules: consentRules.parse(rules.map(({ channel, key }) => ({ channel, source: { kind: "private", key } }))),
        secret: "s",
        personOf: () => "p",
        look: async () => {
          done.push("look");
          return { kind: "none" };
        },
        write: async (_, key) => {
          done.push(`write ${key}`);
          return "written";
        },
      },
      hint: { email: "ada@shop-one.dev", evidence: "unsubscribe" },
      channels,
    },
  );
  return { isTaken, done, lines };
}
const email = { channel: "email", key: "crm_consent.mindbox.email" };

describe("an opt-out at the provider", () => {
  it("on a channel whose consent nobody turned on leaves Saleor alone, is not asked for again, and can be found in the log", async () => {
    for (const rules of [[], [email]]) {
      const { isTaken, done, lines } = await told(["sms", "email.news"], rules);
      expect({ isTaken, done }).toEqual({ isTaken: true, done: [] });
      expect(lines).toEqual(["an opt-out on a channel without a rule is not taken over"]);
    }
  });

  it("on a channel with a rule has the person looked for, whatever else they left", async () => {
    expect(await told(["sms", "email"], [email])).toEqual({ isTaken: true, done: ["look"], lines: [] });
  });

  it("that the provider does not confirm is nothing at all", async () => {
    expect(await told([], [email])).toEqual({ isTaken: true, done: [], lines: [] });
  });
});
