import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MappedContact } from "@/model/contact";
import { holds, memberBody, payload, subscriberHash } from "./payload";

const mapped = (more: Partial<MappedContact> = {}): MappedContact => ({
  email: "Urist.McVankab@freddiesjokes.com",
  firstName: "Urist",
  lastName: "McVankab",
  languageCode: "EN",
  phone: "",
  phones: [],
  dateJoined: "2026-01-01T00:00:00Z",
  address: null,
  fields: {},
  consents: {},
  meta: {},
  tags: ["Saleor Import"],
  problems: [],
  ...more,
});

describe("payload", () => {
  it("is exactly this", () => {
    expect(payload(mapped({ firstName: " Urist ", fields: { LTV: 12.5, VIP: true, NOTE: "a", GONE: null } }))).toMatchInlineSnapshot(`
      {
        "email_address": "Urist.McVankab@freddiesjokes.com",
        "merge_fields": {
          "FNAME": "Urist",
          "GONE": "",
          "LNAME": "McVankab",
          "LTV": 12.5,
          "NOTE": "a",
          "VIP": "true",
        },
        "tags": [
          "Saleor Import",
        ],
      }
    `);
  });

  it("carries no status: an existing contact's is not ours", () => {
    expect(JSON.stringify(payload(mapped()))).not.toContain("status");
  });

  it("cuts text to 255 bytes without breaking a letter", () => {
    expect(memberBody(mapped({ firstName: "ż".repeat(200) })).merge_fields.FNAME).toBe("ż".repeat(127));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (name) => {
        const sent = String(memberBody(mapped({ firstName: name })).merge_fields.FNAME);
        expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(255);
        expect(name.trim().startsWith(sent)).toBe(true);
        expect(sent).not.toContain("\ufffd");
      }),
    );
  });

  it("hashes as Mailchimp does", () => {
    expect(subscriberHash(" Urist.McVankab@freddiesjokes.com ")).toBe("62eeb292278cc15f5817cb78f7790b08");
  });

  it("holds what is equal, and does not wait for fields the audience lacks", () => {
    const member = {
      hash: "",
      contactId: "",
      email: "",
      status: "subscribed",
      tags: [],
      mergeFields: { FNAME: "Urist", LNAME: "McVankab", LTV: 12.5 },
    };
    expect(holds(member, memberBody(mapped({ fields: { LTV: "12.5", NOTHERE: "x" } })))).toBe(true);
    expect(holds(member, memberBody(mapped({ lastName: "" })))).toBe(false);
  });
});
