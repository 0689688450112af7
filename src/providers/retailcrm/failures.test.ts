import { describe, expect, it } from "vitest";
import type { HttpResult } from "../kit/http";
import { classify, droppableKeys, isAccountUnknown, isThrottle, readProblem } from "./failures";

const said = (status: number, json: unknown, contentType = "application/json"): HttpResult => ({
  kind: "response",
  status,
  json,
  contentType,
});
const failure = (status: number, json: unknown, given: string[] = []) => classify(readProblem(said(status, json)), given);

describe("what RetailCRM says, in our words", () => {
  it.each([
    ["a rate limit", 503, { success: false, errorMsg: "API limit" }, "retry", "throttled"],
    ["a rate limit, the other way", 429, null, "retry", "throttled"],
    ["a fault of its own", 500, { success: false }, "retry", "vendor_error"],
    ["a proxy's page", 502, null, "retry", "vendor_error"],
    ["half an answer", 200, null, "retry", "vendor_error"],
    ["no account", 404, { success: false, errorMsg: "Account does not exist." }, "auth", "account_unknown"],
    ["a wrong field, as a map", 400, { success: false, errors: { birthday: "Invalid" } }, "refused", "field_invalid:birthday"],
    ["a wrong field, as a list", 400, { success: false, errors: ["customFields.tier: no"] }, "refused", "field_invalid:tier"],
    ["a wrong e-mail", 400, { success: false, errors: { email: "Invalid" } }, "refused", "address_invalid"],
    ["a refusal without names", 400, { success: false, errors: [] }, "refused", "vendor_refused"],
    ["a refusal under a 200", 200, { success: false, errorMsg: "No" }, "refused", "vendor_refused"],
  ])("%s", (_, status, json, kind, reason) => expect(failure(status, json)).toMatchObject({ kind, reason }));

  it("waits as long as it is told, if it ever is", () => {
    const result = { ...said(503, { success: false }), retryAfterSeconds: 7 } as HttpResult;
    expect(classify(readProblem(result))).toMatchObject({ throttled: true, afterSeconds: 7 });
    expect(isThrottle(result)).toBe(true);
  });

  it("knows an account that does not exist by the page that a POST gets", () => {
    expect(isAccountUnknown(readProblem(said(405, null, "text/html")))).toBe(true);
    expect(isAccountUnknown(readProblem(said(502, null, "text/html")))).toBe(false);
  });

  it("hands on the vendor's sentence without what the customer typed", () => {
    const { vendorText } = failure(400, { errorMsg: "Bad: ada@shop.example", errors: { firstName: "Ada is too short" } }, ["Ada"]);
    expect(vendorText).toBe("Bad: [address] firstName: [name] is too short");
  });

  it("repeats no field name that could be data", () => {
    expect(failure(400, { errors: { "ada@shop.example": "?" } })).toMatchObject({ reason: "field_invalid:UNKNOWN" });
  });
});

describe("fields that may be left out", () => {
  const sent = ["firstName", "email", "address.countryIso", "customFields.tier", "phones"];
  const drop = (errors: object) => droppableKeys(readProblem(said(400, { success: false, errors })), sent);

  it.each([
    [{ "customer.phones[0].number": "?" }, ["phones"]],
    [{ "customFields[tier]": "?", "address.countryIso": "?" }, ["customFields.tier", "address.countryIso"]],
    [["customers[3].customFields.tier: no such value"], ["customFields.tier"]],
    [{ email: "?" }, []],
    [{ firstName: "?", site: "?" }, []],
    [[], []],
  ])("%j: %j", (errors, keys) => expect(drop(errors)).toEqual(keys));
});
