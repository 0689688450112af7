import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connected, startConnected } from "./app";

let town: Connected;
beforeAll(async () => {
  town = await startConnected({ customers: 300, live: false });
});
afterAll(() => town.close());

const preview = () => town.page.runs.preview.query({ connectionId: town.connectionId });

it("says what a full sync would do, by a sample of 200, and writes nothing", async () => {
  const people = town.saleor.customers
    .all()
    .filter((person) => !person.isStaff && person.email.includes("@"))
    .sort((a, b) => a.email.localeCompare(b.email));
  const [same, different, archived] = people;
  const fields = (person: typeof same, FNAME = person!.firstName) => ({ FNAME, LNAME: person!.lastName });
  town.mailchimp.audience().seed([
    { email: same!.email, merge_fields: fields(same), tags: ["Saleor Import"] },
    { email: different!.email, merge_fields: fields(different, "Other"), tags: ["Saleor Import"] },
    { email: archived!.email, status: "archived" },
  ]);
  const before = town.mailchimp.requests.filter((request) => request.method !== "GET").length;
  const seen = await preview();
  expect(seen).toMatchObject({ kind: "preview", total: 300, sample: 200, unknown: 0 });
  if (seen.kind !== "preview") return;
  expect(seen.created + seen.updated + seen.unchanged + seen.skipped).toBe(200);
  expect(seen.created).toBeGreaterThan(180);
  expect(seen.billable).toBe(Math.round((seen.created / 200) * 300));
  expect(seen.examples.find((one) => one.email === different!.email)?.differences).toContainEqual({
    field: "FNAME",
    ours: different!.firstName,
    theirs: "Other",
  });
  expect(town.mailchimp.requests.filter((request) => request.method !== "GET").length).toBe(before);
});

it("says so when Saleor or Mailchimp cannot be asked", async () => {
  town.mailchimp.fail({ kind: "error500" });
  expect(await preview()).toMatchObject({ kind: "preview", created: 0, updated: 0 });
  town.mailchimp.heal();
  town.saleor.fail({ kind: "error500", operation: "CustomerCount", times: 1 });
  expect(await preview()).toEqual({ kind: "unavailable", reason: "saleor_unreachable" });
});
