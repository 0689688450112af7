import type { APL } from "@saleor/app-sdk/APL";
import { UpstashAPL } from "@saleor/app-sdk/APL/upstash";
import { z } from "zod";

const authData = z.object({ token: z.string(), saleorApiUrl: z.string(), appId: z.string(), jwks: z.string().optional() });
const scanned = z.object({ result: z.tuple([z.union([z.string(), z.number()]), z.array(z.string())]) });
const values = z.object({ result: z.array(z.string().nullable()) });

/** The SDK's UpstashAPL with the list of shops it lacks (its `getAll` throws; app-sdk 1.15.0): walks the keys, which are addresses. */
export function createUpstashApl(config: { restURL: string; restToken: string }): APL {
  const sdk = new UpstashAPL(config);
  const command = async (parts: readonly string[]): Promise<unknown> => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${config.restToken}` };
    const answer = await fetch(config.restURL, {
      method: "POST",
      headers,
      body: JSON.stringify(parts),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`Upstash answered ${answer.status}`);
    return answer.json();
  };
  const keys = async (): Promise<string[]> => {
    const found = new Set<string>();
    let cursor = "0";
    do {
      const { result } = scanned.parse(await command(["SCAN", cursor, "MATCH", "http*/graphql/", "COUNT", "500"]));
      cursor = String(result[0]);
      for (const key of result[1]) found.add(key);
    } while (cursor !== "0");
    return [...found];
  };
  return {
    get: (saleorApiUrl) => sdk.get(saleorApiUrl),
    set: (fresh) => sdk.set(fresh),
    delete: (saleorApiUrl) => sdk.delete(saleorApiUrl),
    isReady: () => sdk.isReady(),
    isConfigured: () => sdk.isConfigured(),
    async getAll() {
      const found = await keys();
      if (found.length === 0) return [];
      const { result } = values.parse(await command(["MGET", ...found]));
      return result.flatMap((value) => (value === null ? [] : [authData.parse(JSON.parse(value))]));
    },
  };
}
