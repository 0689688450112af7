import { rmSync } from "node:fs";
import type { AuthData } from "@saleor/app-sdk/APL";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSealer } from "@/platform/crypto";
import { type Database, openDatabase } from "@/platform/db";
import { createLog } from "@/platform/log";
import { freshDataDir } from "../../../tests/template-db";
import { forWebhooks } from "./for-webhooks";
import { createPostgresApl } from "./postgres-apl";

const dataDir = freshDataDir("crm-apl-");
let database: Database;
beforeAll(async () => {
  database = await openDatabase({ dataDir });
});
afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => sql`delete from auth_data`.execute(database.db));

const withKeys = (current: string, previous?: string) =>
  createPostgresApl({
    db: async () => database.db,
    sealer: createSealer({ current, previous: previous ?? null }),
    log: createLog("silent"),
  });
const aShop = (name: string, more: Partial<AuthData> = {}): AuthData => ({
  saleorApiUrl: `https://${name}.example.com/graphql/`,
  token: `token-of-${name}`,
  appId: `app-of-${name}`,
  jwks: `keys-of-${name}`,
  ...more,
});
const stored = async () => JSON.stringify((await sql`select * from auth_data`.execute(database.db)).rows);

describe("auth data in the database", () => {
  it("keeps many shops, and gives back what it was given", async () => {
    const apl = withKeys("first secret");
    await apl.set(aShop("one"));
    await apl.set(aShop("two", { jwks: undefined }));
    expect(await apl.getAll()).toEqual([
      aShop("one"),
      { saleorApiUrl: aShop("two").saleorApiUrl, token: "token-of-two", appId: "app-of-two" },
    ]);
    await apl.delete(aShop("one").saleorApiUrl);
    expect(await apl.get(aShop("one").saleorApiUrl)).toBeUndefined();
  });

  it("never holds a token in the clear, nor one that opens for another shop", async () => {
    const apl = withKeys("first secret");
    await apl.set(aShop("one"));
    await apl.set(aShop("two"));
    expect(await stored()).not.toContain("token-of");
    await sql`update auth_data set sealed_token = (select sealed_token from auth_data where app_id = 'app-of-one')`.execute(database.db);
    await expect(apl.get(aShop("two").saleorApiUrl)).rejects.toThrow(/cannot be read/);
  });

  it("says that it cannot read under another key, never that nobody is installed", async () => {
    await withKeys("first secret").set(aShop("one"));
    await expect(withKeys("second secret").get(aShop("one").saleorApiUrl)).rejects.toThrow(/unknown_key/);
    await expect(withKeys("second secret").getAll()).rejects.toThrow(/unknown_key/);
  });

  it("leaves out a damaged row, and the other shops go on", async () => {
    const apl = withKeys("first secret");
    await apl.set(aShop("one"));
    await apl.set(aShop("two"));
    await sql`update auth_data set sealed_token = 'damaged' where app_id = 'app-of-two'`.execute(database.db);
    expect(await apl.getAll()).toEqual([aShop("one")]);
    await expect(apl.get(aShop("two").saleorApiUrl)).rejects.toThrow();
    expect(await withKeys("second secret", "first secret").reseal({ dryRun: true })).toEqual({ resealed: 1, unreadable: 1 });
  });

  it("seals anew after a change of keys, once", async () => {
    await withKeys("first secret").set(aShop("one"));
    const rotated = withKeys("second secret", "first secret");
    expect(await rotated.reseal({ dryRun: true })).toEqual({ resealed: 1, unreadable: 0 });
    await expect(withKeys("second secret").getAll()).rejects.toThrow();
    expect(await rotated.reseal({ dryRun: false })).toEqual({ resealed: 1, unreadable: 0 });
    expect(await rotated.reseal({ dryRun: false })).toEqual({ resealed: 0, unreadable: 0 });
    expect(await withKeys("second secret").getAll()).toEqual([aShop("one")]);
  });

  it("a late refresh of keys does not bring an old token back", async () => {
    const apl = withKeys("first secret");
    const view = forWebhooks(apl, createLog("silent"));
    await apl.set(aShop("one", { token: "after re-install" }));
    await view.set(aShop("one", { token: "before", jwks: "late keys" }));
    await view.set(aShop("never installed"));
    expect(await apl.getAll()).toEqual([aShop("one", { token: "after re-install" })]);
    await view.set(aShop("one", { token: "after re-install", appId: "other", jwks: "newer keys" }));
    expect(await apl.getAll()).toEqual([aShop("one", { token: "after re-install", jwks: "newer keys" })]);
  });
});
