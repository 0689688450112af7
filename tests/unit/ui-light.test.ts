import { describe, expect, it } from "vitest";
import { customerIn, customersIn, ownPageIn } from "@/dashboard/ui/light/address";

describe("the address of a window on the Dashboard's own pages", () => {
  it("names the customer; `id` is the app's, and may stand twice", () => {
    expect(customerIn("?id=QXBwOjE%3D&customerId=VXNlcjox&id=QXBwOjE%3D&customerId=VXNlcjox")).toBe("VXNlcjox");
    expect(customerIn("?id=QXBwOjE%3D")).toBeNull();
  });

  it.each([
    ["with commas", "?customerIds=VXNlcjox%2CVXNlcjoy"],
    ["with indices", "?customerIds%5B0%5D=VXNlcjox&customerIds%5B1%5D=VXNlcjoy"],
    ["repeated", "?customerIds=VXNlcjox&customerIds=VXNlcjoy&customerIds=VXNlcjox"],
  ])("names the ticked customers %s", (_, search) => {
    expect(customersIn(search)).toEqual(["VXNlcjox", "VXNlcjoy"]);
  });

  it("names nobody where nobody was ticked", () => {
    expect(customersIn("?customerIds=&id=QXBwOjE%3D")).toEqual([]);
  });

  it("leads to a page of ours in the Dashboard", () => {
    expect(ownPageIn("QXBwOjE=", "/c/1")).toBe("/extensions/app/QXBwOjE%3D/c/1");
  });
});
