/**
 * First orders of those who were not sent because they had none: an order moves no `updatedAt` and no event names its
 * customer, so once a day everybody who has ordered is walked, for shops where somebody waits for that. Marks only.
 */
import { CustomerIdsWithOrdersDocument } from "@graphql/generated/graphql";
import { claimFirstOrders, endFirstOrders, keepFirstOrders, markBuyers } from "@/ledger/first-orders";
import type { Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { ProviderLog } from "@/providers/contract";
import type { SaleorClient } from "@/saleor/client";
import { CUSTOMERS_PER_READ } from "@/saleor/limits";

export interface FirstOrdersDeps {
  db: Db;
  clientOf(shop: Shop): Promise<SaleorClient | null>;
  wake(limitKey: string): void;
  log: ProviderLog;
  everyHours: number;
}

const RETRY_SECONDS = 600;

export function createFirstOrders(deps: FirstOrdersDeps) {
  let underWay: Promise<void> | null = null;
  const stopping = new AbortController();
  return {
    /** Starts what is due. Returns at once; a walk under way goes on by itself. */
    async tick(): Promise<void> {
      if (underWay || stopping.signal.aborted) return;
      const shop = await claimFirstOrders(deps.db);
      if (!shop) return;
      underWay = lookFor(deps, shop, stopping.signal).finally(() => {
        underWay = null;
      });
    },
    busy: () => underWay !== null,
    async stop(): Promise<void> {
      stopping.abort();
      await underWay;
    },
  };
}

async function lookFor(deps: FirstOrdersDeps, shop: Shop, stopping: AbortSignal): Promise<void> {
  const fields = { shop: shop.saleorApiUrl };
  try {
    const seen = await walk(deps, shop, stopping);
    const seconds = deps.everyHours * 3_600 * (0.9 + Math.random() * 0.2);
    await endFirstOrders(deps.db, shop.id, seen === null ? Math.min(RETRY_SECONDS, seconds) : seconds);
    if (seen === null) deps.log.warn(fields, "the look for first orders broke off, tried again later");
    else deps.log.info({ ...fields, count: seen }, "looked for first orders");
  } catch (error) {
    deps.log.error({ ...fields, error: error instanceof Error ? error.name : "unknown" }, "the look for first orders failed");
  }
}

/** @returns how many have ordered; null where the walk broke off. What it marked until then stays marked. */
async function walk(deps: FirstOrdersDeps, shop: Shop, stopping: AbortSignal): Promise<number | null> {
  const client = await deps.clientOf(shop);
  if (!client) return null;
  let after: string | null = null;
  let seen = 0;
  for (;;) {
    const page: Page | null = await readPage(client, after);
    if (!page || stopping.aborted) return null;
    if (page.ids.length > 0) for (const limitKey of await markBuyers(deps.db, shop.id, page.ids)) deps.wake(limitKey);
    seen += page.ids.length;
    if (!page.end) return seen;
    after = page.end;
    await keepFirstOrders(deps.db, shop.id);
  }
}

interface Page {
  ids: string[];
  end: string | null;
}

async function readPage(client: SaleorClient, after: string | null): Promise<Page | null> {
  const answer = await client.request(CustomerIdsWithOrdersDocument, { first: CUSTOMERS_PER_READ, after });
  if (answer.kind !== "ok" || answer.errors.length > 0 || !answer.data.customers) return null;
  const { edges, pageInfo } = answer.data.customers;
  return { ids: edges.map(({ node }) => node.id), end: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null };
}
