/**
 * `npm run rotate-secret-key [-- --dry-run]`: after SECRET_KEY was changed and the old one put into SECRET_KEY_PREVIOUS,
 * everything that rests sealed is sealed with the new one. Prints counts only. May be run again at any time.
 */
import nextEnv from "@next/env";
import { env } from "@/platform/env";
import { closeRooms, rooms } from "@/wiring";
import type { PostgresApl } from "../src/saleor/apl/postgres-apl";

const dryRun = process.argv.includes("--dry-run");

async function main(): Promise<boolean> {
  nextEnv.loadEnvConfig(process.cwd(), false, { info: () => {}, error: () => {} });
  // The counts are what this command says.
  process.env.APP_LOG_LEVEL ??= "error";
  if (!env().SECRET_KEY_PREVIOUS) throw new Error("SECRET_KEY_PREVIOUS is not set: put the old key there and the new one into SECRET_KEY.");
  const { apl, connections } = await rooms();
  const tokens = isPostgres(apl) ? await apl.reseal({ dryRun }) : null;
  const shops = await apl.getAll();
  const sum = { resealed: 0, unreadable: 0, postponed: 0 };
  for (const { saleorApiUrl, appId } of shops) {
    const counts = await connections.reseal(await connections.ensureShop(saleorApiUrl, appId), { dryRun });
    for (const key of ["resealed", "unreadable", "postponed"] as const) sum[key] += counts[key];
  }
  report(shops.length, sum, tokens);
  return sum.unreadable + sum.postponed + (tokens?.unreadable ?? 0) === 0;
}

const isPostgres = (apl: object): apl is PostgresApl => "reseal" in apl;

function report(
  shops: number,
  sum: { resealed: number; unreadable: number; postponed: number },
  tokens: { resealed: number; unreadable: number } | null,
): void {
  const did = dryRun ? "would be sealed" : "sealed";
  console.log(`shops: ${shops}`);
  console.log(`settings ${did} with the new key: ${sum.resealed}`);
  if (tokens) console.log(`tokens ${did} with the new key: ${tokens.resealed}`);
  const unreadable = sum.unreadable + (tokens?.unreadable ?? 0);
  if (unreadable > 0) console.log(`opened by neither key (their merchants have to connect or install again): ${unreadable}`);
  if (sum.postponed > 0) console.log(`not reached now, run this again: ${sum.postponed}`);
  if (!dryRun && unreadable + sum.postponed === 0) console.log("SECRET_KEY_PREVIOUS is not needed any more.");
}

main()
  .then(async (isDone) => {
    await closeRooms();
    process.exit(isDone ? 0 : 1);
  })
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
