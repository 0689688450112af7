/** `npm run worker`: the same rooms without the web, for installations with a PostgreSQL server. docs/adr/0014 says how it runs. */
import { createServer } from "node:http";
import nextEnv from "@next/env";
import { answerHealth, answerMetrics } from "@/health";
import { start } from "@/instrumentation-node";
import { EnvironmentRefused, env } from "@/platform/env";
import { log } from "@/platform/log";

const NEEDS_SERVER = "npm run worker needs DATABASE_URL: the embedded database belongs to the web process, which delivers itself.";

async function main(): Promise<void> {
  // The same `.env` files that `next start` reads.
  nextEnv.loadEnvConfig(process.cwd(), false, { info: () => {}, error: () => {} });
  const { DATABASE_URL, WORKER_PORT } = env();
  if (!DATABASE_URL) throw new EnvironmentRefused([NEEDS_SERVER]);
  await start({ worker: true });
  if (WORKER_PORT !== undefined) watchedOver(WORKER_PORT);
}

/** A worker has no web; whoever watches over it still wants to ask how it is. */
function watchedOver(port: number): void {
  const server = createServer(async (req, res) => {
    const { pathname } = new URL(req.url ?? "/", "http://worker");
    const answer = pathname === "/api/health" ? await answerHealth() : await metricsAt(pathname, req.headers.authorization);
    res.writeHead(answer.status, { "content-type": answer.contentType, "cache-control": "no-store" }).end(answer.body);
  });
  server.on("error", (error) => log().error({ err: error }, "WORKER_PORT cannot be listened on"));
  server.listen(port, () => {
    const address = server.address();
    log().info({ port: typeof address === "object" ? address?.port : port }, "answers health and metrics");
  });
}

async function metricsAt(pathname: string, authorization: string | undefined) {
  const notFound = { status: 404, contentType: "text/plain", body: "Not found" };
  if (pathname !== "/api/metrics") return notFound;
  return answerMetrics(authorization).catch(() => ({ ...notFound, status: 503, body: "The database does not answer" }));
}

main().catch((error: unknown) => {
  if (error instanceof EnvironmentRefused) process.stderr.write(`${error.message}\n`);
  else log().fatal({ err: error }, "the worker could not start");
  process.exit(1);
});
