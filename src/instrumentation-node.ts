/** Starts what this process does, and ends it cleanly: Next itself would exit before a handler of ours is done. */
import { rooms, stopRooms } from "@/wiring";

export async function start(input: { worker?: boolean } = {}): Promise<void> {
  const { env, log, startWorker } = await rooms();
  const worker = input.worker ?? env.RUN_WORKER;
  if (worker) await startWorker();
  log.info({ worker, database: env.DATABASE_URL ? "postgres" : "embedded", sandbox: env.CRM_SANDBOX }, "started");
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop(signal));
}

async function stop(signal: string): Promise<void> {
  const { log } = await rooms();
  log.info({ signal }, "stopping");
  await stopRooms().catch(() => log.error("stopped uncleanly, nothing accepted is lost"));
  process.exit(0);
}
