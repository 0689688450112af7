/** Reads customer ids with the app's own token, for a walk that a worker drives. Every answer is a value or `Trouble`. */
import type { SaleorClient } from "@/saleor/client";
import { coreVersionOf } from "@/saleor/core-version";
import { type Ask, countAll, sourceOf } from "@/walk/source";
import { Trouble } from "@/walk/trouble";
import type { WalkSource } from "@/walk/walk";

export async function saleorSource(client: SaleorClient): Promise<{ source: WalkSource; total: number } | Trouble> {
  const ask = asker(client);
  try {
    const core = await coreVersionOf(client);
    if (!core) return new Trouble("unreachable", "saleor");
    return { source: sourceOf(ask, core[0] > 3 || core[1] >= 22), total: await countAll(ask) };
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
}

function asker(client: SaleorClient): Ask {
  return async (document, variables) => {
    const answer = await client.request(document, variables);
    if (answer.kind === "ok" && answer.errors.length === 0) return answer.data;
    if (answer.kind === "denied") throw new Trouble("denied", "saleor");
    if (answer.kind === "unavailable" && answer.reason === "throttled") throw new Trouble("slow", "saleor", answer.afterSeconds);
    throw new Trouble("unreachable", "saleor");
  };
}
