/** Fields that a merchant makes from the app, in the account's dictionary. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { retailcrm } from "@/providers/retailcrm";
import { FIRST_SITE, type RetailCrmSandbox, startRetailCrm } from "../sandbox/retailcrm";
import { aContact, email, linkTo } from "./bench";

let sandbox: RetailCrmSandbox;
beforeAll(async () => {
  sandbox = await startRetailCrm({ perSecond: null });
});
beforeEach(() => sandbox.reset());
afterEach(() => expect(sandbox.violations).toEqual([]));
afterAll(() => sandbox.close());

const open = () =>
  linkTo(retailcrm, {
    endpoints: { api: sandbox.url },
    credentials: () => ({ address: sandbox.address, apiKey: sandbox.keys.main.value }),
    target: FIRST_SITE,
  }) as unknown as Parameters<typeof retailcrm.connect>[0];
const create = (label: string, type: "text" | "number" | "date" = "text") => retailcrm.createField?.(open(), { label, type });
async function dictionary() {
  const answer = await retailcrm.fields(open());
  return new Map(answer.kind === "ok" ? answer.value.map((field) => [field.id, field]) : []);
}

describe("a new field", () => {
  it.each([
    ["Rank before", "text", { id: "rank_before", label: "Rank before", type: "text", maxLength: 255 }],
    ["Баллы лояльности", "number", { id: "bally_loyalnosti", label: "Баллы лояльности", type: "number" }],
    ["Größe – Hüte", "text", { id: "gro_e_hute", label: "Größe – Hüte", type: "text", maxLength: 255 }],
    ["Customer since", "date", { id: "customer_since", label: "Customer since", type: "date" }],
    ["等级", "text", { id: expect.stringMatching(/^field_[0-9a-f]{8}$/), label: "等级", type: "text", maxLength: 255 }],
    // Its code is a built-in field's name as well: the two are told apart.
    ["VIP", "number", { id: "custom_vip", label: "VIP", type: "number" }],
  ] as const)("%s is in the dictionary from then on, as it was answered", async (label, type, wanted) => {
    const made = await create(label, type);
    expect(made).toEqual({ kind: "ok", value: { ...wanted, required: false } });
    const value = made?.kind === "ok" ? made.value : undefined;
    expect((await dictionary()).get(value?.id ?? "")).toEqual(value);
  });

  it("takes a value at once", async () => {
    await create("Points", "number");
    const contact = aContact(1, { mapped: { fields: { points: 320 } } });
    expect((await retailcrm.customers.upsert(open(), [contact])).get(contact.key)).toMatchObject({ kind: "delivered" });
    expect(sandbox.customer(email(1))).toMatchObject({ customFields: { points: 320 } });
  });

  it.each(["Saleor channel", "Computed"])("whose code somebody has, hidden or not, is not made: %s", async (label) => {
    expect(await create(label)).toEqual({ kind: "refused", reason: "field_exists" });
  });

  it("that the key may not make says which permission it lacks, and everything else goes on", async () => {
    sandbox.grant(["customer_read", "customer_write", "reference_read", "custom_fields_read"]);
    expect(await create("Points", "number")).toMatchObject({ reason: "permission_missing:custom_fields_write" });
    const account = await retailcrm.connect(open());
    expect(account).toMatchObject({ kind: "ok" });
    expect(account.kind === "ok" && account.value.notes).toBeFalsy();
  });
});
