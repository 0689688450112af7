/**
 * The rare, complete look: who is missing from Saleor without an event having said so, who is missing here, and what
 * drifted at the provider. Missing is not deleted: only three reads over a day make it so, and never many at once.
 */
import { CustomerIdsDocument, CustomerIdsRangeDocument } from "@graphql/generated/graphql";
import {
  type Absences,
  type ComparedShop,
  claimComparison,
  endComparison,
  keepComparison,
  noteAbsent,
  noteListed,
  treatAsGone,
} from "@/ledger/compare";
import { releaseBrakes, setBrake } from "@/ledger/erase-waits";
import { isTooManyAtOnce } from "@/model/brake";
import type { ConnectionId, Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { ProviderLog } from "@/providers/contract";
import type { SaleorClient } from "@/saleor/client";
import { coreVersionOf } from "@/saleor/core-version";
import { CUSTOMERS_PER_READ } from "@/saleor/limits";
import type { CoreVersion } from "@/saleor/webhook-definitions";

export interface CompareDeps {
  db: Db;
  clientOf(shop: Shop): Promise<SaleorClient | null>;
  wake(limitKey: string): void;
  /** So many vanished at once that a person must look first. */
  brake(connectionId: ConnectionId, absences: { absent: number; known: number }): Promise<void>;
  log: ProviderLog;
  everyHours: number;
}

const RETRY_SECONDS = 3_600;
/** Cores that tell nobody about deletions, and shops with somebody missing, are looked at more often. */
const SOON_HOURS = 12;
const DAILY_HOURS = 24;
const EPOCH = "1970-01-01T00:00:00Z";

export function createComparison(deps: CompareDeps) {
  let underWay: Promise<void> | null = null;
  const stopping = new AbortController();
  return {
    async tick(): Promise<void> {
      if (underWay || stopping.signal.aborted) return;
      const shop = await claimComparison(deps.db);
      if (!shop) return;
      underWay = compare(deps, shop, stopping.signal).finally(() => {
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

async function compare(deps: CompareDeps, shop: ComparedShop, stopping: AbortSignal): Promise<void> {
  try {
    const client = await deps.clientOf(shop);
    const core = client ? await coreVersionOf(client) : null;
    if (!client || !core) return await endComparison(deps.db, shop.id, RETRY_SECONDS);
    const walked = await walk(deps, { shop, client, core, stopping });
    if (walked === null) return await endComparison(deps.db, shop.id, RETRY_SECONDS);
    const absences = await noteAbsent(deps.db, shop.id, shop.startedAt);
    await releaseBrakes(
      deps.db,
      shop.id,
      absences.map(({ connectionId }) => connectionId),
    );
    for (const found of absences) await judge(deps, found);
    const hours = absences.length > 0 ? SOON_HOURS : tellsDeletions(core) ? deps.everyHours : Math.min(DAILY_HOURS, deps.everyHours);
    await endComparison(deps.db, shop.id, hours * 3600 * (0.9 + Math.random() * 0.2));
    deps.log.info({ shop: shop.saleorApiUrl, count: walked, absent: absences.reduce((sum, found) => sum + found.absent, 0) }, "compared");
  } catch (error) {
    deps.log.error({ shop: shop.saleorApiUrl, error: error instanceof Error ? error.name : "unknown" }, "comparison failed");
  }
}

async function judge(deps: CompareDeps, found: Absences): Promise<void> {
  const isBraked = isTooManyAtOnce(found.absent, found.known);
  await setBrake(deps.db, found.connectionId, isBraked);
  if (isBraked) {
    deps.log.error(
      { connection: found.connectionId, absent: found.absent, known: found.known },
      "many customers vanished at once: nothing is removed",
    );
    return deps.brake(found.connectionId, found);
  }
  if ((await treatAsGone(deps.db, found.connectionId)) > 0) deps.wake(found.limitKey);
}

interface Walk {
  shop: ComparedShop;
  client: SaleorClient;
  core: CoreVersion;
  stopping: AbortSignal;
}

/** @returns how many customers there are; null where the walk broke off, which says nothing about anybody. */
async function walk(deps: CompareDeps, { shop, client, core, stopping }: Walk): Promise<number | null> {
  let after: string | null = null;
  let count = 0;
  for (;;) {
    const page: Page | null = await readPage(client, core, after);
    if (!page || stopping.aborted) return null;
    if (page.ids.length > 0) for (const limitKey of await noteListed(deps.db, shop.id, page.ids)) deps.wake(limitKey);
    count += page.ids.length;
    if (!page.end) return count;
    after = page.end;
    await keepComparison(deps.db, shop.id);
  }
}

interface Page {
  ids: string[];
  end: string | null;
}

async function readPage(client: SaleorClient, core: CoreVersion, after: string | null): Promise<Page | null> {
  const paging = { first: CUSTOMERS_PER_READ, after };
  const answer = canFilterByJoining(core)
    ? await client.request(CustomerIdsRangeDocument, { dateJoined: { gte: EPOCH }, ...paging })
    : await client.request(CustomerIdsDocument, paging);
  if (answer.kind !== "ok" || answer.errors.length > 0 || !answer.data.customers) return null;
  const { edges, pageInfo } = answer.data.customers;
  return { ids: edges.map(({ node }) => node.id), end: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null };
}

/** Core 3.22 and newer: an order that never changes under the walk. */
function canFilterByJoining([major, minor]: CoreVersion): boolean {
  return major > 3 || minor >= 22;
}

function tellsDeletions([major, minor, patch]: CoreVersion): boolean {
  return major > 3 || minor > 23 || (minor === 23 && patch >= 5);
}
