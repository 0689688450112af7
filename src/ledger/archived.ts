/** That a contact is about to be archived by us, so that it comes back when its customer does. */
import { sql } from "kysely";
import type { Db } from "@/platform/db";
import { holds, type Lease } from "./lease";
import type { DueRow } from "./row";

/**
 * Written before the provider is asked: an archive whose answer is lost is ours all the same.
 * @param status what the contact is now, in the provider's words. @returns false where the row is somebody else's by now.
 */
export async function noteArchiving(
  db: Db,
  lease: Pick<Lease, "limitKey" | "token">,
  row: Pick<DueRow, "connectionId" | "customerId" | "remoteKey">,
  status: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update ledger l set archived_from = ${status}
    where connection_id = ${row.connectionId} and customer_id = ${row.customerId} and remote_key = ${row.remoteKey}
      and due_at is not null and ${holds(lease)}`.execute(db);
  return numAffectedRows === 1n;
}
