/**
 * pg-boss is known here only. A job is a hint that a limit key may have due rows, or that it is time for the daily
 * round: the ledger decides what is due, the lease decides who works. Job data hold ids only.
 */
import { PgBoss } from "pg-boss";
import type { Database } from "@/platform/db";
import type { ProviderLog } from "@/providers/contract";
import { alone } from "./alone";

const DRAIN = "drain";
const DAILY = "daily";
const DAILY_AT = "17 3 * * *";
/** The tick alone carries the guarantee; wakes only make it sooner. */
const TICK_MS = 2_000;
const WAKE_THROTTLE_MS = 100;
/** A wake that was served is of no use to anybody. */
const TIDY_SECONDS = 60;

export interface JobsDeps {
  database: Database;
  log: ProviderLog;
  /** Serves one limit key for a slice. Never throws. */
  drain(limitKey: string): Promise<void>;
  /** Limit keys that have due rows and nobody at work. */
  dueLimitKeys(): Promise<string[]>;
  /** Every two seconds, beside the look for limit keys: shops whose connections must be loaded and the like. */
  tick(): Promise<void>;
  daily(): Promise<void>;
}

export interface Jobs {
  /** Something is due for this key. Throttled: the first call at once, the last within 100 ms. */
  wake(limitKey: string): void;
  /** Starts fetching jobs and ticking in this process. */
  startWorker(): Promise<void>;
  /** Without a worker: the daily round, where its time has come and nobody has done it yet. */
  runDaily(): Promise<void>;
  stop(): Promise<void>;
}

export async function startJobs(deps: JobsDeps): Promise<Jobs> {
  // Left alone, pg-boss tidies once a day: by then a busy installation has a million wakes in its table (12.35, soak test).
  const boss = new PgBoss({ ...deps.database.boss, useListenNotify: true, maintenanceIntervalSeconds: TIDY_SECONDS });
  boss.on("error", (error) => deps.log.error({ error: error.name }, "queue trouble"));
  await boss.start();
  await boss.createQueue(DRAIN, {
    policy: "stately",
    retryLimit: 0,
    expireInSeconds: 120,
    heartbeatSeconds: 30,
    notify: true,
    deleteAfterSeconds: TIDY_SECONDS,
  });
  await boss.createQueue(DAILY, { policy: "stately", retryLimit: 2, retryDelay: 600, heartbeatSeconds: 60, deleteAfterSeconds: 86_400 });
  const send = (limitKey: string) => {
    boss
      .send(DRAIN, { limitKey }, { singletonKey: limitKey })
      .catch((error) => deps.log.warn({ error: describe(error) }, "wake lost, the tick follows"));
  };
  const wakes = throttlePerKey(send, WAKE_THROTTLE_MS);
  let ticker: NodeJS.Timeout | undefined;

  let isStopping = false;
  const failed = (error: unknown) => {
    // The end took the database away from a tick that was under way.
    if (!isStopping) deps.log.error({ error: describe(error) }, "tick failed");
  };
  const wakeDue = alone(async () => {
    for (const limitKey of await deps.dueLimitKeys()) send(limitKey);
  }, failed);
  const chores = alone(deps.tick, failed);

  /** What is due waits for no chore, and no chore piles up behind a database that is slow. */
  async function tick(): Promise<void> {
    await Promise.all([wakeDue(), chores()]);
  }

  return {
    wake: wakes.call,
    async startWorker() {
      // The handler only starts the drain: the lease, not the job, decides who works, so the fetcher is free at once.
      await boss.work<{ limitKey: string }>(DRAIN, { batchSize: 20, pollingIntervalSeconds: 2 }, async (jobs) => {
        for (const job of jobs) {
          if (typeof job.data?.limitKey === "string") void deps.drain(job.data.limitKey);
          else deps.log.error({ job: job.id }, "job not understood, set aside");
        }
      });
      await boss.work(DAILY, { pollingIntervalSeconds: 30 }, async () => deps.daily());
      await boss.schedule(DAILY, DAILY_AT);
      ticker = setInterval(() => void tick(), TICK_MS);
      ticker.unref();
      void tick();
    },
    async runDaily() {
      await boss.schedule(DAILY, DAILY_AT);
      for (const job of await boss.fetch(DAILY)) {
        await deps.daily();
        await boss.complete(DAILY, job.id);
      }
    },
    async stop() {
      isStopping = true;
      clearInterval(ticker);
      wakes.stop();
      await boss.stop({ graceful: true, timeout: 5_000 });
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Leading and trailing edge: a burst of calls becomes one now and one when it is over. */
export function throttlePerKey(action: (key: string) => void, everyMs: number): { call(key: string): void; stop(): void } {
  const quiet = new Map<string, { timer: NodeJS.Timeout; again: boolean }>();
  const open = (key: string) => {
    action(key);
    const timer = setTimeout(() => {
      const entry = quiet.get(key);
      quiet.delete(key);
      if (entry?.again) open(key);
    }, everyMs);
    timer.unref();
    quiet.set(key, { timer, again: false });
  };
  return {
    call(key) {
      const entry = quiet.get(key);
      if (entry) entry.again = true;
      else open(key);
    },
    stop() {
      for (const entry of quiet.values()) clearTimeout(entry.timer);
      quiet.clear();
    },
  };
}
