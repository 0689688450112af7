import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { loadEnv } from "@/platform/env";
import { createApl } from "./create-apl";
import { createUpstashApl } from "./upstash-apl";

const shop = { saleorApiUrl: "https://one.example.com/graphql/", token: "t", appId: "a" };

/** As much of Upstash's REST service as the store needs: commands as JSON arrays, answers as `{ result }`. */
async function anUpstash() {
  const kept = new Map<string, string>();
  const run = ([command, ...args]: string[]): unknown => {
    if (command === "SET") return kept.set(args[0] ?? "", args[1] ?? "") && "OK";
    if (command === "GET") return kept.get(args[0] ?? "") ?? null;
    if (command === "DEL") return Number(kept.delete(args[0] ?? ""));
    if (command === "MGET") return args.map((key) => kept.get(key) ?? null);
    // Two pages, the second empty: a cursor other than 0 must be followed.
    return args[0] === "0" ? ["7", [...kept.keys()]] : ["0", []];
  };
  const server = createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    res.end(JSON.stringify({ result: run(JSON.parse(body) as string[]) }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe("choosing the store", () => {
  it("opens nothing before it is used", () => {
    const env = { REDIS_URL: "redis://127.0.0.1:1", UPSTASH_URL: "https://u.example.com", UPSTASH_TOKEN: "t" };
    for (const APL of ["file", "redis", "upstash"]) expect(createApl(loadEnv({ APL, ...env }))).toHaveProperty("get");
  });

  it("env serves its one shop and fails for others rather than say they are not there", async () => {
    const apl = createApl(loadEnv({ APL: "env", SALEOR_API_URL: shop.saleorApiUrl, SALEOR_APP_ID: "a", SALEOR_APP_TOKEN: "t" }));
    expect(await apl.get(shop.saleorApiUrl)).toMatchObject(shop);
    await expect(apl.get("https://other.example.com/graphql/")).rejects.toThrow();
  });

  it.each([
    ["dynamodb", { DYNAMODB_MAIN_TABLE_NAME: "t", AWS_REGION: "eu-west-1" }, /npm install dynamodb-toolbox/],
    [
      "vercel-kv",
      { KV_URL: "a", KV_REST_API_URL: "b", KV_REST_API_TOKEN: "c", KV_REST_API_READ_ONLY_TOKEN: "d", KV_STORAGE_NAMESPACE: "e" },
      /npm install @vercel\/kv/,
    ],
  ])("%s says which packages it needs", async (APL, variables, sentence) => {
    const apl = createApl(loadEnv({ APL, ...variables }));
    await expect(apl.get(shop.saleorApiUrl)).rejects.toThrow(sentence);
    expect(await apl.isConfigured?.()).toMatchObject({ configured: false, error: { message: expect.stringMatching(sentence) } });
  });

  it("upstash lists its shops, which the SDK's cannot", async () => {
    const upstash = await anUpstash();
    const apl = createUpstashApl({ restURL: upstash.url, restToken: "t" });
    await apl.set(shop);
    expect(await apl.get(shop.saleorApiUrl)).toEqual(shop);
    expect(await apl.getAll()).toContainEqual(shop);
    await apl.delete(shop.saleorApiUrl);
    expect(await apl.get(shop.saleorApiUrl)).toBeUndefined();
    upstash.close();
  });
});
