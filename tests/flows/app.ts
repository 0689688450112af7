/**
 * The whole app on a port of its own: real doors, real database, real worker; stand-ins on real sockets around it. The
 * database is the embedded one, or a new one on the cluster that CRM_TEST_CLUSTER names (tests/postgres.ts).
 */
import { rmSync } from "node:fs";
import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { sql } from "kysely";
import type { AppRouter } from "@/dashboard/api/router";
import { loadEnv, setEnv } from "@/platform/env";
import { createLog } from "@/platform/log";
import { forgetOutbound } from "@/saleor/outbound";
import { closeRooms, rooms } from "@/wiring";
import { CLUSTER_VARIABLE, type Cluster, onCluster } from "../postgres";
import { type MailchimpSandbox, startMailchimp } from "../sandbox/mailchimp";
import { type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { freshDataDir } from "../template-db";
import { doors } from "./doors";
import { everythingKept, personalIn } from "./kept";
import { type ServedHandlers, serveHandlers } from "./serve-handler";

export type Page = TRPCClient<AppRouter>;

export interface App {
  origin: string;
  manifestUrl: string;
  dataDir: string;
  /** What another process of the same installation is started with. */
  settings: Record<string, string>;
  rooms: Awaited<ReturnType<typeof rooms>>;
  /** Everything logged so far. */
  logged(): string;
  /** The page's calls, as this person of this shop. */
  page(saleor: SaleorSandbox, who?: { appId?: string; permissions?: string[]; token?: string }): Promise<Page>;
  rows<T>(statement: string): Promise<T[]>;
  close(): Promise<void>;
}

const state = globalThis as { __crmLog?: unknown };

/** @param mailchimp `null` where the variables name the vendor of the test. */
export async function startApp(mailchimp: MailchimpSandbox | null, variables: Record<string, string> = {}): Promise<App> {
  const dataDir = variables.DATA_DIR ?? freshDataDir("crm-app-");
  const cluster = process.env[CLUSTER_VARIABLE] ? onCluster(process.env[CLUSTER_VARIABLE]) : null;
  const databaseUrl = cluster && !variables.DATABASE_URL ? await databaseOf(cluster, variables.DATA_DIR) : null;
  const served: ServedHandlers = await serveHandlers(doors);
  const own = {
    NODE_ENV: "test",
    APP_IFRAME_BASE_URL: served.origin,
    APP_API_BASE_URL: served.origin,
    DATA_DIR: dataDir,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    CRM_SANDBOX: "1",
    ...(mailchimp && {
      MAILCHIMP_CLIENT_ID: mailchimp.clientId,
      MAILCHIMP_CLIENT_SECRET: mailchimp.clientSecret,
      MAILCHIMP_LOGIN_BASE_URL: mailchimp.url,
      MAILCHIMP_API_BASE_URL: mailchimp.url,
    }),
  };
  const lines: string[] = [];
  forgetOutbound();
  const settings: Record<string, string> = { ...own, ...variables };
  setEnv(loadEnv(settings));
  state.__crmLog = createLog("debug", { write: (line: string) => void lines.push(line) });
  const built = await rooms();
  if (built.env.RUN_WORKER) await built.startWorker();
  return {
    settings,
    origin: served.origin,
    manifestUrl: `${served.origin}/api/manifest`,
    dataDir,
    rooms: built,
    logged: () => lines.join(""),
    page: (saleor, who = {}) => pageOf(served.origin, saleor, who),
    rows: async <T>(statement: string) => (await sql.raw<T>(statement).execute(built.db)).rows,
    async close() {
      await closeRooms();
      await served.close();
      forgetOutbound();
      setEnv(null);
      state.__crmLog = undefined;
      if (!variables.DATA_DIR) rmSync(dataDir, { recursive: true, force: true });
      if (databaseUrl && !variables.DATA_DIR) await cluster?.drop(databaseUrl);
    },
  };
}

const kept = new Map<string, string>();

/** A test that names a folder starts the app on it again: then it finds the same database. */
async function databaseOf(cluster: Pick<Cluster, "database">, folder: string | undefined): Promise<string> {
  const url = (folder && kept.get(folder)) || (await cluster.database());
  if (folder) kept.set(folder, url);
  return url;
}

export async function pageOf(
  origin: string,
  saleor: SaleorSandbox,
  who: { appId?: string; permissions?: string[]; token?: string } = {},
): Promise<Page> {
  const appId = who.appId ?? saleor.installedApps().at(-1)?.id ?? "";
  const token = who.token ?? (await saleor.staffToken({ appId, permissions: who.permissions ?? ["MANAGE_APPS", "MANAGE_USERS"] }));
  const headers = { "saleor-api-url": saleor.apiUrl, "authorization-bearer": token };
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${origin}/api/trpc`, headers })] });
}

export interface Connected {
  app: App;
  saleor: SaleorSandbox;
  mailchimp: MailchimpSandbox;
  page: Page;
  connectionId: string;
  close(): Promise<void>;
}

export interface ConnectOptions {
  version?: string;
  customers?: number;
  /** Name of the audience; without it the first one. */
  audience?: string;
  settings?: Record<string, string | boolean>;
  live?: boolean;
  variables?: Record<string, string>;
}

/** Installed, signed in at Mailchimp, audience chosen, live. What most journeys start from. */
export async function startConnected(options: ConnectOptions = {}): Promise<Connected> {
  const mailchimp = await startMailchimp();
  const saleor = await startSaleor({ version: options.version ?? "3.23.28", customers: options.customers ?? 0, retryScale: 0.01 });
  const app = await startApp(mailchimp, options.variables);
  await saleor.install(app.manifestUrl);
  const page = await app.page(saleor);
  const connectionId = await patiently(() => connect(page, mailchimp));
  const audience = mailchimp.audience(options.audience);
  const { version } = await page.connections.settings.query({ id: connectionId });
  await page.connections.saveSettings.mutate({ id: connectionId, version, values: { audience: audience.id, ...options.settings } });
  if (options.live ?? true) await page.connections.setLive.mutate({ id: connectionId, live: true });
  return {
    app,
    saleor,
    mailchimp,
    page,
    connectionId,
    async close() {
      // A test that went on with another process has closed this one already.
      const kept = await everythingKept(app).catch(() => null);
      await app.close();
      await saleor.close();
      await mailchimp.close();
      const personal = kept ? personalIn(kept, { saleor, mailchimp }) : [];
      if (personal.length > 0) throw new Error(`kept or logged, and must not be:\n${personal.slice(0, 20).join("\n")}`);
    },
  };
}

/** A busy machine lets the look at the shop's keys time out now and then; a person would press the button again. */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === 4) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
}

/** Signs in as a person would: ticket, our start door, Mailchimp's consent page, our callback, confirmation in the frame. */
export async function connect(page: Page, mailchimp: MailchimpSandbox, accountId?: string): Promise<string> {
  const ticket = await page.connect.ticket.mutate({ provider: "mailchimp" });
  const start = await fetch(ticket.url, { redirect: "manual" });
  const cookie = (start.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const back = await mailchimp.consent(start.headers.get("location") ?? "", { accountId });
  await fetch(back, { headers: { cookie }, redirect: "manual" });
  const confirmed = await page.connect.confirm.mutate({ attemptId: ticket.attemptId });
  if (confirmed.kind !== "connected") throw new Error(`not connected: ${JSON.stringify(confirmed)}`);
  return confirmed.connectionId;
}

/** Waits until `look` answers something true; says what it saw last when it never does. */
export async function until<T>(look: () => T | Promise<T>, withinMs = 30_000): Promise<Exclude<T, null | undefined | false | 0 | "">> {
  const ends = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < ends) {
    try {
      const seen = await look();
      if (seen) return seen as Exclude<T, null | undefined | false | 0 | "">;
      last = seen;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited ${withinMs} ms in vain; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
}
