import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scrub } from "./scrub";

describe("scrub", () => {
  it.each([
    ["foo@example.com looks fake or invalid", [], "[address] looks fake or invalid"],
    ["Recipient <jo+x@shop.example> has too many", [], "Recipient <[address]> has too many"],
    ["Call +48 600-700-800 or (212) 555 0100 now", [], "Call [number] or ([number] now"],
    ["Anna-Maria KOWALSKA is not valid, Annabel is", ["Anna-Maria", "Kowalska"], "[name] [name] is not valid, Annabel is"],
    ["Łukasz is already a list member", ["łukasz"], "[name] is already a list member"],
    ["Please enter a value (LNAME)", ["A"], "Please enter a value (LNAME)"],
    ["limit of 10 simultaneous connections", [], "limit of 10 simultaneous connections"],
  ])("%s", (text, given, expected) => {
    expect(scrub(text, given)).toBe(expected);
  });

  it("leaves no address, however the sentence around it looks", () => {
    fc.assert(
      fc.property(fc.string(), fc.emailAddress(), fc.string(), (before, email, after) => {
        expect(scrub(`${before} ${email} ${after}`, [email])).not.toContain(email);
      }),
    );
  });

  it("cuts long pages", () => {
    expect(scrub("x ".repeat(5000)).length).toBeLessThan(310);
  });

  it("reads every word of a long page once", () => {
    const started = process.cpuUsage().user;
    scrub("a".repeat(60_000));
    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });
});
