/** Where values come from: every source a merchant can choose, with the value that arrives. */
import { describe, expect, it } from "vitest";
import type { Address, Customer, MetaValue } from "@/model/customer";
import { ADDRESS_PARTS, type CustomerField, type FieldSource, type FieldTarget, fieldRule, type Transform } from "@/model/rules";
import { fieldMapper, keysOf } from "./fields";

const address = (of: string): Address => Object.fromEntries(ADDRESS_PARTS.map((part) => [part, `${of} ${part}`])) as unknown as Address;
const customer = {
  id: "VXNlcjox",
  email: "ada@shop-one.dev",
  firstName: "Ada",
  lastName: "Lovelace",
  languageCode: "PT_BR",
  externalReference: "erp-7",
  dateJoined: "2025-03-01T23:30:00.123456+00:00",
  lastLogin: "2026-02-03T04:05:06+00:00",
  isActive: true,
  isConfirmed: false,
  defaultBillingAddress: address("billing"),
  defaultShippingAddress: address("shipping"),
  privateMeta: { tier: { kind: "value", value: "private gold" } },
  publicMeta: { tier: { kind: "value", value: "public gold" } },
  attributes: { tier: "attribute gold" },
} as unknown as Customer;

const TEXT: FieldTarget = { id: "T", type: "text" };
const from = (source: FieldSource, more: { who?: Partial<Customer>; target?: FieldTarget; transform?: Transform } = {}) => {
  const { who, target = TEXT, transform = { kind: "text" } } = more;
  return fieldMapper([fieldRule.parse({ source, transform, target })])({ ...customer, ...who });
};
const known = (name: CustomerField) => ({ kind: "customer", name }) as const;
const sent = (value: unknown) => ({ fields: { T: value }, problems: [] });

describe("what Saleor knows of everybody", () => {
  it.each<[CustomerField, string]>([
    ["id", "VXNlcjox"],
    ["email", "ada@shop-one.dev"],
    ["fullName", "Ada Lovelace"],
    ["languageCode", "PT_BR"],
    ["externalReference", "erp-7"],
    ["dateJoined", "2025-03-01T23:30:00.123456+00:00"],
    ["lastLogin", "2026-02-03T04:05:06+00:00"],
    ["isActive", "true"],
    ["isConfirmed", "false"],
    // Of two phones the one on the bill.
    ["phone", "billing phone"],
  ])("%s arrives", (name, value) => expect(from(known(name))).toEqual(sent(value)));

  it.each(ADDRESS_PARTS)("%s is of the address that the rule names", (part) => {
    expect(from(known(`billing.${part}`))).toEqual(sent(`billing ${part}`));
    expect(from(known(`shipping.${part}`))).toEqual(sent(`shipping ${part}`));
    expect(from(known(`shipping.${part}`), { who: { defaultShippingAddress: null } })).toEqual(sent(null));
  });

  it("instants arrive as days in fields of dates", () => {
    const day: FieldTarget = { id: "T", type: "date" };
    expect(from(known("dateJoined"), { target: day })).toEqual(sent("2025-03-01"));
    const transform = { kind: "date", from: "iso", to: "yyyy-mm-dd" } as const;
    expect(from(known("lastLogin"), { target: { ...day, dateForm: "dd.mm.yyyy" }, transform })).toEqual(sent("03.02.2026"));
  });

  it("who never logged in, has no reference and no address gives nothing, without a problem", () => {
    const who = { lastLogin: null, externalReference: null, defaultBillingAddress: null };
    for (const name of ["lastLogin", "externalReference", "billing.city"] as const) expect(from(known(name), { who })).toEqual(sent(null));
    expect(from(known("phone"), { who })).toEqual(sent("shipping phone"));
  });
});

describe("metadata and attributes of one name", () => {
  it.each(["private", "public", "attribute"] as const)("are told apart: %s", (kind) => {
    expect(from({ kind, key: "tier" })).toEqual(sent(`${kind} gold`));
  });

  it("of the public kind that is absent empties the field; one that Saleor does not show leaves it, and says so", () => {
    const shown = (value: MetaValue) => from({ kind: "public", key: "tier" }, { who: { publicMeta: { tier: value } } });
    expect(shown({ kind: "absent" })).toEqual(sent(null));
    expect(shown({ kind: "unreadable" })).toEqual({ fields: {}, problems: ["value_unreadable:T"] });
  });

  it("an attribute that this customer's type does not have leaves the field, and says so", () => {
    expect(from({ kind: "attribute", key: "colour" })).toEqual({ fields: {}, problems: ["attribute_unknown:T"] });
  });

  it("are asked for by their kind, and no others", () => {
    const sources: FieldSource[] = [{ kind: "public", key: "a" }, { kind: "private", key: "b" }, known("email")];
    expect(keysOf(sources)).toEqual({ privateKeys: ["b"], publicKeys: ["a"], attributes: false });
    expect(keysOf([{ kind: "attribute", key: "c" }])).toEqual({ privateKeys: [], publicKeys: [], attributes: true });
  });
});
