import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { FetchTrouble, type GuardedFetch } from "./guarded-fetch";
import { createJwksCache, parseJwks } from "./jwks";

function aKey(kid: string): Record<string, unknown> {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
}

const setOf = (...keys: unknown[]) => JSON.stringify({ keys });
const old = aKey("old");
const fresh = aKey("fresh");

/** A shop whose keys, mood and clock the test decides. */
function aShop(text: string) {
  const shop = { text, down: false, time: 1_000_000, asked: [] as string[], kept: [] as string[] };
  const fetch: GuardedFetch = async (url) => {
    shop.asked.push(url);
    if (shop.down) throw new FetchTrouble("network");
    return { status: 200, text: shop.text, header: () => null };
  };
  const cache = createJwksCache({ fetch, now: () => shop.time, onFresh: (_shop, kept) => void shop.kept.push(kept) });
  const find = async (kid: string | undefined, jwks?: string) => {
    const answer = await cache.find({ saleorApiUrl: "https://shop.example.com/graphql/", jwks }, kid);
    return answer.kind === "keys" ? answer.keys.length : answer.reason;
  };
  return Object.assign(shop, { find });
}

describe("the keys of a shop", () => {
  it("are asked for once in ten minutes, by all who wait together once", async () => {
    const shop = aShop(setOf(old));
    expect(await Promise.all([shop.find("old"), shop.find("old"), shop.find("old")])).toEqual([1, 1, 1]);
    shop.time += 599_000;
    expect(await shop.find("old")).toBe(1);
    expect(shop.asked).toEqual(["https://shop.example.com/.well-known/jwks.json"]);
    shop.time += 2_000;
    await shop.find("old");
    expect(shop.asked).toHaveLength(2);
  });

  it("are looked at again for an unknown key id, so that a new key works at once", async () => {
    const shop = aShop(setOf(old));
    await shop.find("old");
    shop.text = setOf(fresh);
    expect(await shop.find("fresh")).toBe(1);
    expect(await shop.find("old")).toBe(0);
  });

  it("are not looked at for every forged key id: five times, then once in ten seconds", async () => {
    const shop = aShop(setOf(old));
    await shop.find("old");
    const answers = [];
    for (let i = 0; i < 100; i += 1) answers.push(await shop.find("forged"));
    expect(shop.asked).toHaveLength(6);
    // Beyond the looks nothing is proven, and nothing is refused.
    expect(answers.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(new Set(answers.slice(5))).toEqual(new Set(["unknown_key"]));
    expect(await shop.find("old")).toBe(1);
    shop.time += 10_000;
    expect(await shop.find("forged")).toBe(0);
    expect(shop.asked).toHaveLength(7);
  });

  it("leave an unreachable shop alone for five seconds and say why", async () => {
    const shop = aShop(setOf(old));
    shop.down = true;
    expect([await shop.find("old"), await shop.find("old")]).toEqual(["network", "network"]);
    expect(shop.asked).toHaveLength(1);
    shop.down = false;
    shop.time += 5_001;
    expect(await shop.find("old")).toBe(1);
  });

  it("that were kept beside the token serve while the shop is away", async () => {
    const shop = aShop(setOf(old));
    shop.down = true;
    expect(await shop.find("old", setOf(old))).toBe(1);
  });

  it("are handed on to be kept only when they differ", async () => {
    const shop = aShop(setOf(old));
    await shop.find("old", setOf(old));
    expect(shop.kept).toEqual([]);
    shop.text = setOf(fresh);
    await shop.find("fresh", setOf(old));
    expect(shop.kept).toEqual([setOf(fresh)]);
  });

  it("without a key id are all of them", async () => {
    expect(await aShop(setOf(old, fresh)).find(undefined)).toBe(2);
  });

  it.each([
    ["no JSON", "<html>not found</html>"],
    ["no keys", setOf()],
    ["keys of another kind", setOf({ kty: "EC", crv: "P-256", x: "a", y: "b", kid: "a" })],
    ["an encryption key", setOf({ ...old, use: "enc" })],
    ["a broken key", setOf({ kty: "RSA", kid: "a", n: "", e: "AQAB" })],
  ])("are no keys when the answer is %s", async (_case, text) => {
    expect(parseJwks(text)).toBeNull();
    expect(await aShop(text).find("old")).toBe("no_usable_key");
  });
});
