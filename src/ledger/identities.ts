/** Who stands under which identity at the provider, and what happens where an address changes hands. */
import { sql } from "kysely";
import type { ConnectionId, CustomerId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { holds, type Lease } from "./lease";
import { type DueRow, type Held, Lane } from "./row";

/** Whoever stands under an identity, or was last sent there without an answer. */
export interface Holder extends Pick<DueRow, "customerId" | "ownedTags" | "ownedFields"> {
  /** Not any more: the contact was left behind there. */
  left: boolean;
}

interface RawHolder {
  email_hmac: string;
  customer_id: string;
  owned_tags: string[];
  owned_fields: string[];
  is_left: boolean;
}

/** Rows that stand, or may stand, under these identities or left a contact behind there, with what is ours on it. */
export async function holdersOf(db: Db, connectionId: ConnectionId, hmacs: readonly string[]): Promise<Map<string, Holder[]>> {
  if (hmacs.length === 0) return new Map();
  const wanted = sql`(select json_array_elements_text(${JSON.stringify(hmacs)}::json))`;
  const { rows } = await sql<RawHolder>`
    select email_hmac, customer_id, owned_tags, owned_fields, false as is_left from ledger
    where connection_id = ${connectionId} and email_hmac in ${wanted}
    union all
    select sent_hmac, customer_id, owned_tags, owned_fields, false from ledger
    where connection_id = ${connectionId} and sent_hmac in ${wanted} and sent_hmac is distinct from email_hmac
    union all
    select held->>'emailHmac', customer_id, held->'ownedTags', held->'ownedFields', true
    from ledger, jsonb_path_query(left_behind, '$[*]') held
    where connection_id = ${connectionId} and left_behind <> '[]' and held->>'emailHmac' in ${wanted}`.execute(db);
  const holders = new Map<string, Holder[]>();
  for (const row of rows) {
    const holder = { customerId: row.customer_id, ownedTags: row.owned_tags, ownedFields: row.owned_fields, left: row.is_left };
    holders.set(row.email_hmac, [...(holders.get(row.email_hmac) ?? []), holder]);
  }
  return holders;
}

/**
 * These customers stand under their address now: whoever stood there before, or was sent there last, does not hold the
 * contact any more, so that a rename that comes later cannot carry it away. Either that other customer has left, or what
 * we read of the taker was old: both are looked at again. Once for each state, lest two customers under one address,
 * apart from its case, take it from each other for ever.
 */
export async function releaseContacts(db: Db, connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<void> {
  if (ids.length === 0) return;
  const takers = sql`(select json_array_elements_text(${JSON.stringify(ids)}::json))`;
  const again = sql`(l.due_at is null and l.state <> 'gone' and l.fingerprint is not null and l.fingerprint is distinct from l.lost_fingerprint)`;
  await sql`
    update ledger l set remote_key = null, sent_hmac = null, owned_tags = '[]', owned_fields = '[]', archived_from = null,
      fingerprint = null, lost_fingerprint = coalesce(l.fingerprint, l.lost_fingerprint),
      version = l.version + case when ${again} then 1 else 0 end,
      state = case when ${again} then 'waiting' else l.state end,
      lane = case when ${again} then ${sql.lit(Lane.live)} else l.lane end,
      -- Who waits for an erasure has lost the contact, and is looked at at once.
      due_at = case when ${again} or l.erase_at is not null then now() else l.due_at end
    from ledger taker
    where taker.connection_id = ${connectionId} and taker.customer_id in ${takers}
      and l.connection_id = taker.connection_id and l.customer_id <> taker.customer_id and l.customer_id not in ${takers}
      and ((l.email_hmac = taker.email_hmac and l.remote_key = taker.remote_key)
        or (l.sent_hmac = taker.email_hmac and (l.remote_key is null or l.remote_key = taker.remote_key)))`.execute(db);
}

/**
 * A contact that its customer left, or was deleted from, belongs to who has the address now: they are due, and with them
 * what is ours on it. Until they are delivered it counts as left behind by them, so that it goes when they go.
 */
export async function passOn(db: Db, connectionId: ConnectionId, to: CustomerId, held: Held): Promise<void> {
  await sql`
    insert into ledger as l (connection_id, customer_id, lane, state, due_at, left_behind)
    values (${connectionId}, ${to}, ${sql.lit(Lane.live)}, 'waiting', now(), ${JSON.stringify([held])}::jsonb)
    on conflict (connection_id, customer_id) do update set
      left_behind = coalesce((select jsonb_agg(h) from jsonb_path_query(l.left_behind, '$[*]') h where h->>'remoteKey' <> ${held.remoteKey}), '[]')
        || excluded.left_behind,
      version = l.version + 1, fingerprint = null,
      state = case when l.state = 'retrying' then l.state else 'waiting' end,
      due_at = case when l.state = 'retrying' and l.due_at > now() then l.due_at else now() end`.execute(db);
}

/** These contacts are dealt with, or belong to somebody else by now. */
export async function forgetLeft(
  db: Db,
  lease: Pick<Lease, "limitKey" | "token">,
  row: Pick<DueRow, "connectionId" | "customerId">,
  keys: readonly string[],
): Promise<void> {
  await sql`
    update ledger l set left_behind = coalesce((
      select jsonb_agg(h) from jsonb_path_query(l.left_behind, '$[*]') h
      where h->>'remoteKey' not in (select json_array_elements_text(${JSON.stringify(keys)}::json))), '[]')
    where l.connection_id = ${row.connectionId} and l.customer_id = ${row.customerId} and ${holds(lease)}`.execute(db);
}

/** Does another customer that is not gone stand for this contact, under the identity it has now? */
export async function isHeldByAnother(
  db: Db,
  connectionId: ConnectionId,
  contact: { remoteKey: string; emailHmac: string },
  except: CustomerId,
): Promise<boolean> {
  const under = (column: "email_hmac" | "sent_hmac") => sql`
    select 1 from ledger where connection_id = ${connectionId} and ${sql.ref(column)} = ${contact.emailHmac}
      and remote_key = ${contact.remoteKey} and customer_id <> ${except} and state <> 'gone'`;
  const { rows } = await sql`${under("email_hmac")} union all ${under("sent_hmac")} limit 1`.execute(db);
  return rows.length > 0;
}
