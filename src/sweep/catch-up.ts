/**
 * What no event told us: customers whose `updatedAt` is past the watermark are marked for every live connection of the
 * shop. `updatedAt` also moves at logins; the drain's fingerprint keeps those from the provider. Marks only.
 */
import { CustomerIdsUpdatedDocument } from "@graphql/generated/graphql";
import { type ClaimedShop, claimShops, endCatchUp, keepClaim, markChanged, type SeenCustomer } from "@/ledger/catch-up";
import type { Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { ProviderLog } from "@/providers/contract";
import type { SaleorClient } from "@/saleor/client";
import { CUSTOMERS_PER_READ } from "@/saleor/limits";

export interface CatchUpDeps {
  db: Db;
  clientOf(shop: Shop): Promise<SaleorClient | null>;
  wake(limitKey: string): void;
  log: ProviderLog;
  everyMinutes: number;
  /** The shop answered as if it did not know the app. */
  denied?(shop: Shop): Promise<void>;
  /** For whoever counts. */
  ended?(walked: { kind: "complete" | "broken"; seen: number }, seconds: number): void;
}

/** Overlap of two walks: Saleor's replicas and clocks may be that far apart. */
const OVERLAP_MS = 10 * 60_000;
const BEGINNING = "1970-01-01T00:00:00Z";
/** Walks at once in this process, so that a fleet of shops does not wake together. */
const AT_ONCE = 4;
const RETRY_SECONDS = 60;

export function createCatchUp(deps: CatchUpDeps) {
  const walking = new Set<string>();
  const stopping = new AbortController();

  return {
    /** Starts what is due. Returns at once; a walk under way goes on by itself. */
    async tick(): Promise<void> {
      if (stopping.signal.aborted) return;
      for (const shop of await claimShops(deps.db, AT_ONCE - walking.size)) {
        walking.add(shop.id);
        void catchUp(deps, shop, stopping.signal).finally(() => walking.delete(shop.id));
      }
    },
    busy: () => walking.size > 0,
    /** Walks end after the page they are at; another process, or the next start, goes on. */
    async stop(): Promise<void> {
      stopping.abort();
      while (walking.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

async function catchUp(deps: CatchUpDeps, shop: ClaimedShop, stopping: AbortSignal): Promise<void> {
  const started = performance.now();
  try {
    const walked = await walk(deps, shop, stopping);
    const nextInSeconds = walked.kind === "complete" ? jittered(deps.everyMinutes * 60) : RETRY_SECONDS;
    await endCatchUp(deps.db, shop.id, {
      since: shop.watermark,
      watermark: walked.kind === "complete" ? walked.watermark : null,
      nextInSeconds,
    });
    if (walked.kind === "broken" && walked.reason === "denied") await deps.denied?.(shop);
    deps.ended?.(walked, (performance.now() - started) / 1000);
    const fields = { shop: shop.saleorApiUrl, count: walked.seen, ms: Math.round(performance.now() - started) };
    if (walked.kind === "complete") deps.log.info(fields, "caught up");
    else deps.log.warn({ ...fields, reason: walked.reason }, "catch-up broke off, tried again in a minute");
  } catch (error) {
    deps.log.error({ shop: shop.saleorApiUrl, error: error instanceof Error ? error.name : "unknown" }, "catch-up failed");
  }
}

type Walked = { kind: "complete"; watermark: string; seen: number } | { kind: "broken"; reason: string; seen: number };

async function walk(deps: CatchUpDeps, shop: ClaimedShop, stopping: AbortSignal): Promise<Walked> {
  const client = await deps.clientOf(shop);
  if (!client) return { kind: "broken", reason: "shop_not_installed", seen: 0 };
  const since = shop.watermark ?? BEGINNING;
  let after: string | null = null;
  let newest = since;
  let seen = 0;
  for (;;) {
    const page: Page = await readPage(client, since, after);
    if (stopping.aborted) return { kind: "broken", reason: "stopping", seen };
    if (page.kind === "unreadable") return { kind: "broken", reason: page.reason, seen };
    for (const limitKey of await markChanged(deps.db, shop.id, page.customers, shop.watermark === null)) deps.wake(limitKey);
    seen += page.customers.length;
    newest = page.customers.at(-1)?.updatedAt ?? newest;
    if (!page.end) return { kind: "complete", watermark: earlier(newest), seen };
    after = page.end;
    await keepClaim(deps.db, shop.id);
  }
}

type Page = { kind: "page"; customers: SeenCustomer[]; end: string | null } | { kind: "unreadable"; reason: string };

async function readPage(client: SaleorClient, since: string, after: string | null): Promise<Page> {
  const answer = await client.request(CustomerIdsUpdatedDocument, { since, first: CUSTOMERS_PER_READ, after });
  if (answer.kind !== "ok") return { kind: "unreadable", reason: answer.kind };
  const { customers } = answer.data;
  if (!customers || answer.errors.length > 0) return { kind: "unreadable", reason: "partial_answer" };
  const end = customers.pageInfo.hasNextPage ? (customers.pageInfo.endCursor ?? null) : null;
  return { kind: "page", customers: customers.edges.map(({ node }) => ({ id: node.id, updatedAt: node.updatedAt })), end };
}

function earlier(newest: string): string {
  return newest === BEGINNING ? new Date(Date.now() - OVERLAP_MS).toISOString() : new Date(Date.parse(newest) - OVERLAP_MS).toISOString();
}

/** A fifth either way, so that shops installed in the same minute do not stay together for ever. */
function jittered(seconds: number): number {
  return seconds * (0.8 + Math.random() * 0.4);
}
