/** The statement that every webhook runs, as a function: a session reads and plans it once. */
import { type Kysely, sql } from "kysely";

/**
 * `[{shop_id, customer_id, wanted_at, gone}]` -> what was marked: limit keys to wake, shops whose settings are not loaded and
 * whose marks are kept until they are, shops that are not there. One column of a row is filled.
 */
export async function markDue(db: Kysely<unknown>): Promise<void> {
  await sql`create function mark_due(marks json) returns table (limit_key text, shop_id text, unknown text) language plpgsql as $$
    #variable_conflict use_column
    begin
      return query
      with raw as (
        select * from json_to_recordset(marks) as r(shop_id text, customer_id text, wanted_at timestamptz, gone boolean)
      ), due as (
        select shop_id, customer_id, max(wanted_at) as wanted_at, bool_or(gone) as gone from raw group by 1, 2
      ), marked as (
        insert into ledger as l (connection_id, customer_id, lane, state, due_at, wanted_at, gone_at)
        select c.id, due.customer_id, 1, 'waiting', now(), due.wanted_at,
               case when due.gone then coalesce(due.wanted_at, now()) end
        from due join connection_state c on c.shop_id = due.shop_id and c.live
        order by 1, 2
        on conflict (connection_id, customer_id) do update set
          version = l.version + 1,
          wanted_at = greatest(l.wanted_at, excluded.wanted_at),
          gone_at = greatest(l.gone_at, excluded.gone_at),
          rereads = 0,
          attempts = case when l.state = 'gave_up' then 0 else l.attempts end,
          failing_since = case when l.state = 'gave_up' then null else l.failing_since end,
          lane = case when l.due_at is null then excluded.lane else least(l.lane, excluded.lane) end,
          historic = excluded.historic and (l.historic or l.due_at is null),
          state = case when l.state = 'retrying' then l.state else 'waiting' end,
          due_at = case when l.state = 'retrying' and l.due_at > now() then l.due_at else now() end,
          updated_at = now()
        returning l.connection_id
      ), kept as (
        insert into pending_mark as p (shop_id, customer_id, wanted_at, gone)
        select due.shop_id, due.customer_id, due.wanted_at, due.gone from due join shop s on s.id = due.shop_id and not s.settings_loaded
        order by 1, 2
        on conflict (shop_id, customer_id) do update set
          wanted_at = greatest(p.wanted_at, excluded.wanted_at), gone = p.gone or excluded.gone
        returning p.shop_id
      )
      select distinct c.limit_key, null::text, null::text from marked join connection_state c on c.id = marked.connection_id
      union all select distinct null, shop_id, null from kept
      union all select distinct null, null, shop_id from due where not exists (select 1 from shop s where s.id = due.shop_id);
    end $$`.execute(db);
}
