import { sql } from "kysely";
import type { ConnectionId, ShopId } from "@/model/shop";
import type { AuditView } from "@/model/views";
import type { Db } from "@/platform/db";

export interface AuditEntry {
  shopId: ShopId;
  connectionId: ConnectionId | null;
  staffUserId: string | null;
  action: AuditView["action"];
  /** Names of what changed, never values: settings may hold secrets. */
  detail: AuditView["detail"];
}

export async function audit(db: Db, entry: AuditEntry): Promise<void> {
  await sql`
    insert into audit (shop_id, connection_id, staff_user_id, action, detail)
    values (${entry.shopId}, ${entry.connectionId}, ${entry.staffUserId}, ${entry.action}, ${JSON.stringify(entry.detail)}::jsonb)`.execute(
    db,
  );
}
