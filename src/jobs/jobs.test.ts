import { rmSync } from "node:fs";
import { PgBoss } from "pg-boss";
import { expect, it } from "vitest";
import { openDatabase } from "@/platform/db";
import { until } from "../../tests/flows/app";
import { freshDataDir } from "../../tests/template-db";
import { startJobs } from "./jobs";

it("a job that an older release left behind is said once, and those after it are done", async () => {
  const dataDir = freshDataDir("crm-jobs-");
  const database = await openDatabase({ dataDir });
  const drained: string[] = [];
  const said: Record<string, unknown>[] = [];
  const quiet = () => {};
  const jobs = await startJobs({
    database,
    log: { info: quiet, warn: quiet, error: (fields, message) => void said.push({ ...fields, message }) },
    drain: async (limitKey) => void drained.push(limitKey),
    dueLimitKeys: async () => [],
    tick: async () => {},
    daily: async () => {},
  });
  const older = new PgBoss(database.boss);
  await older.start();
  const send = (data: object | null, singletonKey: string) => older.send("drain", data, { singletonKey });
  const left = [await send({ account: "of an older release" }, "a"), await send(null, "b")];
  await send({ limitKey: "mailchimp:acc" }, "c");
  await jobs.startWorker();
  await until(() => drained.length > 0 && said.length >= 2);
  // Longer than a fetcher waits before it asks again.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(drained).toEqual(["mailchimp:acc"]);
  expect(said).toEqual(expect.arrayContaining(left.map((job) => ({ job, message: "job not understood, set aside" }))));
  expect(said).toHaveLength(2);
  await older.stop({ graceful: false });
  await jobs.stop();
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
});
