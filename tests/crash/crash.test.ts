/**
 * The app is killed at random moments, in the middle of changes and of a full sync: what it acknowledged is never lost.
 * 2 rounds for each database here; CRASH_ROUNDS sets another number (`npm run test:crash`: 20) and CRASH_SEED other moments.
 */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../flows/app";
import { type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import { findDifferences } from "./differences";
import { seeded, startLoad } from "./load";
import { openTown, type Town, type Victims } from "./town";

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const SEED = Number(process.env.CRASH_SEED ?? 20_261_122);
const rounds = Array.from({ length: ROUNDS }, (_, round) => SEED + round);
const KILLS = 2;
const OLD_CUSTOMERS = 80;
const CALM_WITHIN_MS = 150_000;
const VICTIMS: readonly Victims[] = ["web", "worker", "both"];

async function crashes(town: Town, seed: number): Promise<void> {
  const random = seeded(seed);
  const page = await town.page();
  await page.runs.start.mutate({ connectionId: town.connectionId, total: OLD_CUSTOMERS, driver: "worker" });
  const load = startLoad(town.saleor, random);
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(200 + random() * 2_500);
    await town.killAndRestart(VICTIMS[(seed * KILLS + kill) % VICTIMS.length]);
  }
  await pause(random() * 1_000);
  await load.stop();
  await town.saleor.settled();
}

/** The differences that remain once nothing changes any more. */
async function remaining(town: Town): Promise<string[]> {
  const ends = Date.now() + CALM_WITHIN_MS;
  while (findDifferences(town).length > 0 && Date.now() < ends) await pause(250);
  await pause(1_500);
  return findDifferences(town);
}

async function round(seed: number, databaseUrl?: string): Promise<void> {
  const town = await openTown({ databaseUrl, apart: databaseUrl !== undefined, customers: OLD_CUSTOMERS, latencyMs: 30 });
  try {
    await crashes(town, seed);
    expect(await remaining(town), town.app.output().slice(-3_000)).toEqual([]);
    expect(town.mailchimp.statusWrites()).toEqual([]);
    await until(
      async () => (await (await town.page()).connections.get.query({ id: town.connectionId })).run?.state === "finished",
      120_000,
    );
  } finally {
    await town.close();
  }
}

describe("killed at random moments, on the embedded database", () => {
  it.each(rounds)("loses nothing that it acknowledged (seed %i)", { timeout: 400_000 }, (seed) => round(seed));
});

describe.skipIf(!isPostgresInstalled)(`several processes, ${onPostgres}`, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startPostgres();
  });
  afterAll(() => cluster?.stop());

  it.each(rounds)(
    "web, worker or both killed at random moments lose nothing that was acknowledged (seed %i)",
    { timeout: 400_000 },
    async (seed) => round(seed, await cluster.database()),
  );

  it("killed in the middle of a save, it has the settings of before or after, and takes the next save", { timeout: 200_000 }, async () => {
    const databaseUrl = await cluster.database();
    const town = await openTown({ databaseUrl, customers: 0, latencyMs: 0 });
    try {
      for (const isWritten of [false, true]) await killWhileSaving(town, { isWritten, databaseUrl });
    } finally {
      await town.close();
    }
  });

  it("a frozen process that wakes up after its lease was taken over sends nothing", { timeout: 200_000 }, async () => {
    const town = await openTown({ databaseUrl: await cluster.database(), customers: 0, latencyMs: 250 });
    try {
      await freezeAndWake(town);
    } finally {
      await town.close();
    }
  });
});

const PEOPLE = 40;

async function freezeAndWake(town: Town): Promise<void> {
  const { saleor, mailchimp } = town;
  for (let n = 0; n < PEOPLE; n++) await saleor.customers.create({ email: `p${n}@shop-one.dev`, firstName: "First" });
  await saleor.settled();
  await until(() => mailchimp.audience().size >= 5);
  town.app.signal("SIGSTOP");
  const { origin } = await town.another();
  for (const { id } of saleor.customers.all()) await renameTelling(town, { id, origin });
  await until(() => findDifferences(town).length === 0, 60_000);
  await pause(1_000);
  const before = mailchimp.requests.length;
  town.app.signal("SIGCONT");
  await pause(5_000);
  expect(mailchimp.requests.slice(before).filter(({ method }) => method !== "GET")).toEqual([]);
  await saleor.customers.create({ email: "afterwards@shop-one.dev", firstName: "Last" });
  await until(() => findDifferences(town).length === 0, 30_000);
}

/** Saleor's webhooks go to the frozen process: this one goes to the other. */
async function renameTelling({ saleor }: Town, { id, origin }: { id: string; origin: string }): Promise<void> {
  await saleor.customers.update(id, { firstName: "Second" }, { silent: true });
  const appId = saleor.installedApps()[0]!.id;
  const { url, headers, body } = await saleor.draftWebhook({ appId, event: "CUSTOMER_UPDATED", customerId: id });
  const answer = await fetch(new URL(new URL(url).pathname, origin), { method: "POST", headers, body });
  expect(answer.status).toBe(200);
}

interface Save {
  /** Saleor took the write, and its answer never came; else the write was never done. */
  isWritten: boolean;
  databaseUrl: string;
}

async function killWhileSaving(town: Town, { isWritten, databaseUrl }: Save): Promise<void> {
  const { saleor, mailchimp, connectionId: id } = town;
  const page = await town.page();
  const { version, values } = await page.connections.settings.query({ id });
  const importTag = `Tag ${version}`;
  const writes = () => saleor.requests.filter(({ operationName }) => operationName === "UpdatePrivateMetadata").length;
  const before = writes();
  saleor.fail({ kind: isWritten ? "hangAfterwards" : "hang", operation: "UpdatePrivateMetadata" });
  const save = page.connections.saveSettings.mutate({ id, version, values: { ...values, importTag } }).catch(() => "cut off");
  await until(() => writes() > before);
  await pause(200);
  await town.killAndRestart();
  saleor.heal();
  expect(await save).toBe("cut off");
  const again = await town.page();
  expect((await again.connections.settings.query({ id })).values).toEqual({ ...values, ...(isWritten && { importTag }) });
  await halfAMinutePasses(databaseUrl);
  const { version: latest } = await again.connections.settings.query({ id });
  const next = await again.connections.saveSettings.mutate({ id, version: latest, values: { ...values, importTag: "Afterwards" } });
  expect(next.kind).toBe("saved");
  const email = `after.${isWritten}@shop-one.dev`;
  await saleor.customers.create({ email });
  await until(() => mailchimp.audience().member(email)?.tags.includes("Afterwards"), 30_000);
}

/** For so long a save that broke off keeps the next one waiting. */
async function halfAMinutePasses(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("update connection_state set saving_until = saving_until - interval '30 seconds'").finally(() => client.end());
}
