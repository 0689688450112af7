/**
 * An embedded database costs seconds to make and tens of milliseconds to copy. It is made once a run, with the app's
 * tables and the queue's, and every test file starts from a copy of its own.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const VARIABLE = "CRM_TEST_TEMPLATE";

/** vitest's globalSetup. */
export default async function setup(): Promise<() => void> {
  const { openDatabase } = await import("./../src/platform/db");
  const { PgBoss } = await import("pg-boss");
  const folder = mkdtempSync(path.join(tmpdir(), "crm-template-"));
  const database = await openDatabase({ dataDir: folder });
  const boss = new PgBoss(database.boss);
  await boss.start();
  await boss.stop({ graceful: false });
  await database.close();
  process.env[VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A new data folder with a database in it. Without the template it is empty: slower, not different. */
export function freshDataDir(prefix: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), prefix));
  const template = process.env[VARIABLE];
  if (template && existsSync(path.join(template, "pglite")))
    cpSync(path.join(template, "pglite"), path.join(folder, "pglite"), { recursive: true });
  return folder;
}
