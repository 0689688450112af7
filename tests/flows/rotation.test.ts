import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLUSTER_VARIABLE, type Cluster, isPostgresInstalled, onPostgres, startPostgres } from "../postgres";
import { freshDataDir } from "../template-db";
import { startApp, startConnected, until } from "./app";

const first = { SECRET_KEY: "the first key of this house" };
const second = { SECRET_KEY: "the second key of this house" };
const both = { ...second, SECRET_KEY_PREVIOUS: first.SECRET_KEY };

interface Said {
  code: number;
  text: string;
}

async function rotate(settings: Record<string, string>, ...flags: string[]): Promise<Said> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: "test", ...settings } as NodeJS.ProcessEnv;
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "scripts/rotate-secret-key.ts", ...flags], {
    cwd: path.resolve("."),
    env,
  });
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, text: error.stdout + error.stderr }),
  );
}

/** A shop of the first key; the command, once for each set of flags; and the shop lives on with the second key alone. */
async function change(variables: Record<string, string>, ...calls: string[][]): Promise<Said[]> {
  const dataDir = freshDataDir("crm-rotation-");
  const place = { DATA_DIR: dataDir, ...variables };
  const town = await startConnected({ variables: { ...place, ...first } });
  const { settings } = town.app;
  await town.app.close();
  const said: Said[] = [];
  for (const flags of calls) said.push(await rotate({ ...settings, ...both }, ...flags));
  const app = await startApp(town.mailchimp, { ...place, ...second });
  await town.saleor.customers.create({ email: "after@shop-one.dev" }, { silent: true });
  const page = await app.page(town.saleor);
  const asked = await page.customers.syncNow.mutate({ connectionId: town.connectionId, who: "after@shop-one.dev" });
  expect(asked).toMatchObject({ kind: "done", state: "in_sync" });
  await until(() => town.mailchimp.audience().member("after@shop-one.dev"));
  await app.close();
  await town.saleor.close();
  await town.mailchimp.close();
  rmSync(dataDir, { recursive: true, force: true });
  return said;
}

describe("a new SECRET_KEY", { timeout: 240_000 }, () => {
  it("takes over everything at one command, and the old one is not needed any more", async () => {
    const [dry, done, again] = await change({}, ["--dry-run"], [], []);
    expect(dry).toEqual({ code: 0, text: "shops: 1\nsettings would be sealed with the new key: 2\n" });
    expect(done?.text).toBe("shops: 1\nsettings sealed with the new key: 2\nSECRET_KEY_PREVIOUS is not needed any more.\n");
    expect(again?.text).toContain("settings sealed with the new key: 0");
  });

  it("asks for the old one", async () => {
    expect(await rotate({ ...second, DATA_DIR: "/nowhere" })).toEqual({
      code: 1,
      text: expect.stringContaining("SECRET_KEY_PREVIOUS is not set"),
    });
  });
});

describe.skipIf(!isPostgresInstalled)(`a new SECRET_KEY, ${onPostgres}`, { timeout: 240_000 }, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startPostgres();
    process.env[CLUSTER_VARIABLE] = cluster.url;
  });
  afterAll(async () => {
    delete process.env[CLUSTER_VARIABLE];
    await cluster?.stop();
  });

  it("takes over the tokens of installations as well", async () => {
    const [done] = await change({ DATABASE_URL: await cluster.database() }, []);
    expect(done?.text).toContain("settings sealed with the new key: 2\ntokens sealed with the new key: 1\n");
  });
});
