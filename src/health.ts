/** What `/api/health` and `/api/metrics` say, in the web and in a worker alike. Nothing in it is secret. */
import { isBearer } from "@/platform/bearer";
import { isDatabaseReady } from "@/platform/db";
import { env } from "@/platform/env";
import { log } from "@/platform/log";
import { metrics } from "@/platform/metrics";
import { rooms } from "@/wiring";

export interface Answer {
  status: number;
  contentType: string;
  body: string;
}

export interface Health {
  live: true;
  ready: boolean;
  database: boolean;
  oldestDueSeconds: number | null;
  failingConnections: number | null;
}

/** Whoever asks wants to know now: a database that takes longer is not ready. */
const PATIENCE_MS = 3_000;

export async function answerHealth(): Promise<Answer> {
  const health = await within(PATIENCE_MS, look()).catch((error: unknown) => {
    log().warn({ err: error }, "health could not be looked at");
    return unready;
  });
  return { status: health.ready ? 200 : 503, contentType: "application/json", body: JSON.stringify(health) };
}

const unready: Health = { live: true, ready: false, database: false, oldestDueSeconds: null, failingConnections: null };

async function look(): Promise<Health> {
  const { db, watchQueue } = await rooms();
  if (!(await isDatabaseReady(db))) return unready;
  const { oldestDueSeconds, connectionsByHealth } = await watchQueue();
  const failingConnections = Object.entries(connectionsByHealth).reduce((sum, [word, count]) => (word === "ok" ? sum : sum + count), 0);
  return { live: true, ready: true, database: true, oldestDueSeconds, failingConnections };
}

/** Whoever does not know the token learns not even that there is something to know. */
export async function answerMetrics(authorization: string | undefined): Promise<Answer> {
  const token = env().METRICS_TOKEN;
  if (!token || !isBearer(authorization, token)) return { status: 404, contentType: "text/plain", body: "Not found" };
  const { watchQueue } = await rooms();
  const { contentType, body } = await metrics().text(await watchQueue());
  return { status: 200, contentType, body };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("took too long")), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
