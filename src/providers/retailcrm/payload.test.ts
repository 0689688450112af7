import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MappedContact } from "@/model/contact";
import type { Held } from "./answers";
import { externalIdOf, fieldChanges, fills, localTime, nested, newFields, payload, wantedFields } from "./payload";
import { e164, phoneChange, phoneKey } from "./phones";

const address = {
  firstName: "Ada",
  lastName: "Byron",
  companyName: "",
  streetAddress1: "12 Example St",
  streetAddress2: "Flat 3",
  city: "London",
  cityArea: "Mayfair",
  postalCode: "W1J 7NT",
  country: "GB",
  countryArea: "",
  phone: "",
};
const mapped = (more: Partial<MappedContact> = {}): MappedContact => ({
  email: "Ada@Shop.example",
  firstName: " Ada ",
  lastName: "Byron",
  languageCode: "EN",
  phone: "",
  phones: [{ number: "020 7946 0000", country: "GB" }],
  dateJoined: "2026-01-01T00:00:00Z",
  address,
  fields: {},
  consents: {},
  meta: {},
  tags: ["Saleor Import"],
  problems: [],
  ...more,
});
const held = (more: Partial<Held> = {}): Held => ({
  id: 1,
  site: "main",
  externalId: "",
  email: "ada@shop.example",
  createdAt: "",
  unsubscribed: false,
  phones: [],
  tags: [],
  fields: {},
  ...more,
});

describe("payload", () => {
  it("is exactly this", () => {
    const fields = { birthday: "1985-12-10T00:00:00Z", tier: "gold", sex: "Female", custom_birthday: "x", bonus: 12, gone: null };
    expect(payload(mapped({ fields }))).toMatchInlineSnapshot(`
      {
        "address": {
          "city": "London, Mayfair",
          "countryIso": "GB",
          "index": "W1J 7NT",
          "region": "",
          "text": "12 Example St, Flat 3",
        },
        "birthday": "1985-12-10",
        "customFields": {
          "birthday": "x",
          "bonus": 12,
          "gone": "",
          "tier": "gold",
        },
        "email": "ada@shop.example",
        "firstName": "Ada",
        "lastName": "Byron",
        "phones": [
          "+442079460000",
        ],
        "sex": "female",
        "tags": [
          "Saleor Import",
        ],
      }
    `);
  });

  it("carries no word on subscriptions: an existing customer's is not ours", () => {
    expect(JSON.stringify(payload(mapped({ consents: { email: true } })))).not.toContain("subscribed");
  });

  it("leaves nobody without a name in the vendor's lists, and does not own that name", () => {
    const nameless = mapped({ firstName: "", lastName: " " });
    expect(newFields(nameless).firstName).toBe("ada");
    expect(fills(nameless)).not.toContain("firstName");
    expect(newFields(mapped({ firstName: "" })).firstName).toBeUndefined();
  });

  it("nests what it flattened, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (city, text) => {
        expect(nested({ "address.city": city, "address.text": text, email: "a" })).toEqual({ address: { city, text }, email: "a" });
      }),
    );
  });
});

describe("what has to change", () => {
  const changes = (more: Partial<MappedContact>, there: Partial<Held>, ownedFields: string[] = []) =>
    fieldChanges({ mapped: mapped({ address: null, ...more }), ownedFields }, held(there));

  it("is what differs, and no more", () => {
    expect(changes({}, { fields: { firstName: "Ada", lastName: "Old" } })).toEqual({ lastName: "Byron" });
    expect(changes({}, { email: "ADA@shop.example", fields: { firstName: "Ada", lastName: "Byron" } })).toEqual({});
  });

  it("empties only what we filled: a manager's entry stays", () => {
    const there = { fields: { firstName: "By hand", lastName: "Byron", "address.city": "Riga", "address.street": "Brivibas" } };
    expect(changes({ firstName: "" }, there)).toEqual({});
    expect(changes({ firstName: "" }, there, ["firstName", "address.city"])).toEqual({ firstName: "", "address.city": "" });
  });

  it("compares numbers and booleans by what they say", () => {
    const fields = { vip: "true", points: "12" };
    expect(changes({ fields }, { fields: { firstName: "Ada", lastName: "Byron", vip: true, "customFields.points": 12 } })).toEqual({});
  });

  it("says of every wanted field whether we fill it", () => {
    const filled = Object.entries(wantedFields(mapped())).flatMap(([key, value]) => (value === "" ? [] : [key]));
    expect(fills(mapped())).toEqual([...filled, phoneKey("+442079460000")]);
  });
});

describe("phones", () => {
  it.each([
    ["020 7946 0000", "GB", "+442079460000"],
    ["8 (495) 123-45-67", "RU", "+74951234567"],
    ["+48 600 700 800", "", "+48600700800"],
    ["600 700 800", "", null],
    ["call me", "PL", null],
  ])("%s in %s is %s", (number, country, expected) => expect(e164(number, country)).toBe(expected));

  it("adds ours, takes away ours, and leaves a manager's alone", () => {
    const owned = [phoneKey("+442079461111"), phoneKey("+442079460000")];
    const change = phoneChange(mapped(), ["+44 20 7946 1111", "8 800 555-35-35", "020 7946 0000"], owned);
    expect(change).toEqual({ missing: [], gone: ["+44 20 7946 1111"], kept: ["8 800 555-35-35", "020 7946 0000"] });
  });

  it("remembers too little of a number to find it by", () => expect(phoneKey("+442079460000")).toMatch(/^phone:[0-9a-f]{4}$/));
});

describe("externalId", () => {
  it.each([
    [btoa("User:17"), "17"],
    [btoa("User:4d2c5c1e-6f2b-4d0e-9a39-0a1b2c3d4e5f"), "4d2c5c1e-6f2b-4d0e-9a39-0a1b2c3d4e5f"],
    ["no/global=id", "noglobalid"],
  ])("%s -> %s", (key, externalId) => expect(externalIdOf(key)).toBe(externalId));
});

describe("an instant on the account's wall clock", () => {
  it.each([
    ["2026-01-01T00:00:00+00:00", "Europe/Moscow", "2026-01-01 03:00:00"],
    // The hour that clocks are put back is written as it stands on the wall.
    ["2026-10-25T00:30:00Z", "Europe/Madrid", "2026-10-25 02:30:00"],
    ["2026-10-25T01:30:00Z", "Europe/Madrid", "2026-10-25 02:30:00"],
    ["2026-03-29T01:00:00Z", "Europe/Madrid", "2026-03-29 03:00:00"],
    ["2026-06-30T21:00:00.123456Z", "Europe/Moscow", "2026-07-01 00:00:00"],
    ["yesterday", "Europe/Moscow", null],
    ["2026-01-01T00:00:00Z", "Mars/Olympus", null],
  ])("%s in %s is %s", (instant, zone, local) => expect(localTime(instant, zone)).toBe(local));
});
