/** Starts the worker inside `next start`, and ends both cleanly: Next itself would exit before a handler of ours is done. */
import { closeRooms, rooms } from "@/wiring";

export async function start(): Promise<void> {
  const { env, log, startWorker } = await rooms();
  if (env.RUN_WORKER) await startWorker();
  log.info({ worker: env.RUN_WORKER, database: env.DATABASE_URL ? "postgres" : "embedded", sandbox: env.CRM_SANDBOX }, "started");
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(signal));
}

async function stop(signal: string): Promise<void> {
  const { log } = await rooms();
  log.info({ signal }, "stopping");
  await closeRooms().catch(() => log.error("stopped uncleanly, nothing accepted is lost"));
  process.exit(0);
}
