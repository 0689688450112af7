/** `npm run worker`: the same rooms without the web, for installations with a PostgreSQL server. docs/adr/0014 says how it runs. */
import nextEnv from "@next/env";
import { start } from "@/instrumentation-node";
import { EnvironmentRefused, env } from "@/platform/env";
import { log } from "@/platform/log";

async function main(): Promise<void> {
  // The same `.env` files that `next start` reads.
  nextEnv.loadEnvConfig(process.cwd(), false, { info: () => {}, error: () => {} });
  if (!env().DATABASE_URL)
    throw new EnvironmentRefused([
      "npm run worker needs DATABASE_URL: the embedded database belongs to the web process, which delivers itself.",
    ]);
  await start({ worker: true });
}

main().catch((error: unknown) => {
  if (error instanceof EnvironmentRefused) process.stderr.write(`${error.message}\n`);
  else log().fatal({ err: error }, "the worker could not start");
  process.exit(1);
});
