/** Merge fields, from the audience's dictionary through the merchant's rules to what the contact then holds. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FieldValue } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import type { FieldDefinition } from "@/providers/contract";
import { mailchimp } from "@/providers/mailchimp";
import { type MailchimpSandbox, startMailchimp } from "../sandbox/mailchimp";
import { aContact, contacts, email, linkTo } from "./bench";

const AUDIENCE = "All field types";
let sandbox: MailchimpSandbox;
beforeAll(async () => {
  sandbox = await startMailchimp();
});
beforeEach(() => sandbox.reset());
afterEach(() => expect(sandbox.violations).toEqual([]));
afterAll(() => sandbox.close());

const open = () =>
  linkTo(mailchimp, {
    endpoints: { api: sandbox.url, login: sandbox.url },
    credentials: () => ({ accessToken: sandbox.token(), dc: "us21" }),
    target: sandbox.audience(AUDIENCE).id,
  }) as unknown as Parameters<typeof mailchimp.connect>[0];
const one = async (fields: Record<string, FieldValue>, more = {}): Promise<Outcome> => {
  const contact = aContact(1, { ...more, mapped: { fields } });
  return (await mailchimp.customers.upsert(open(), [contact])).get(contact.key)!;
};
const held = (n = 1) => sandbox.audience(AUDIENCE).member(email(n))?.merge_fields ?? {};
const receiptOf = (outcome: Outcome) => ("receipt" in outcome ? outcome.receipt : undefined);

async function dictionary(): Promise<Map<string, FieldDefinition>> {
  const answer = await mailchimp.fields(open());
  return new Map(answer.kind === "ok" ? answer.value.map((field) => [field.id, field]) : []);
}

const WHOLE = { "ADDRESS.addr1": "1 Example Street", "ADDRESS.city": "Springfield", "ADDRESS.state": "OR", "ADDRESS.zip": "97475" };

describe("the dictionary", () => {
  it("names every field with what it takes, and each part of an address", async () => {
    const fields = await dictionary();
    expect(fields.get("LTV")).toMatchObject({ label: "Lifetime value", type: "number" });
    expect(fields.get("JOINED_AT")).toMatchObject({ type: "date", dateForm: "yyyy-mm-dd" });
    expect(fields.get("BDAY")).toMatchObject({ type: "date", dateForm: "mm/dd" });
    expect(fields.get("TIER")).toMatchObject({ type: "choice", choices: ["Bronze", "Silver", "Gold"] });
    expect(fields.get("USPHONE")).toMatchObject({ type: "text", form: "us_phone" });
    expect(fields.get("FNAME")).toMatchObject({ type: "text", maxLength: 255, lengthIn: "bytes" });
    expect(fields.get("ADDRESS.zip")).toMatchObject({ label: "Address: postal code", type: "text" });
    expect(fields.has("ADDRESS")).toBe(false);
  });

  it("gets a new field where the merchant wants one, and says when there is no room or the name is taken", async () => {
    expect(await mailchimp.createField?.(open(), { label: "Loyalty – Punkte", type: "number" })).toEqual({
      kind: "ok",
      value: { id: "LOYALTY_PU", label: "Loyalty – Punkte", type: "number", required: false },
    });
    expect((await dictionary()).get("LOYALTY_PU")).toMatchObject({ type: "number" });
    const again = await mailchimp.createField?.(open(), { label: "Loyalty punishments", type: "text" });
    expect(again).toMatchObject({ kind: "refused", reason: "field_exists" });
    for (let n = 0; n < 20; n++) await mailchimp.createField?.(open(), { label: `Field ${n}`, type: "text" });
    expect(await mailchimp.createField?.(open(), { label: "One more", type: "text" })).toMatchObject({ reason: "field_limit" });
  });
});

describe("mapped values", () => {
  it("arrive typed, and the same again writes nothing, for one and for many", async () => {
    const fields = { LTV: 12.5, JOINED_AT: "2025-03-01", BDAY: "02/29", TIER: "Gold", SITE: "https://shop-one.dev", ...WHOLE };
    const first = await one(fields);
    expect(first).toMatchObject({ kind: "delivered", change: "created" });
    expect(held()).toMatchObject({ LTV: 12.5, BDAY: "02/29", TIER: "Gold", ADDRESS: { addr1: "1 Example Street", zip: "97475" } });
    expect(receiptOf(first)?.ownedFields).toEqual(expect.arrayContaining(["LTV", "ADDRESS"]));
    expect(await one(fields, { force: true })).toMatchObject({ kind: "unchanged" });
    const many = () => mailchimp.customers.upsert(open(), contacts(30, { historic: true, mapped: { fields } }));
    await many();
    expect([...new Set([...(await many()).values()].map(({ kind }) => kind))]).toEqual(["unchanged"]);
  });

  it("that are gone are emptied where we filled them, and nowhere else", async () => {
    sandbox.audience(AUDIENCE).seed([{ email: email(1), merge_fields: { TIER: "Gold" } }]);
    const filled = receiptOf(await one({ LTV: 7, TIER: null, ...WHOLE }));
    const nothing = Object.fromEntries(Object.keys(WHOLE).map((part) => [part, null]));
    await one({ LTV: null, TIER: null, ...nothing }, { remoteKey: filled?.remoteKey, ownedFields: filled?.ownedFields });
    expect(held()).toMatchObject({ LTV: "", TIER: "Gold", ADDRESS: "" });
  });

  it("leave out an address that lacks a part, and say so", async () => {
    const fields = { ...WHOLE, "ADDRESS.state": null };
    expect(await one(fields)).toMatchObject({ kind: "delivered" });
    expect(held().ADDRESS ?? "").toBe("");
    expect(mailchimp.customers.check?.(open().settings, aContact(1, { mapped: { fields } }).mapped)).toEqual([
      "address_incomplete:ADDRESS",
    ]);
  });

  it("for a field that the audience does not have: the customer goes all the same, and it is said", async () => {
    const outcome = await one({ LTV: 7, GONE: "x" });
    expect(outcome).toMatchObject({ kind: "delivered", receipt: { warnings: ["field_missing:GONE"] } });
    expect(held()).toMatchObject({ LTV: 7 });
  });
});
