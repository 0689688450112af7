/** The language that a person of the staff chose for our pages. Nothing else is kept of them. */
import { sql } from "kysely";
import type { ShopId } from "@/model/shop";
import type { AppInfo } from "@/model/views";
import type { Db } from "@/platform/db";

type Language = AppInfo["language"];

/** `null`: as the Dashboard. */
export async function languageOfStaff(db: Db, shopId: ShopId, staffUserId: string): Promise<Language> {
  const { rows } = await sql<{ language: NonNullable<Language> }>`
    select language from staff_language where shop_id = ${shopId} and staff_user_id = ${staffUserId}`.execute(db);
  return rows[0]?.language ?? null;
}

export async function setStaffLanguage(db: Db, shopId: ShopId, staffUserId: string, language: Language): Promise<void> {
  if (language === null) {
    await sql`delete from staff_language where shop_id = ${shopId} and staff_user_id = ${staffUserId}`.execute(db);
    return;
  }
  await sql`
    insert into staff_language (shop_id, staff_user_id, language) values (${shopId}, ${staffUserId}, ${language})
    on conflict (shop_id, staff_user_id) do update set language = excluded.language`.execute(db);
}
