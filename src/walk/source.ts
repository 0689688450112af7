/** The questions a walk asks of Saleor. Whoever drives it brings the way to ask: a page with a person's token, a worker with the app's. */
import {
  CustomerCountDocument,
  CustomerCountRangeDocument,
  CustomerIdsDocument,
  CustomerIdsRangeDocument,
  CustomerIdsUpdatedDocument,
} from "@graphql/generated/graphql";
import type { TypedDocumentNode } from "@urql/core";
import type { LanePlace } from "./place";
import { Trouble } from "./trouble";
import type { IdPage, WalkSource } from "./walk";

/** Rejects with `Trouble` only. */
export type Ask = <R, V extends Record<string, unknown>>(document: TypedDocumentNode<R, V>, variables: V) => Promise<R>;

/** Saleor's own limit (core 3.21 to 3.23). */
const PAGE = 100;
const BEGINNING = "1970-01-01T00:00:00Z";

export function sourceOf(ask: Ask, canFilterByJoining: boolean): WalkSource {
  return {
    canFilterByJoining,
    count: async (dateJoined) => (await ask(CustomerCountRangeDocument, { dateJoined })).customers?.totalCount ?? missing(),
    oldest: async () => {
      const first = await ask(CustomerIdsRangeDocument, { dateJoined: { gte: BEGINNING }, first: 1, after: null });
      const joined = first.customers?.edges[0]?.node.dateJoined;
      return joined ? Date.parse(joined) : null;
    },
    page: (lane) => readPage(ask, lane),
  };
}

export async function countAll(ask: Ask): Promise<number> {
  return (await ask(CustomerCountDocument, {})).customers?.totalCount ?? missing();
}

async function readPage(ask: Ask, lane: LanePlace): Promise<IdPage> {
  const paging = { first: PAGE, after: lane.after };
  const { customers } =
    lane.kind === "email"
      ? await ask(CustomerIdsDocument, paging)
      : lane.kind === "updated"
        ? await ask(CustomerIdsUpdatedDocument, { ...paging, since: lane.gte ?? "" })
        : await ask(CustomerIdsRangeDocument, { ...paging, dateJoined: { gte: lane.gte, ...(lane.lte ? { lte: lane.lte } : {}) } });
  if (!customers) return missing();
  const end = customers.pageInfo.hasNextPage ? (customers.pageInfo.endCursor ?? null) : null;
  return { ids: customers.edges.map(({ node }) => node.id), end };
}

/** Null without an error is "could not look", never "nobody". */
export function missing(): never {
  throw new Trouble("unreachable", "saleor");
}
