import { describe, expect, it } from "vitest";
import { send } from "./http";
import { originOf, wayTo } from "./vendor-host";

const VENDOR = ["*.crm.example", "api.vendor.example"];
const strict = { allowed: [], allowLoopback: false };

describe("originOf", () => {
  it.each([
    ["shop.crm.example", "https://shop.crm.example"],
    [" https://Shop.CRM.example/ ", "https://shop.crm.example"],
    ["http://shop.crm.example/admin/settings?tab=1#x", "https://shop.crm.example"],
    ["shop.crm.example//", "https://shop.crm.example"],
    ["https://shop.crm.example:8443/api", "https://shop.crm.example:8443"],
    ["http://127.0.0.1:4010/", "http://127.0.0.1:4010"],
    ["http://localhost:4010", "http://localhost:4010"],
  ])("understands %s", (typed, origin) => expect(originOf(typed)).toBe(origin));

  it.each([
    "",
    "shop",
    "https://",
    "ftp://shop.crm.example",
    "https://me:secret@shop.crm.example",
    "not an address",
    "javascript:alert(1)",
  ])("does not take %j for an address", (typed) => expect(originOf(typed)).toBeNull());
});

describe("wayTo", () => {
  it.each([
    ["https://shop.crm.example", "public"],
    ["https://api.vendor.example", "public"],
    ["https://crm.example", null],
    ["https://.crm.example", null],
    ["https://shop.crm.example.evil.example", null],
    ["https://evilcrm.example", null],
    ["https://other.vendor.example", null],
    ["https://shop.crm.example:8443", null],
    ["http://shop.crm.example", null],
    ["http://127.0.0.1:80", null],
    ["https://localhost", null],
    ["https://10.0.0.8", null],
  ])("%s: %s", (origin, way) => expect(wayTo(origin, VENDOR, strict)).toBe(way));

  it("takes what the operator lists, still by https and never a private address", () => {
    const rules = { allowed: ["crm.partner.example", "standby.example:8443", "10.0.0.8"], allowLoopback: false };
    expect(wayTo("https://crm.partner.example", VENDOR, rules)).toBe("public");
    expect(wayTo("https://standby.example:8443", VENDOR, rules)).toBe("public");
    expect(wayTo("https://standby.example", VENDOR, rules)).toBeNull();
    expect(wayTo("http://crm.partner.example", VENDOR, rules)).toBeNull();
    expect(wayTo("https://10.0.0.8", VENDOR, rules)).toBeNull();
  });

  it("takes this machine in the sandbox only", () => {
    expect(wayTo("http://127.0.0.1:4010", VENDOR, { allowed: [], allowLoopback: true })).toBe("local");
    expect(wayTo("http://10.0.0.8", VENDOR, { allowed: [], allowLoopback: true })).toBeNull();
  });
});

describe("a name that leads to this machine", () => {
  it("is refused when the connection is made, whatever the name looks like", async () => {
    // `localhost` stands for any public-looking name whose answer is private: the look-up alone decides.
    expect(await send({ method: "GET", url: "https://localhost:8443/", publicOnly: true })).toEqual({ kind: "address_refused" });
  });
});
