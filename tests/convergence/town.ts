/** One shop with one live connection through the real rooms, used for one story after the other. */
import { setTimeout as pause } from "node:timers/promises";
import { sql } from "kysely";
import { createCatchUp } from "@/sweep/catch-up";
import { createComparison } from "@/sweep/compare";
import { type Rooms, rooms, stopRooms } from "@/wiring";
import type { Page } from "../flows/app";
import { type Connected, startConnected } from "../flows/app";
import type { Rule, Settings } from "./story";

export interface Town extends Pick<Connected, "saleor" | "mailchimp" | "connectionId"> {
  readonly page: Page;
  appId: string;
  rows<T>(statement: string): Promise<T[]>;
  /** A new story begins: nobody is there, and nothing is known. */
  clear(): Promise<void>;
  /** Whoever was told of has been delivered once; later looks may still be due. */
  delivered(): Promise<void>;
  /** Waits for it, however slow the machine is; what never comes is said after minutes. */
  until(look: () => Promise<boolean>): Promise<void>;
  /** Whoever tells us of something by itself has been heard. */
  told(): Promise<void>;
  /** Everything that is due, or due later, is dealt with now. */
  quiet(): Promise<void>;
  /** @param options.whole one that breaks off, because Saleor is still being spared after a failure, is followed by another. */
  catchUp(options?: { whole?: boolean }): Promise<void>;
  compare(): Promise<void>;
  /** Three reads over a day say that somebody is gone. */
  compareForADay(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Whatever waits, waits milliseconds: the tests wait for it. */
const variables = { RETRY_MIN_SECONDS: "0.02", RETRY_MAX_SECONDS: "0.1", CATCH_UP_MINUTES: "100000", COMPARE_HOURS: "100000" };
/** A busy machine is slow; only what never ends is wrong. */
const LONGEST_WAIT_MS = 180_000;
const FIRST_SETTINGS = { importTag: "Saleor Import", deletion: "archive", newStatus: "transactional", includeStaff: false } as const;

const stopping = globalThis as { __crmStopping?: boolean };

export async function openTown(): Promise<Town> {
  const connected = await startConnected({ variables, settings: FIRST_SETTINGS });
  return townOf(connected, await rooms());
}

function townOf({ app, saleor, mailchimp, page: firstPage, connectionId, close }: Connected, first: Rooms): Town {
  let now = first;
  let page = firstPage;
  const appId = saleor.installedApps()[0]!.id;
  const rows: Town["rows"] = async <T>(statement: string) => (await sql.raw<T>(statement).execute(now.db)).rows;
  const count = async (statement: string) => (await rows<{ n: number }>(`select count(*)::int as n from ${statement}`))[0]!.n;
  const sweepDeps = () => ({ db: now.db, clientOf: now.clientOf, wake: now.wake, log: now.log });

  async function until(look: () => Promise<boolean>): Promise<void> {
    const ends = Date.now() + LONGEST_WAIT_MS;
    while (!(await look())) {
      if (Date.now() > ends) throw new Error(`never quiet: ${JSON.stringify(await rows(unfinished))}`);
      await pause(15);
    }
  }

  async function told(): Promise<void> {
    await until(async () => mailchimp.audience().telling === 0);
    await saleor.settled();
  }

  /** Rows that a pause keeps back are nobody's business. */
  async function quiet(): Promise<void> {
    const [state] = await rows<{ limit_key: string; live: boolean }>("select limit_key, live from connection_state");
    const left = `select count(*)::int as n, (count(*) filter (where due_at > now()))::int as later,
      (exists (select 1 from lease where until > now()))::int as busy
      from ledger where (due_at is not null and ${state!.live ? "true" : "lane = 0"}) or in_flight is not null`;
    await until(async () => {
      const [found] = await rows<{ n: number; later: number; busy: number }>(left);
      if (found!.n === 0) return true;
      if (!found!.busy) await hurry(state!.limit_key, found!.later > 0);
      return false;
    });
  }

  /** Who waits need not wait, but for the replica: a second look is made so much later that no lag lasts until then. */
  async function hurry(limitKey: string, someWait: boolean): Promise<void> {
    await rows("update lease set not_before = null where not_before > now()");
    if (someWait) {
      await pause(saleor.dials.replicaLagMs);
      await rows("update ledger set due_at = now() where due_at > now()");
    }
    now.wake(limitKey);
  }

  async function sweep(tick: () => Promise<void>, open: string): Promise<void> {
    await until(async () => {
      await tick();
      return (await count(`shop where ${open}`)) === 0;
    });
  }

  async function compare(): Promise<void> {
    await rows("update shop set compare_at = now()");
    const { tick } = createComparison({ ...sweepDeps(), everyHours: 100_000, brake: async () => {} });
    await sweep(tick, "compare_at <= now() or compare_until is not null");
  }

  async function firstSettings(): Promise<void> {
    const { values } = await page.connections.settings.query({ id: connectionId });
    const isFirst = Object.entries(FIRST_SETTINGS).every(([name, value]) => values[name] === value);
    if (!isFirst) await saveSettings(page, connectionId, FIRST_SETTINGS);
    if ((await page.mapping.rules.query({ id: connectionId })).consentRules.length > 0) await saveRules(page, connectionId, null);
    if ((await count("connection_state where not live")) > 0) await page.connections.setLive.mutate({ id: connectionId, live: true });
  }

  return {
    saleor,
    mailchimp,
    get page() {
      return page;
    },
    connectionId,
    appId,
    rows,
    until,
    told,
    quiet,
    delivered: () => until(async () => (await count("ledger where state <> 'in_sync' or in_flight is not null")) === 0),
    async clear() {
      // A person's token lives for minutes.
      page = await app.page(saleor);
      healAll(saleor, mailchimp);
      await told();
      await firstSettings();
      for (const { id } of saleor.customers.all()) await saleor.customers.delete(id, { silent: true });
      await quiet();
      await rows("delete from ledger");
      await rows("delete from ledger_count");
      await rows("update lease set failures = 0, not_before = null");
      await rows(`update shop set watermark = now() - interval '10 minutes', catch_up_at = now() + interval '1 day',
        compare_at = now() + interval '1 day'`);
      mailchimp.reset();
    },
    async catchUp({ whole = false } = {}) {
      const { tick } = createCatchUp({ ...sweepDeps(), everyMinutes: 100_000 });
      const [began] = await rows<{ at: string }>("select clock_timestamp()::text as at");
      await until(async () => {
        await rows("update shop set catch_up_at = now()");
        await sweep(tick, "catch_up_at <= now() or catch_up_until is not null");
        return !whole || (await count(`shop where caught_up_at >= '${began!.at}'`)) > 0;
      });
    },
    compare,
    async compareForADay() {
      await compare();
      await quiet();
      await rows("update ledger set absent_since = now() - interval '25 hours', absent_reads = 2 where absent_reads > 0");
      await compare();
      await quiet();
    },
    async restart() {
      // As at the end of a process: who comes meanwhile is sent away, and comes again.
      await stopRooms();
      stopping.__crmStopping = false;
      now = await rooms();
      await now.startWorker();
    },
    close,
  };
}

const unfinished = `select customer_id, lane, state, due_at, in_flight, in_flight_at, reason, attempts, rereads,
  (select json_agg(lease) from lease) as lease, (select health from connection_state) as health from ledger where due_at is not null or in_flight is not null`;

export function healAll(saleor: Town["saleor"], mailchimp: Town["mailchimp"]): void {
  saleor.heal();
  saleor.dials.replicaLagMs = 0;
  mailchimp.heal();
}

export async function saveSettings(page: Page, id: string, values: Partial<typeof FIRST_SETTINGS> | Settings): Promise<string> {
  const { version } = await page.connections.settings.query({ id });
  return (await page.connections.saveSettings.mutate({ id, version, values })).kind;
}

export async function saveRules(page: Page, id: string, rule: Rule | null): Promise<string> {
  const { version } = await page.mapping.rules.query({ id });
  const source = { kind: "private", key: "crm_consent.mailchimp.email" };
  const consentRules = rule ? [{ channel: "email", source, optIn: rule }] : [];
  return (await page.mapping.save.mutate({ id, version, consentRules })).kind;
}
