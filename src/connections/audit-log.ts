/** Who did what, newest first. Names of staff are not kept: the id is, and the Dashboard knows whose it is. */
import { sql } from "kysely";
import type { ShopId } from "@/model/shop";
import type { AuditView } from "@/model/views";
import type { Db } from "@/platform/db";

/** @param before exclusive: the id of the last entry shown. */
export async function listAudit(db: Db, shopId: ShopId, before: number | null, limit: number): Promise<Omit<AuditView, "mine">[]> {
  const { rows } = await sql<{
    id: string;
    at: Date;
    staff_user_id: string | null;
    action: AuditView["action"];
    detail: AuditView["detail"];
  }>`
    select id, at, staff_user_id, action, detail from audit
    where shop_id = ${shopId} ${before === null ? sql`` : sql`and id < ${before}`} order by id desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    id: Number(row.id),
    at: row.at.toISOString(),
    staffUserId: row.staff_user_id,
    action: row.action,
    detail: row.detail,
  }));
}
