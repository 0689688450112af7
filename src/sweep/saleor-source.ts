/** Reads customer ids with the app's own token, for a walk that a worker drives. Every answer is a value or `Trouble`. */
import {
  CustomerCountDocument,
  CustomerCountRangeDocument,
  CustomerIdsDocument,
  CustomerIdsRangeDocument,
  CustomerIdsUpdatedDocument,
} from "@graphql/generated/graphql";
import type { TypedDocumentNode } from "@urql/core";
import type { SaleorClient } from "@/saleor/client";
import { coreVersionOf } from "@/saleor/core-version";
import { CUSTOMERS_PER_READ } from "@/saleor/limits";
import type { LanePlace } from "@/walk/place";
import { Trouble } from "@/walk/trouble";
import type { IdPage, WalkSource } from "@/walk/walk";

type Ask = <R, V>(document: TypedDocumentNode<R, V>, variables: V) => Promise<R>;

export async function saleorSource(client: SaleorClient): Promise<{ source: WalkSource; total: number } | Trouble> {
  const ask: Ask = (document, variables) => request(client, document, variables);
  try {
    const core = await coreVersionOf(client);
    if (!core) return new Trouble("unreachable", "saleor");
    const total = (await ask(CustomerCountDocument, {})).customers?.totalCount;
    if (typeof total !== "number") return new Trouble("unreachable", "saleor");
    return { source: sourceOf(ask, core[0] > 3 || core[1] >= 22), total };
  } catch (error) {
    if (error instanceof Trouble) return error;
    throw error;
  }
}

function sourceOf(ask: Ask, canFilterByJoining: boolean): WalkSource {
  return {
    canFilterByJoining,
    count: async (dateJoined) => (await ask(CustomerCountRangeDocument, { dateJoined })).customers?.totalCount ?? missing(),
    oldest: async () => {
      const first = await ask(CustomerIdsRangeDocument, { dateJoined: { gte: "1970-01-01T00:00:00Z" }, first: 1, after: null });
      const joined = first.customers?.edges[0]?.node.dateJoined;
      return joined ? Date.parse(joined) : null;
    },
    page: (lane) => readPage(ask, lane),
  };
}

async function readPage(ask: Ask, lane: LanePlace): Promise<IdPage> {
  const paging = { first: CUSTOMERS_PER_READ, after: lane.after };
  const { customers } =
    lane.kind === "email"
      ? await ask(CustomerIdsDocument, paging)
      : lane.kind === "updated"
        ? await ask(CustomerIdsUpdatedDocument, { ...paging, since: lane.gte ?? "" })
        : await ask(CustomerIdsRangeDocument, { ...paging, dateJoined: { gte: lane.gte, ...(lane.lte ? { lte: lane.lte } : {}) } });
  if (!customers) return missing();
  return {
    ids: customers.edges.map(({ node }) => node.id),
    end: customers.pageInfo.hasNextPage ? (customers.pageInfo.endCursor ?? null) : null,
  };
}

async function request<R, V>(client: SaleorClient, document: TypedDocumentNode<R, V>, variables: V): Promise<R> {
  const answer = await client.request(document, variables);
  if (answer.kind === "ok" && answer.errors.length === 0) return answer.data;
  if (answer.kind === "denied") throw new Trouble("denied", "saleor");
  if (answer.kind === "unavailable" && answer.reason === "throttled") throw new Trouble("slow", "saleor", answer.afterSeconds);
  throw new Trouble("unreachable", "saleor");
}

/** Null without an error is "could not look", never "nobody". */
function missing(): never {
  throw new Trouble("unreachable", "saleor");
}
