/** One shop with one live connection through the real rooms, used for one story after the other. */
import { sql } from "kysely";
import { createCatchUp } from "@/sweep/catch-up";
import { createComparison } from "@/sweep/compare";
import { type Rooms, rooms, stopRooms } from "@/wiring";
import type { Page } from "../flows/app";
import { type Connected, startConnected } from "../flows/app";
import { IMPORT_TAGS } from "./story";

export interface Town extends Pick<Connected, "saleor" | "mailchimp" | "connectionId"> {
  readonly page: Page;
  appId: string;
  rows<T>(statement: string): Promise<T[]>;
  /** A new story begins: nobody is there, and nothing is known. */
  clear(): Promise<void>;
  /** Everything that is due, or due later, is dealt with now. */
  quiet(): Promise<void>;
  catchUp(): Promise<void>;
  compare(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Whatever waits, waits milliseconds: the tests wait for it. */
const variables = { RETRY_MIN_SECONDS: "0.02", RETRY_MAX_SECONDS: "0.1", CATCH_UP_MINUTES: "100000", COMPARE_HOURS: "100000" };
const LONGEST_WAIT_MS = 20_000;

const stopping = globalThis as { __crmStopping?: boolean };

export async function openTown(): Promise<Town> {
  const connected = await startConnected({ variables });
  return townOf(connected, await rooms());
}

function townOf({ app, saleor, mailchimp, page: firstPage, connectionId, close }: Connected, first: Rooms): Town {
  let now = first;
  let page = firstPage;
  const appId = saleor.installedApps()[0]!.id;
  const rows: Town["rows"] = async <T>(statement: string) => (await sql.raw<T>(statement).execute(now.db)).rows;
  const sweepDeps = () => ({ db: now.db, clientOf: now.clientOf, wake: now.wake, log: now.log });

  async function until(look: () => Promise<boolean>): Promise<void> {
    const ends = Date.now() + LONGEST_WAIT_MS;
    while (!(await look())) {
      if (Date.now() > ends) throw new Error(`never quiet: ${JSON.stringify(await rows(unfinished))}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  /** Rows in backoff do not wait; rows that a pause keeps back are nobody's business. */
  async function quiet(): Promise<void> {
    const [state] = await rows<{ limit_key: string; live: boolean }>(`select limit_key, live from connection_state`);
    const left = `select count(*)::int as n, (count(*) filter (where due_at > now()))::int as later,
      (exists (select 1 from lease where until > now()))::int as busy
      from ledger where (due_at is not null and ${state!.live ? "true" : "lane <> 1"}) or in_flight is not null`;
    await until(async () => {
      const [found] = await rows<{ n: number; later: number; busy: number }>(left);
      if (found!.n === 0) return true;
      if (found!.busy) return false;
      await rows("update lease set not_before = null where not_before > now()");
      if (found!.later > 0) await rows("update ledger set due_at = now() where due_at > now()");
      now.wake(state!.limit_key);
      return false;
    });
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
    quiet,
    async clear() {
      // A person's token lives for minutes.
      page = await app.page(saleor);
      healAll(saleor, mailchimp);
      const { values } = await page.connections.settings.query({ id: connectionId });
      if (values.importTag !== IMPORT_TAGS[0]) await saveImportTag(page, connectionId, IMPORT_TAGS[0]);
      await page.connections.setLive.mutate({ id: connectionId, live: true });
      for (const { id } of saleor.customers.all()) await saleor.customers.delete(id, { silent: true });
      await quiet();
      await rows("delete from ledger");
      await rows("delete from ledger_count");
      await rows("update lease set failures = 0, not_before = null");
      await rows("update shop set watermark = now(), catch_up_at = now() + interval '1 day', compare_at = now() + interval '1 day'");
      mailchimp.reset();
    },
    async catchUp() {
      await rows("update shop set watermark = '1970-01-01', catch_up_at = now()");
      const sweep = createCatchUp({ ...sweepDeps(), everyMinutes: 100_000 });
      await until(async () => {
        await sweep.tick();
        const [open] = await rows<{ n: number }>(
          "select count(*)::int as n from shop where catch_up_at <= now() or catch_up_until is not null",
        );
        return open!.n === 0;
      });
    },
    async compare() {
      await rows("update shop set compare_at = now()");
      const sweep = createComparison({ ...sweepDeps(), everyHours: 100_000, brake: async () => {} });
      await until(async () => {
        await sweep.tick();
        const [open] = await rows<{ n: number }>(
          "select count(*)::int as n from shop where compare_at <= now() or compare_until is not null",
        );
        return open!.n === 0;
      });
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

export async function saveImportTag(page: Page, id: string, importTag: string): Promise<string> {
  const { version } = await page.connections.settings.query({ id });
  return (await page.connections.saveSettings.mutate({ id, version, values: { importTag } })).kind;
}
