import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideTags } from "./tags";

const limits = { maxLength: 100, maxPerContact: 50 };
const value = (text: string) => ({ kind: "value" as const, value: text });

describe("decideTags", () => {
  it.each([
    ["a list becomes tags plus the import tag", '["vip","fair"]', ["vip", "fair", "Saleor Import"]],
    ["spellings that differ in case are one tag", '["VIP","vip"," Vip "]', ["VIP", "Saleor Import"]],
    ["an empty list leaves the import tag", "[]", ["Saleor Import"]],
    ["an emptied value is an empty list", "", ["Saleor Import"]],
    ["empty strings are no tags", '["", "  "]', ["Saleor Import"]],
  ])("%s", (_, text, tags) => {
    expect(decideTags(value(text), ["Saleor Import"], limits)).toEqual({ kind: "tags", tags, problems: [] });
  });

  it.each([
    ["not JSON", "vip, fair", "tags_not_json"],
    ["not a list", '{"vip":true}', "tags_not_a_list"],
    ["not strings", '["vip", 5]', "tags_not_text"],
    ["a NUL inside", '["vip\\u0000"]', "tags_not_text"],
    ["half a character", '["vip\\ud800"]', "tags_not_text"],
    ["a tag that is too long", JSON.stringify(["x".repeat(101)]), "tag_too_long"],
    ["a value of 100 kB", JSON.stringify(["x".repeat(100_000)]), "tags_too_long"],
    ["more tags than the provider takes", JSON.stringify(Array.from({ length: 60 }, (_, i) => `t${i}`)), "tags_too_many"],
  ])("says why %s gives no tags, and keeps the import tag", (_, text, problem) => {
    expect(decideTags(value(text), ["Saleor Import"], limits)).toEqual({
      kind: "undecided",
      always: ["Saleor Import"],
      problems: [problem],
    });
  });

  it("concludes nothing from metadata that Saleor would not show", () => {
    expect(decideTags({ kind: "unreadable" }, ["Saleor Import"], limits)).toEqual({ kind: "untouched", problems: ["tags_unreadable"] });
  });

  it("knows no import tag where the merchant wants none", () => {
    expect(decideTags({ kind: "absent" }, [""], limits)).toEqual({ kind: "tags", tags: [], problems: [] });
  });

  it("never throws and never hands on a tag beyond the limits, whatever the metadata holds", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.string(), (text, importTag) => {
        const decision = decideTags(value(text), [importTag.slice(0, 100)], limits);
        if (decision.kind !== "tags") return;
        expect(decision.tags.every((tag) => tag.length > 0 && [...tag].length <= 100)).toBe(true);
      }),
    );
  });
});
