import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { freshDataDir } from "../../tests/template-db";
import { openDatabase } from "./db";

const made: string[] = [];
function aFolder(): string {
  const folder = freshDataDir("crm-pglite-");
  made.push(folder);
  return folder;
}
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** As another process would open it; answers what it said. */
async function elsewhere(dataDir: string): Promise<string> {
  const script = path.join(dataDir, "elsewhere.mts");
  const platform = path.resolve("src/platform/db.ts");
  writeFileSync(
    script,
    `import { openDatabase } from ${JSON.stringify(platform)};
     openDatabase({ dataDir: ${JSON.stringify(dataDir)}, lockWaitSeconds: 1 }).then(() => console.log("opened"), (error) => console.log(error.message)).finally(() => process.exit(0));`,
  );
  return (await promisify(execFile)(process.execPath, ["--import", "tsx", script], { cwd: path.resolve(".") })).stdout;
}

function opening(dataDir: string) {
  const said: { fields: Record<string, unknown>; text: string }[] = [];
  const note = (fields: unknown, text?: string) => void said.push({ fields: fields as Record<string, unknown>, text: text ?? "" });
  return { said, database: openDatabase({ dataDir, log: { warn: note, error: note } }) };
}

/** Making a database takes seconds, and more where other tests run beside. */
describe("the embedded database", { timeout: 60_000 }, () => {
  it("refuses a second process with a sentence, and leaves the first alone", async () => {
    const dataDir = aFolder();
    const { database } = opening(dataDir);
    const { db, close } = await database;
    expect(await elsewhere(dataDir)).toMatch(/in use by another process\. Stop the other one, or set DATABASE_URL/);
    await sql`insert into shop (id, saleor_api_url, app_id) values ('a', 'b', 'c')`.execute(db);
    await close();
    expect(await elsewhere(dataDir)).toContain("opened");
  });

  it.each([
    ["its control file is overwritten", (folder: string) => writeFileSync(path.join(folder, "global/pg_control"), Buffer.alloc(8192))],
    ["its tables are overwritten", overwriteTables],
  ])("is moved aside, said loudly and begun anew when %s", async (_how, spoil) => {
    const dataDir = aFolder();
    spoil(path.join(dataDir, "pglite"));
    const { said, database } = opening(dataDir);
    const { db, close } = await database;
    expect((await sql`select 1 from shop`.execute(db)).rows).toEqual([]);
    await close();
    const [aside] = readdirSync(dataDir).filter((name) => name.startsWith("pglite.unreadable-"));
    expect(aside).toBeDefined();
    expect(said).toEqual([{ fields: expect.objectContaining({ folder: aside }), text: expect.stringContaining("moved aside") }]);
  });

  it("puts the folder back where a new database does not open either", async () => {
    const dataDir = aFolder();
    const control = path.join(dataDir, "pglite/global/pg_control");
    writeFileSync(control, "spoilt");
    const broken = async () => Promise.reject(new Error("no memory"));
    const { openPglite } = await import("./pglite");
    await expect(openPglite({ dataDir }, broken)).rejects.toThrow();
    expect(readFileSync(control, "utf8")).toBe("spoilt");
    expect(readdirSync(dataDir).filter((name) => name.startsWith("pglite"))).toEqual(["pglite"]);
  });

  it("stays where it is when the fault is ours: a statement that it refuses is no damage", async () => {
    const dataDir = aFolder();
    const { openPglite } = await import("./pglite");
    const faulty = async (db: Parameters<Parameters<typeof openPglite>[1]>[0]) => void (await sql`select * from not_there`.execute(db));
    await expect(openPglite({ dataDir }, faulty)).rejects.toThrow(/not_there/);
    expect(readdirSync(dataDir).filter((name) => name.startsWith("pglite"))).toEqual(["pglite"]);
  });
});

function overwriteTables(folder: string): void {
  const tables = path.join(folder, "base/5");
  for (const name of readdirSync(tables)) {
    const { length } = readFileSync(path.join(tables, name));
    if (length > 100_000) writeFileSync(path.join(tables, name), Buffer.alloc(length, 7));
  }
}
