/** Requests to erase one person everywhere: what was asked of each connection, and what was answered. No address, only its keyed hash. */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Removal } from "@/model/connection";
import type { ConnectionId, CustomerId, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";
import { Lane } from "./row";

/**
 * `waiting`: not answered yet, tried again by itself. `done`: the provider did what was asked, or has nobody to do it to.
 * `refused`: it will not, until somebody changes something. `impossible`: it cannot. `lost`: the connection is gone.
 */
export type ErasureState = "waiting" | "done" | "refused" | "impossible" | "lost";

export interface ErasureStep {
  connectionId: ConnectionId;
  provider: string;
  targetName: string;
  asked: Removal;
  state: ErasureState;
  /** Code of what was answered last. */
  answer: string | null;
  vendorText: string | null;
  attempts: number;
  askedAt: Date | null;
  answeredAt: Date | null;
}

export interface Erasure {
  id: string;
  customerId: CustomerId;
  person: string | null;
  staffUserId: string | null;
  askedAt: Date;
  /** "Do not sync" was written in Saleor; false where Saleor had no such customer any more. */
  keptOut: boolean;
  steps: ErasureStep[];
}

export interface NewErasure extends Pick<Erasure, "customerId" | "person" | "staffUserId" | "keptOut"> {
  shopId: ShopId;
  steps: readonly (Pick<ErasureStep, "connectionId" | "provider" | "targetName" | "asked"> & { isSetUp: boolean })[];
}

/**
 * One request for each person at a time: asked again, the open one goes on, and connections that are new since join it.
 * @returns its id.
 */
export async function beginErasure(db: Db, wish: NewErasure): Promise<string> {
  const { shopId, customerId, person, staffUserId, keptOut, steps } = wish;
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string }>`
      insert into erasure as e (id, shop_id, customer_id, person, staff_user_id, kept_out)
      values (${randomUUID()}, ${shopId}, ${customerId}, coalesce(${person}, (
        select email_hmac from ledger l join connection_state c on c.id = l.connection_id
        where c.shop_id = ${shopId} and l.customer_id = ${customerId} and l.email_hmac is not null limit 1)), ${staffUserId}, ${keptOut})
      on conflict (shop_id, customer_id) where done_at is null do update set kept_out = e.kept_out or excluded.kept_out
      returning id`.execute(trx);
    const id = rows[0]!.id;
    const json = JSON.stringify(steps.map((step) => ({ ...step, id: step.connectionId, target: step.targetName, set_up: step.isSetUp })));
    await sql`
      insert into erasure_step (erasure_id, connection_id, provider, target_name, asked, state, answer, answered_at)
      select ${id}, s.id, s.provider, s.target, s.asked, case when s.set_up then 'waiting' else 'done' end,
        case when not s.set_up then 'not_set_up' end, case when not s.set_up then now() end
      from json_to_recordset(${json}::json) as s(id text, provider text, target text, asked text, set_up boolean)
      on conflict do nothing`.execute(trx);
    await markSteps(trx, id, customerId);
    await closeIfDone(trx, id);
    return id;
  });
}

/** What was refused is asked once more, and what waits goes at once. */
export async function retryErasure(db: Db, shopId: ShopId, id: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ customer_id: string }>`
      update erasure e set done_at = null where id = ${id} and shop_id = ${shopId}
        and exists (select 1 from erasure_step s where s.erasure_id = e.id and s.state in ('waiting', 'refused'))
        and not exists (select 1 from erasure o where o.shop_id = e.shop_id and o.customer_id = e.customer_id and o.done_at is null and o.id <> e.id)
      returning customer_id`.execute(trx);
    if (!rows[0]) return;
    await sql`
      update erasure_step set state = 'waiting' where erasure_id = ${id} and state = 'refused'
        and connection_id in (select id from connection_state)`.execute(trx);
    await markSteps(trx, id, rows[0].customer_id);
    await closeIfDone(trx, id);
  });
}

/** Before everybody else, also where live sync is off: a person asked for it. */
async function markSteps(db: Db, id: string, customerId: CustomerId): Promise<void> {
  await sql`
    insert into ledger as l (connection_id, customer_id, lane, state, due_at, force, erasure_id)
    select s.connection_id, ${customerId}, ${sql.lit(Lane.page)}, 'waiting', now(), true, s.erasure_id
    from erasure_step s join connection_state c on c.id = s.connection_id
    where s.erasure_id = ${id} and s.state = 'waiting' order by 1
    on conflict (connection_id, customer_id) do update set
      version = l.version + 1, lane = ${sql.lit(Lane.page)}, state = 'waiting', due_at = now(), force = true, attempts = 0, failing_since = null,
      -- No history: a full sync that is cancelled, or another place, does not take it back.
      historic = false, rereads = 0, fingerprint = null, refused_fingerprint = null, erasure_id = excluded.erasure_id, updated_at = now()`.execute(
    db,
  );
}

/** The provider is about to be asked. */
export async function noteErasureAsked(db: Db, id: string, connectionId: ConnectionId): Promise<void> {
  await sql`
    update erasure_step set attempts = attempts + 1, asked_at = coalesce(asked_at, now())
    where erasure_id = ${id} and connection_id = ${connectionId} and state = 'waiting'`.execute(db);
}

export interface ErasureAnswer extends Pick<ErasureStep, "connectionId" | "answer" | "vendorText"> {
  erasureId: string;
  state: Exclude<ErasureState, "lost">;
}

/** What stands as answered is not overwritten: a repeat after a lost answer finds nobody any more. */
export async function noteErasureAnswer(db: Db, { erasureId, connectionId, state, answer, vendorText }: ErasureAnswer): Promise<void> {
  await sql`
    update erasure_step set state = ${state}, answer = ${answer}, vendor_text = ${vendorText}, answered_at = now()
    where erasure_id = ${erasureId} and connection_id = ${connectionId} and state = 'waiting'`.execute(db);
  await closeIfDone(db, erasureId);
}

async function closeIfDone(db: Db, id: string): Promise<void> {
  await sql`
    update erasure set done_at = now() where id = ${id} and done_at is null and not exists (
      select 1 from erasure_step s join connection_state c on c.id = s.connection_id where s.erasure_id = ${id} and s.state = 'waiting')`.execute(
    db,
  );
}

interface RawErasure {
  id: string;
  customer_id: string;
  person: string | null;
  staff_user_id: string | null;
  asked_at: Date;
  kept_out: boolean;
}

export async function readErasure(db: Db, shopId: ShopId, id: string): Promise<Erasure | null> {
  const { rows } = await sql<RawErasure>`select * from erasure where id = ${id} and shop_id = ${shopId}`.execute(db);
  return rows[0] ? withSteps(db, rows[0]) : null;
}

export async function latestErasure(db: Db, shopId: ShopId, customerId: CustomerId): Promise<Erasure | null> {
  const { rows } = await sql<RawErasure>`
    select * from erasure where shop_id = ${shopId} and customer_id = ${customerId} order by asked_at desc, id limit 1`.execute(db);
  return rows[0] ? withSteps(db, rows[0]) : null;
}

async function withSteps(db: Db, raw: RawErasure): Promise<Erasure> {
  const { rows } = await sql<ErasureStep>`
    select s.connection_id as "connectionId", s.provider, s.target_name as "targetName", s.asked,
      case when s.state = 'waiting' and c.id is null then 'lost' else s.state end as state,
      s.answer, s.vendor_text as "vendorText", s.attempts, s.asked_at as "askedAt", s.answered_at as "answeredAt"
    from erasure_step s left join connection_state c on c.id = s.connection_id
    where s.erasure_id = ${raw.id} order by s.provider, s.connection_id`.execute(db);
  const { id, customer_id, person, staff_user_id, asked_at, kept_out } = raw;
  return { id, customerId: customer_id, person, staffUserId: staff_user_id, askedAt: asked_at, keptOut: kept_out, steps: rows };
}
