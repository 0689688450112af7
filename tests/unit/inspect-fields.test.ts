import { describe, expect, it } from "vitest";
import { compareFields } from "@/dashboard/api/inspect-fields";
import type { MappedContact } from "@/model/contact";
import type { ProviderContact } from "@/providers/contract";

const contact = { email: "ada@shop-one.dev", tags: ["VIP", "Saleor Import"] } as unknown as MappedContact;
const payload = { email_address: "ada@shop-one.dev", merge_fields: { FNAME: "Ada", LNAME: "", TIER: "gold" }, tags: contact.tags };
const held: ProviderContact = {
  remoteKey: "k",
  email: "Ada@shop-one.dev",
  status: "subscribed",
  fields: { FNAME: "Ada", LNAME: "Lovelace", TIER: "silver", BIRTHDAY: "12/10" },
  tags: ["vip", "fair2024", "Saleor Import"],
};
const seen = (...args: Parameters<typeof compareFields>) =>
  Object.fromEntries(compareFields(...args).map(({ field, ...rest }) => [field, rest]));

describe("what we send beside what is there", () => {
  it("marks what a delivery would change, and nothing else", () => {
    const fields = seen(payload, contact, held);
    expect(Object.keys(fields).filter((name) => fields[name]!.differs)).toEqual(["TIER"]);
    expect(fields.TIER).toEqual({ ours: "gold", theirs: "silver", differs: true });
  });

  it("takes an empty name of ours for no difference: it wipes nobody's entry", () => {
    expect(seen(payload, contact, held).LNAME).toEqual({ ours: "", theirs: "Lovelace", differs: false });
  });

  it("shows what only the provider holds as not sent", () => {
    expect(seen(payload, contact, held).BIRTHDAY).toEqual({ ours: null, theirs: "12/10", differs: false });
  });

  it("leaves tags of others alone, and misses one of ours", () => {
    expect(seen(payload, contact, held).tags!.differs).toBe(false);
    expect(seen(payload, contact, { ...held, tags: ["fair2024"] }).tags).toEqual({
      ours: "VIP, Saleor Import",
      theirs: "fair2024",
      differs: true,
    });
  });

  it("finds fields that a vendor nests when written and lists flat when read", () => {
    const nested = { customer: { address: { city: "Bern" }, firstName: "Ada" } };
    const flat = { ...held, fields: { "address.city": "Basel", firstName: "Ada" } };
    expect(seen(nested, contact, flat)).toMatchObject({ "address.city": { ours: "Bern", theirs: "Basel", differs: true } });
  });

  it("marks nothing where the provider holds nobody, or could not be asked", () => {
    expect(compareFields(payload, contact, null).some(({ differs }) => differs)).toBe(false);
    expect(compareFields(null, null, held).map(({ field }) => field)).toEqual(expect.arrayContaining(["email", "FNAME"]));
  });
});
