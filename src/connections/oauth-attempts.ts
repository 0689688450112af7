/** SQL of `oauth_attempt`: one sign-in from the click to the confirmation. Each step is taken by at most one request. */
import { sql } from "kysely";
import type { Shop, ShopId } from "@/model/shop";
import type { Db } from "@/platform/db";

type AttemptState =
  | "issued"
  | "opened"
  | "exchanging"
  | "granted"
  | "denied"
  | "expired"
  | "wrong_browser"
  | "failed"
  | "confirmed"
  | "cancelled";

export interface Attempt {
  id: string;
  provider: string;
  staffUserId: string;
  state: AttemptState;
  reason: string | null;
  sealed: string | null;
  expired: boolean;
  shop: Shop;
}

interface RawAttempt {
  id: string;
  shop_id: string;
  provider: string;
  staff_user_id: string;
  state: AttemptState;
  reason: string | null;
  sealed: string | null;
  expired: boolean;
  saleor_api_url: string;
  app_id: string;
}

const withShop = sql.raw(`a.id, a.shop_id, a.provider, a.staff_user_id, a.state, a.reason, a.sealed, a.expires_at <= now() as expired,
  s.saleor_api_url, s.app_id`);
/** From the click to the confirmation; counted anew once access was granted. */
const lifetime = sql`interval '10 minutes'`;

interface NewAttempt {
  id: string;
  shopId: ShopId;
  provider: string;
  staffUserId: string;
  ticketHash: string;
}

export async function insertAttempt(db: Db, attempt: NewAttempt, granted?: { sealed: string }): Promise<Date> {
  const { rows } = await sql<{ expires_at: Date }>`
    insert into oauth_attempt (id, shop_id, provider, staff_user_id, ticket_hash, state, sealed, expires_at)
    values (${attempt.id}, ${attempt.shopId}, ${attempt.provider}, ${attempt.staffUserId}, ${attempt.ticketHash},
      ${granted ? "granted" : "issued"}, ${granted?.sealed ?? null}, now() + ${lifetime})
    returning expires_at`.execute(db);
  return rows[0]!.expires_at;
}

/** The ticket opens once. `null` = unknown, used, expired, or of another provider. */
export async function openAttempt(db: Db, input: { ticketHash: string; provider: string; nonceHash: string }): Promise<Attempt | null> {
  return one(
    await sql<RawAttempt>`
      with opened as (
        update oauth_attempt set state = 'opened', opened_at = now(), nonce_hash = ${input.nonceHash}
        where ticket_hash = ${input.ticketHash} and provider = ${input.provider} and state = 'issued' and expires_at > now()
        returning *
      ) select ${withShop} from opened a join shop s on s.id = a.shop_id and s.retired_at is null`.execute(db),
  );
}

/** The vendor's answer is taken once, and only from the browser that was sent there. */
export async function takeAnswer(
  db: Db,
  input: { id: string; shopId: ShopId; provider: string; nonceHash: string },
): Promise<Attempt | null> {
  return one(
    await sql<RawAttempt>`
      with taken as (
        update oauth_attempt set state = 'exchanging'
        where id = ${input.id} and shop_id = ${input.shopId} and provider = ${input.provider} and nonce_hash = ${input.nonceHash}
          and state = 'opened' and expires_at > now()
        returning *
      ) select ${withShop} from taken a join shop s on s.id = a.shop_id and s.retired_at is null`.execute(db),
  );
}

export async function grant(db: Db, id: string, sealed: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update oauth_attempt set state = 'granted', sealed = ${sealed}, expires_at = now() + ${lifetime}
    where id = ${id} and state = 'exchanging'`.execute(db);
  return numAffectedRows === 1n;
}

/** Ends a sign-in that is still on its way; what came to an end stays as it ended. */
export async function end(db: Db, id: string, state: AttemptState, reason: string | null = null): Promise<void> {
  await sql`
    update oauth_attempt set state = ${state}, reason = ${reason}, sealed = null
    where id = ${id} and state in ('issued', 'opened', 'exchanging')`.execute(db);
}

/** The tab came back, but not as it left. What is being exchanged, or was granted, is not spoiled by a stray visit. */
export async function endOpened(db: Db, id: string, state: "expired" | "wrong_browser"): Promise<void> {
  await sql`update oauth_attempt set state = ${state} where id = ${id} and state = 'opened'`.execute(db);
}

/** For the page of a visit that came too late or once more. */
export async function howItStands(db: Db, id: string): Promise<"granted" | "expired" | "used"> {
  const { rows } = await sql<{ state: AttemptState; expired: boolean }>`
    select state, expires_at <= now() as expired from oauth_attempt where id = ${id}`.execute(db);
  const [attempt] = rows;
  if (attempt?.state === "confirmed" || (attempt?.state === "granted" && !attempt.expired)) return "granted";
  return !attempt || attempt.expired ? "expired" : "used";
}

/** Only for the person who started it, in the shop where it was started. */
export async function findAttempt(db: Db, who: { attemptId: string; shopId: ShopId; staffUserId: string }): Promise<Attempt | null> {
  return one(
    await sql<RawAttempt>`
      select ${withShop} from oauth_attempt a join shop s on s.id = a.shop_id and s.retired_at is null
      where a.id = ${who.attemptId} and a.shop_id = ${who.shopId} and a.staff_user_id = ${who.staffUserId}`.execute(db),
  );
}

export async function closeAttempt(db: Db, id: string, state: "confirmed" | "cancelled"): Promise<void> {
  await sql`
    update oauth_attempt set state = ${state}, sealed = null, nonce_hash = null
    where id = ${id} and state not in ('confirmed', 'cancelled')`.execute(db);
}

/** Wipes what nobody confirmed in time, and forgets attempts after a day. */
export async function sweepAttempts(db: Db): Promise<void> {
  await sql`
    with old as (delete from oauth_attempt where expires_at < now() - interval '1 day')
    update oauth_attempt set sealed = null, state = case when state = 'confirmed' then state else 'expired' end
    where expires_at <= now() and expires_at >= now() - interval '1 day' and (sealed is not null or state in ('issued', 'opened', 'exchanging'))`.execute(
    db,
  );
}

function one({ rows }: { rows: RawAttempt[] }): Attempt | null {
  const raw = rows[0];
  if (!raw) return null;
  return {
    id: raw.id,
    provider: raw.provider,
    staffUserId: raw.staff_user_id,
    state: raw.state,
    reason: raw.reason,
    sealed: raw.sealed,
    expired: raw.expired,
    shop: { id: raw.shop_id, saleorApiUrl: raw.saleor_api_url, appId: raw.app_id },
  };
}
