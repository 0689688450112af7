import { describe, expect, it } from "vitest";
import { isAtLeast322 } from "@/dashboard/ui/full-sync/saleor-source";
import { installAddress } from "@/dashboard/ui/shell/install-address";
import { languageOf } from "@/dashboard/ui/shell/locale";
import { ownPath } from "@/dashboard/ui/shell/routing";
import { sentRows } from "@/dashboard/ui/status/sent-rows";

const manifest = encodeURIComponent("https://crm.example.com/api/manifest");

describe("the install link", () => {
  it.each([
    ["shop.saleor.cloud", "https://shop.saleor.cloud/dashboard/extensions/install"],
    [" https://shop.saleor.cloud/ ", "https://shop.saleor.cloud/dashboard/extensions/install"],
    ["https://shop.saleor.cloud/graphql/", "https://shop.saleor.cloud/dashboard/extensions/install"],
    ["https://shop.saleor.cloud/dashboard/customers?asc=true", "https://shop.saleor.cloud/dashboard/extensions/install"],
    ["https://admin.example.com/eu/dashboard/", "https://admin.example.com/eu/dashboard/extensions/install"],
    ["http://localhost:9000", "http://localhost:9000/dashboard/extensions/install"],
  ])("goes from %s to the Dashboard", (typed, expected) => {
    expect(installAddress(typed, "https://crm.example.com")).toBe(`${expected}?manifestUrl=${manifest}`);
  });

  it.each(["", "   ", "shop", "http://", "not a shop"])("is not made of %j", (typed) => {
    expect(installAddress(typed, "https://crm.example.com")).toBeNull();
  });
});

describe("our own path", () => {
  it("is free of what the Dashboard adds", () => {
    expect(ownPath("/c/1/settings?tab=a&saleorApiUrl=https%3A%2F%2Fs&id=x&theme=dark&featureFlags%5Ba%5D=1#top")).toBe(
      "/c/1/settings?tab=a",
    );
    expect(ownPath("/")).toBe("/");
    expect(ownPath("c/1")).toBe("/c/1");
  });
});

describe("language", () => {
  it("takes the part before the dash and falls back to English", () => {
    expect([languageOf("en"), languageOf("en-GB"), languageOf("pt-BR"), languageOf("")]).toEqual(["en", "en", "en", "en"]);
    expect([languageOf("ru"), languageOf("ru-RU")]).toEqual(["ru", "ru"]);
  });
});

describe("core versions", () => {
  it("know joining dates from 3.22 on, and nothing is assumed of an unknown one", () => {
    expect(["3.21.9", "3.22.0", "3.23.28", "4.0.0", "", "3.22.0-a.1"].map(isAtLeast322)).toEqual([false, true, true, true, false, true]);
    expect(isAtLeast322(null)).toBe(false);
  });
});

describe("what was sent", () => {
  it("is shown field by field", () => {
    expect(sentRows({ email_address: "a@b.c", merge_fields: { FNAME: "Ada", AGE: 3, EMPTY: null }, tags: ["vip", "x"] })).toEqual([
      { field: "email_address", value: "a@b.c" },
      { field: "merge_fields › FNAME", value: "Ada" },
      { field: "merge_fields › AGE", value: "3" },
      { field: "merge_fields › EMPTY", value: "" },
      { field: "tags", value: "vip, x" },
    ]);
    expect(sentRows(null)).toEqual([]);
  });
});
