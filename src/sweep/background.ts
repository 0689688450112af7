/**
 * Full syncs that a worker drives: asked for, or left by their page. Same run, same walk, same cursor; only the driver
 * differs. Marks only; what is marked and not delivered yet is kept small, whatever the shop's size.
 */
import { markForRun } from "@/ledger/marks";
import {
  type ClaimedRun,
  claimRuns,
  findRun,
  finishIfDone,
  keepRun,
  markWalkDone,
  moveRun,
  noteTotal,
  postponeRun,
  runsToFinish,
  saveCursor,
} from "@/ledger/runs";
import type { Shop } from "@/model/shop";
import type { Db } from "@/platform/db";
import type { ProviderLog } from "@/providers/contract";
import type { SaleorClient } from "@/saleor/client";
import { readPlace } from "@/walk/place";
import { Trouble } from "@/walk/trouble";
import { type WalkEnd, walk } from "@/walk/walk";
import { saleorSource } from "./saleor-source";

export interface BackgroundDeps {
  db: Db;
  clientOf(shop: Shop): Promise<SaleorClient | null>;
  wake(limitKey: string): void;
  log: ProviderLog;
}

const AT_ONCE = 4;
const HEARTBEAT_MS = 10_000;
/** More than this marked and undelivered gains nothing: the provider is the slower side. */
const MOST_DUE = 3_000;
const LIMITS = { chunkSize: 500, postsInFlight: 2, readsInFlight: 4, rangeSize: 2_500, mostRanges: 8 };
const TRY_AGAIN_SECONDS = 60;

export function createBackground(deps: BackgroundDeps) {
  const stopping = new AbortController();
  const driving = new Map<string, Promise<void>>();
  return {
    async tick(): Promise<void> {
      if (stopping.signal.aborted) return;
      for (const run of await claimRuns(deps.db, AT_ONCE - driving.size)) {
        const work = drive(deps, run, stopping.signal).finally(() => driving.delete(run.id));
        driving.set(run.id, work);
      }
      for (const runId of await runsToFinish(deps.db)) await finishIfDone(deps.db, runId);
    },
    busy: () => driving.size > 0,
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(driving.values());
    },
  };
}

async function drive(deps: BackgroundDeps, run: ClaimedRun, stopping: AbortSignal): Promise<void> {
  const halted = new AbortController();
  const heartbeat = setInterval(async () => {
    if (!(await keepRun(deps.db, run.id).catch(() => true))) halted.abort();
  }, HEARTBEAT_MS);
  try {
    const client = await deps.clientOf(run.shop);
    if (!client) return await postponeRun(deps.db, run.id, TRY_AGAIN_SECONDS, "saleor_denied");
    const signal = AbortSignal.any([stopping, halted.signal]);
    const end = await walkAll(deps, { run, client, signal });
    await conclude(deps, run, end);
  } catch (error) {
    deps.log.error({ run: run.id, error: error instanceof Error ? error.name : "unknown" }, "background full sync failed, tried again");
    await postponeRun(deps.db, run.id, TRY_AGAIN_SECONDS, "internal_error").catch(() => {});
  } finally {
    clearInterval(heartbeat);
  }
}

async function walkAll(
  deps: BackgroundDeps,
  { run, client, signal }: { run: ClaimedRun; client: SaleorClient; signal: AbortSignal },
): Promise<WalkEnd> {
  const opened = await saleorSource(client);
  if (opened instanceof Trouble) return { kind: "stopped", trouble: opened };
  const { source, total } = opened;
  await noteTotal(deps.db, run.id, total);
  return walk({
    source,
    post: (ids, place, again) => post(deps, run, { ids, place, again, signal }),
    total: run.total ?? total,
    startedAt: run.startedAt.toISOString(),
    saved: readPlace(run.cursor),
    limits: LIMITS,
    clock: { now: Date.now, sleep },
    signal,
    onProgress: () => {},
  });
}

/** @returns false when the run is not ours to go on with. */
async function post(
  deps: BackgroundDeps,
  run: ClaimedRun,
  chunk: { ids: string[]; place: unknown; again: boolean; signal: AbortSignal },
): Promise<boolean> {
  if (!(await hasRoom(deps, run, chunk.signal))) return false;
  const marked = await markForRun(deps.db, { runId: run.id, connectionId: run.connectionId, ids: chunk.ids, again: chunk.again });
  await saveCursor(deps.db, run.id, chunk.place);
  if (marked.length > 0) deps.wake(run.limitKey);
  return true;
}

/** Waits until enough of what was marked is delivered. */
async function hasRoom(deps: BackgroundDeps, run: ClaimedRun, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const now = await findRun(deps.db, run.shop.id, run.id);
    if (signal.aborted || now?.state !== "running" || now.driver !== "worker") return false;
    const done = now.created + now.updated + now.unchanged + now.skipped + now.refused + now.gaveUp;
    if (now.marked - done < MOST_DUE) return true;
    await sleep(200, signal);
  }
}

async function conclude(deps: BackgroundDeps, run: ClaimedRun, end: WalkEnd): Promise<void> {
  if (end.kind === "paused") return postponeRun(deps.db, run.id, 0, "");
  if (end.kind === "stopped") {
    const problem = `${end.trouble.who}_${end.trouble.kind}`;
    deps.log.warn({ run: run.id, reason: problem }, "background full sync waits");
    if (end.trouble.kind === "denied") await moveRun(deps.db, run.id, ["running"], "stopped", problem);
    else await postponeRun(deps.db, run.id, TRY_AGAIN_SECONDS, problem);
    return;
  }
  await markWalkDone(deps.db, run.id, end.place);
  await finishIfDone(deps.db, run.id);
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
