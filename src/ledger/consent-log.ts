/** The log of consent, append-only, and what the ledger takes from an opt-out that the provider told us about. */
import { sql } from "kysely";
import type { ConnectionId, CustomerId, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";

export interface OptOut {
  connectionId: ConnectionId;
  customerId: CustomerId;
  /** Keyed hash of the address. */
  person: string;
  channel: string;
  /** What the provider calls it. */
  evidence: string;
}

/** The person's own word is the last one from now on, and no opt-out of ours that a later yes could take back. */
export async function noteOptOut(db: Db, optOut: OptOut): Promise<void> {
  const { connectionId, customerId, person, channel, evidence } = optOut;
  await sql`
    with noted as (
      update ledger set consents = consents || jsonb_build_object(${channel}::text, false), owned_opt_outs = owned_opt_outs - ${channel}::text,
        fingerprint = null
      where connection_id = ${connectionId} and customer_id = ${customerId}
    )
    insert into consent_log (shop_id, connection_id, person, channel, word, source, evidence)
    select shop_id, id, ${person}, ${channel}, false, 'provider', ${evidence} from connection_state where id = ${connectionId}`.execute(db);
}

/** The ledger has the word, or does not know the customer at all. */
export async function isOptOutNoted(db: Db, { connectionId, customerId, channel }: Omit<OptOut, "person" | "evidence">): Promise<boolean> {
  const { rows } = await sql`
    select 1 from ledger where connection_id = ${connectionId} and customer_id = ${customerId}
      and consents->${channel}::text is distinct from 'false'`.execute(db);
  return rows.length === 0;
}

export interface ConsentEntry {
  at: Date;
  connectionId: ConnectionId;
  channel: string;
  word: boolean;
  /** `saleor` = what a rule read there; `provider` = the person's own act at the provider. */
  source: "saleor" | "provider";
  evidence: string;
}

export async function readConsentLog(db: Db, shopId: ShopId, person: string): Promise<ConsentEntry[]> {
  const { rows } = await sql<ConsentEntry>`
    select at, connection_id as "connectionId", channel, word, source, evidence from consent_log
    where shop_id = ${shopId} and person = ${person} order by id limit 10000`.execute(db);
  return rows;
}
