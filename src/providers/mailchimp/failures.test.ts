import { describe, expect, it } from "vitest";
import type { HttpResult } from "../kit/http";
import { batchProblem, classify, droppableFields, isMemberExists, readProblem } from "./failures";

const json = (status: number, title: string, detail = "", errors?: { field: string; message: string }[]): HttpResult => ({
  kind: "response",
  status,
  contentType: "application/problem+json; charset=utf-8",
  json: { title, status, detail, instance: "c70d656a-9180-6140-4ace-d011c655279f", ...(errors && { errors }) },
});
const bare = (status: number, contentType = ""): HttpResult => ({ kind: "response", status, contentType, json: null });
const invalid = (field: string, message: string) => json(400, "Invalid Resource", "Your merge fields were invalid.", [{ field, message }]);

describe("what Mailchimp says, in our words", () => {
  it.each<[string, HttpResult, string, string]>([
    ["compliance", json(400, "Member In Compliance State", "x@y.pl is in a compliance state"), "refused", "compliance_state"],
    ["compliance of a listed one", json(400, "Bad", "x@y.pl is already a list member in compliance state"), "refused", "compliance_state"],
    ["forgotten", json(400, "Forgotten Email Not Subscribed", "x@y.pl was permanently deleted"), "refused", "forgotten"],
    ["fake", json(400, "Invalid Resource", "x@example.com looks fake or invalid"), "refused", "address_looks_fake"],
    ["no address", json(400, "Invalid Resource", "Please provide a valid email address."), "refused", "address_invalid"],
    ["sign-ups", json(400, "Invalid Resource", "x@y.pl has signed up to a lot of lists very recently"), "retry", "too_many_signups"],
    ["recipient", json(400, "Invalid Resource", 'Recipient "x@y.pl" has too many recent signup requests'), "retry", "too_many_signups"],
    ["required", invalid("BIRTHDAY", "Please enter a value"), "refused", "required_field_missing:BIRTHDAY"],
    ["wrong type", invalid("LTV", "Please enter a number"), "refused", "field_invalid:LTV"],
    ["null value", invalid("merge_fields.FNAME", "Data did not match any of the schemas"), "refused", "field_invalid:FNAME"],
    ["revoked", json(401, "API Key Invalid"), "auth", "credentials_refused"],
    ["data centre", json(403, "Forbidden", "The API key provided is linked to datacenter 'us6'"), "auth", "wrong_data_centre"],
    ["disabled", json(403, "UserDisabled", "This account has been deactivated."), "auth", "account_disabled"],
    ["method disabled", json(503, "ComplianceRelated", "This method has been disabled."), "auth", "account_disabled"],
    ["role", json(403, "Forbidden", "You don't have permission"), "auth", "forbidden"],
    ["429", json(429, "Too Many Requests"), "retry", "throttled"],
    ["403 without a body", bare(403), "retry", "throttled"],
    ["403 HTML", bare(403, "text/html"), "retry", "throttled"],
    ["503 HTML", bare(503, "text/html"), "retry", "throttled"],
    ["500", json(500, "Internal Server Error"), "retry", "vendor_error"],
    ["200 HTML", bare(200, "text/html"), "retry", "vendor_error"],
    ["a redirect", bare(302), "retry", "vendor_error"],
    ["silence", { kind: "timeout" }, "retry", "vendor_timeout"],
    ["no line", { kind: "network" }, "retry", "vendor_unreachable"],
    ["our own stop", { kind: "aborted" }, "retry", "stopped"],
    ["unknown", json(418, "Teapot"), "refused", "vendor_refused"],
  ])("%s", (_, result, kind, reason) => {
    expect(classify(readProblem(result))).toMatchObject({ kind, reason });
  });

  it("keeps the vendor's text without the person in it", () => {
    const problem = readProblem(json(400, "Invalid Resource", "Anna <anna@shop.example> (+48 600 700 800) looks fake or invalid"));
    expect(classify(problem, ["Anna"]).vendorText).toBe("[name] <[address]> ([number]) looks fake or invalid");
  });

  it("never repeats a field name that is none", () => {
    expect(classify(readProblem(invalid("anna@shop.example", "Please enter a value"))).reason).toBe("required_field_missing:UNKNOWN");
  });

  it("says which fields may be left out: not where one is missing, not where the address is the trouble", () => {
    expect(droppableFields(readProblem(invalid("merge_fields.LTV", "Please enter a number")))).toEqual(["LTV"]);
    expect(droppableFields(readProblem(invalid("LTV", "Please enter a value")))).toEqual([]);
    expect(droppableFields(readProblem(json(400, "Invalid Resource", "x@y.pl looks fake or invalid")))).toEqual([]);
  });

  it("reads an item's error in a batch like the error of a single call", () => {
    expect(classify(batchProblem("x@y.pl looks fake or invalid", "", ""))).toMatchObject({ kind: "refused", reason: "address_looks_fake" });
    expect(droppableFields(batchProblem("Your merge fields were invalid.", "LTV", "Please enter a number"))).toEqual(["LTV"]);
  });

  it("knows Member Exists without a type", () => {
    expect(isMemberExists(readProblem(json(400, "Member Exists", "x@y.pl is already a list member.")))).toBe(true);
    expect(isMemberExists(readProblem(json(400, "Member In Compliance State", "is already a list member in compliance state")))).toBe(
      false,
    );
  });
});
