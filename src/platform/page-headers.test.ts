import { describe, expect, it } from "vitest";
import { contentSecurityPolicy, type PageVisit } from "./page-headers";

const policy = (visit: Partial<PageVisit>) =>
  contentSecurityPolicy({ dashboards: [], isSandbox: false, isDevelopment: false, saleorApiUrl: null, ...visit });
const directive = (name: string, visit: Partial<PageVisit>) =>
  policy(visit)
    .split("; ")
    .find((one) => one.startsWith(`${name} `));

describe("The policy of our pages", () => {
  it("lets any https Dashboard frame them while none is named", () => {
    expect(directive("frame-ancestors", {})).toBe("frame-ancestors https:");
  });

  it("lets only the named Dashboards frame them", () => {
    expect(directive("frame-ancestors", { dashboards: ["https://dashboard.test-shop.dev"], isSandbox: true })).toBe(
      "frame-ancestors https://dashboard.test-shop.dev",
    );
  });

  it("lets a Dashboard on this machine frame them in the sandbox only", () => {
    expect(directive("frame-ancestors", { isSandbox: true })).toContain("http://127.0.0.1:*");
    expect(directive("frame-ancestors", {})).not.toContain("http:");
  });

  it("runs no inline script", () => {
    expect(directive("script-src", {})).toBe("script-src 'self'");
  });

  it("talks to this app and to the shop in the frame's address, whose path stays out", () => {
    expect(directive("connect-src", { saleorApiUrl: "https://shop.test-shop.dev/graphql/" })).toBe(
      "connect-src 'self' https://shop.test-shop.dev",
    );
  });

  it.each([
    "javascript:alert(1)",
    "https://a.dev; script-src *",
    "http://shop.test-shop.dev/graphql/",
    "not an address",
    "data:text/html,1",
  ])("adds nothing to the policy for %s", (saleorApiUrl) => {
    expect(policy({ saleorApiUrl })).toBe(policy({}));
  });

  it("keeps a port and allows http where the sandbox switch is on", () => {
    expect(directive("connect-src", { saleorApiUrl: "http://127.0.0.1:8000/graphql/", isSandbox: true })).toBe(
      "connect-src 'self' http://127.0.0.1:8000",
    );
  });
});
