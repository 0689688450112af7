/** What the flows show on the embedded database holds on PostgreSQL: the same files, run again on a cluster of our own. */
import { afterAll, beforeAll, describe } from "vitest";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";

let cluster: Cluster | undefined;

describe.skipIf(!isPostgresInstalled)(onPostgres, () => {
  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
  });
  afterAll(async () => {
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });

  describe("live", async () => void (await import("./live.test")));
  describe("catch-up", async () => void (await import("./catch-up.test")));
});
