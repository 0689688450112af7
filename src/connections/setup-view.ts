/** Whether a shop has put the rest of its setup aside. How far it is follows from its connections and is kept nowhere. */
import { sql } from "kysely";
import type { ShopId } from "@/model/shop";
import type { AppInfo } from "@/model/views";
import type { Db } from "@/platform/db";

export async function setupViewOf(db: Db, shopId: ShopId): Promise<AppInfo["setup"]> {
  const { rows } = await sql<{ setup_view: AppInfo["setup"] }>`select setup_view from shop where id = ${shopId}`.execute(db);
  return rows[0]?.setup_view ?? null;
}

export async function keepSetupView(db: Db, shopId: ShopId, view: AppInfo["setup"]): Promise<void> {
  await sql`update shop set setup_view = ${view} where id = ${shopId}`.execute(db);
}
