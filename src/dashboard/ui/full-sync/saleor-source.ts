/** Reads customer ids from Saleor in the browser, as the signed-in person. Every answer is a value or `Trouble`. */

import {
  CustomerCountDocument,
  CustomerCountRangeDocument,
  CustomerIdsDocument,
  CustomerIdsRangeDocument,
  CustomerIdsUpdatedDocument,
} from "@graphql/generated/graphql";
import { Client, type CombinedError, fetchExchange, type TypedDocumentNode } from "urql";
import type { LanePlace } from "@/walk/place";
import { Trouble } from "@/walk/trouble";
import type { IdPage, WalkSource } from "@/walk/walk";

/** Saleor's own limit. */
const PAGE = 100;
const TIMEOUT_MS = 30_000;
/** saleor core 3.23.28 answers 200 and says so in the error (read 2026-08). */
const SESSION_CODES = ["ExpiredSignatureError", "InvalidTokenError", "InvalidSignatureError", "DecodeError"];

export interface SaleorAccess {
  saleorApiUrl: string;
  coreVersion: string | null;
  /** Read for every request, so a refreshed token counts at once. */
  token(): string | undefined;
}

type Ask = <Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) => Promise<Data>;

export function saleorSource(access: SaleorAccess): WalkSource {
  const ask = asker(access);
  return {
    canFilterByJoining: isAtLeast322(access.coreVersion),
    count: async (dateJoined) => (await ask(CustomerCountRangeDocument, { dateJoined })).customers?.totalCount ?? missing(),
    oldest: async () => {
      const first = await ask(CustomerIdsRangeDocument, { dateJoined: { gte: "1970-01-01T00:00:00Z" }, first: 1, after: null });
      const joined = first.customers?.edges[0]?.node.dateJoined;
      return joined ? Date.parse(joined) : null;
    },
    page: (lane) => readPage(ask, lane),
  };
}

/** How many customers there are; also the proof that this browser and this person may ask. */
export async function countCustomers(access: SaleorAccess): Promise<number> {
  return (await asker(access)(CustomerCountDocument, {})).customers?.totalCount ?? missing();
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
  return { ids: customers.edges.map(({ node }) => node.id), end: customers.pageInfo.hasNextPage ? customers.pageInfo.endCursor : null };
}

function asker(access: SaleorAccess): Ask {
  let retryAfter: number | undefined;
  const client = new Client({
    url: access.saleorApiUrl,
    exchanges: [fetchExchange],
    requestPolicy: "network-only",
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { "authorization-bearer": access.token() ?? "" } }),
    fetch: async (input, init) => {
      const answer = await fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
      retryAfter = Number(answer.headers.get("retry-after")) || undefined;
      return answer;
    },
  });
  return async (document, variables) => {
    const { data, error } = await client.query(document, variables).toPromise();
    if (error) throw troubleOf(error, retryAfter);
    return data ?? missing();
  };
}

function troubleOf(error: CombinedError, retryAfter: number | undefined): Trouble {
  const status = (error.response as Response | undefined)?.status;
  if (status === 429) return new Trouble("slow", "saleor", retryAfter);
  const codes = error.graphQLErrors.map((one) => (one.extensions as { exception?: { code?: string } })?.exception?.code ?? "");
  if (codes.includes("PermissionDenied")) return new Trouble("denied", "saleor");
  if (codes.some((code) => SESSION_CODES.includes(code))) return new Trouble("session", "saleor");
  return new Trouble("unreachable", "saleor");
}

/** Null without an error is "could not look", never "nobody". */
function missing(): never {
  throw new Trouble("unreachable", "saleor");
}

export function isAtLeast322(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major > 3 || (major === 3 && minor >= 22);
}
