import { rm } from "node:fs/promises";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { freshDataDir } from "../../tests/template-db";
import { openDatabase } from "./db";

it("a migration numbered between two that have run is still made", async () => {
  const dataDir = freshDataDir("between-");
  const before = await openDatabase({ dataDir });
  await sql`delete from kysely_migration where name = '0027_opt_out_poll'`.execute(before.db);
  await sql`drop table opt_out_poll`.execute(before.db);
  await before.close();
  const after = await openDatabase({ dataDir });
  expect((await sql`select 1 from opt_out_poll`.execute(after.db)).rows).toEqual([]);
  await after.close();
  await rm(dataDir, { recursive: true });
});
