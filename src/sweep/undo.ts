/** Takes back what a run created: the first contacts at once, the rest by the worker's looks. Marks only; the drain does it. */
import { findUndo, finishUndos, markUndo, type NewUndo, type RunUndo, startUndo } from "@/ledger/undo";
import type { Db } from "@/platform/db";

export interface UndoDeps {
  db: Db;
  wake(limitKey: string): void;
}

/** `null` = a run or an undo of it is under way. */
export async function beginUndo(deps: UndoDeps, input: NewUndo): Promise<RunUndo | null> {
  if (!(await startUndo(deps.db, input))) return null;
  await markSome(deps);
  return findUndo(deps.db, input.runId);
}

export function createUndos(deps: UndoDeps) {
  const stopping = new AbortController();
  let underWay: Promise<void> | null = null;
  return {
    async tick(): Promise<void> {
      await finishUndos(deps.db);
      underWay ??= markAll(deps, stopping.signal).finally(() => {
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

/** Whoever finds it broken off goes on from its place. */
async function markAll(deps: UndoDeps, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted && (await markSome(deps).catch(() => false)));
}

async function markSome({ db, wake }: UndoDeps): Promise<boolean> {
  const limitKeys = await markUndo(db);
  for (const limitKey of limitKeys) wake(limitKey);
  return limitKeys.length > 0;
}
