import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Customer, MetaValue } from "@/model/customer";
import { consentRules } from "@/model/rules";
import { consentChanges, consentReader } from "./consents";

const read = (value: MetaValue) =>
  consentReader(consentRules.parse([{ channel: "email", source: { kind: "private", key: "c" } }]))({
    privateMeta: { c: value },
  } as unknown as Customer);
const value = (text: string) => read({ kind: "value", value: text });

describe("the customer's word", () => {
  it.each([
    ["yes", { email: true }],
    [" TRUE ", { email: true }],
    ["0", { email: false }],
    ["No", { email: false }],
    ["", {}],
  ])("%j is read", (text, consents) => {
    expect(value(text)).toEqual({ consents, problems: [] });
  });

  it("is none where nothing is written, where it is unclear, and where Saleor shows nothing; the last two are said", () => {
    expect(read({ kind: "absent" })).toEqual({ consents: {}, problems: [] });
    expect(value("perhaps")).toEqual({ consents: {}, problems: ["consent_unclear:email"] });
    expect(read({ kind: "unreadable" })).toEqual({ consents: {}, problems: ["consent_unreadable:email"] });
  });

  it("is read by the merchant's own words, in any case, and by no others", () => {
    const own = consentRules.parse([
      { channel: "email", source: { kind: "private", key: "c" }, yes: ["Opted In", "да"], no: ["opted out", "нет"] },
    ]);
    const said = (text: string) => consentReader(own)({ privateMeta: { c: { kind: "value", value: text } } } as unknown as Customer);
    expect(said(" OPTED IN ")).toEqual({ consents: { email: true }, problems: [] });
    expect(said("Да")).toEqual({ consents: { email: true }, problems: [] });
    expect(said("Opted Out")).toEqual({ consents: { email: false }, problems: [] });
    expect(said("НЕТ")).toEqual({ consents: { email: false }, problems: [] });
    // Nobody said that these mean anything in this shop.
    for (const usual of ["yes", "true", "1", "no", "false", "0"])
      expect(said(usual)).toEqual({ consents: {}, problems: ["consent_unclear:email"] });
  });

  it("changes only against a word that was sent before", () => {
    expect(consentChanges({ email: true }, {})).toEqual({});
    expect(consentChanges({ email: true }, { email: true })).toEqual({});
    expect(consentChanges({}, { email: true })).toEqual({});
    expect(consentChanges({ email: false, sms: true }, { email: true, sms: true })).toEqual({ email: false });
  });

  it("is never made up, whatever the metadata holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const known = ["yes", "true", "1", "no", "false", "0"].includes(text.trim().toLowerCase());
        expect("email" in value(text).consents).toBe(known);
      }),
    );
  });
});

describe("rules of consent", () => {
  const rule = (more = {}) => ({ channel: "email", source: { kind: "private", key: "c" }, ...more });
  it("refuse a word that means both, and two rules for one channel", () => {
    expect(consentRules.safeParse([rule({ yes: ["on"], no: ["ON"] })]).error?.issues[0]?.message).toBe("word_means_both");
    expect(consentRules.safeParse([rule(), rule()]).error?.issues[0]?.message).toBe("channel_twice");
  });
});
