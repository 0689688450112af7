/** A shop and a Mailchimp that outlive the app between them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../../scripts/free-port";
import { connect, type Page, pageOf } from "../flows/app";
import { type MailchimpSandbox, startMailchimp } from "../sandbox/mailchimp";
import { type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { startWorkerProcess, type WorkerProcess } from "../worker-process";
import { type AppProcess, startAppProcess } from "./app-process";

/** Which processes a kill hits. Where web and worker are one process, all mean the same. */
export type Victims = "web" | "worker" | "both";

export interface Town {
  saleor: SaleorSandbox;
  mailchimp: MailchimpSandbox;
  connectionId: string;
  /** The process that Saleor's webhooks reach. */
  readonly app: AppProcess;
  page(): Promise<Page>;
  /** When the app was killed so far, milliseconds. */
  readonly kills: readonly number[];
  killAndRestart(victims?: Victims): Promise<void>;
  /** A second process of the same installation, with doors of its own. */
  another(): Promise<{ app: AppProcess; origin: string }>;
  close(): Promise<void>;
}

export interface TownOptions {
  /** Without it the embedded database. */
  databaseUrl?: string;
  /** A web process that does not deliver and a worker that does nothing else; needs a server. */
  apart?: boolean;
  customers: number;
  latencyMs: number;
}

export async function openTown({ databaseUrl, apart = false, customers, latencyMs }: TownOptions): Promise<Town> {
  const mailchimp = await startMailchimp({ latencyMs });
  // Saleor's five more tries, over three quarters of a minute instead of five.
  const saleor = await startSaleor({ retryScale: 0.15 });
  const dataDir = mkdtempSync(path.join(tmpdir(), "crm-crash-"));
  const settingsAt = async () => settingsFor(await freePort(), { mailchimp, dataDir, databaseUrl, apart });
  const settings = await settingsAt();
  const origin = settings.APP_API_BASE_URL!;
  const others: AppProcess[] = [];
  const kills: number[] = [];
  const aWorker = async () => {
    const started = startWorkerProcess(settings);
    await started.started;
    return started;
  };
  let app = await startAppProcess(settings);
  let worker: WorkerProcess | null = apart ? await aWorker() : null;
  await saleor.install(`${origin}/api/manifest`);
  for (let n = 1; n <= customers; n++)
    await saleor.customers.create({ email: `old${n}@shop-one.dev`, firstName: `Old${n}` }, { silent: true });
  const page = () => pageOf(origin, saleor);
  const connectionId = await goLive(await page(), mailchimp);
  return {
    saleor,
    mailchimp,
    connectionId,
    kills,
    page,
    get app() {
      return app;
    },
    async killAndRestart(victims = "both") {
      kills.push(Date.now());
      if (victims !== "web") worker?.kill("SIGKILL");
      if (victims !== "worker" || !worker)
        await app.kill().then(async () => {
          app = await startAppProcess(settings);
        });
      if (victims !== "web" && worker) worker = await worker.ended.then(aWorker);
    },
    async another() {
      const own = await settingsAt();
      const other = await startAppProcess(own);
      others.push(other);
      return { app: other, origin: own.APP_API_BASE_URL! };
    },
    async close() {
      worker?.kill("SIGKILL");
      await Promise.all([app, ...others].map((process) => process.kill()));
      await saleor.close();
      await mailchimp.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

interface Place {
  mailchimp: MailchimpSandbox;
  dataDir: string;
  databaseUrl?: string | undefined;
  apart: boolean;
}

function settingsFor(port: number, { mailchimp, dataDir, databaseUrl, apart }: Place): Record<string, string> {
  return {
    NODE_ENV: "test",
    PORT: String(port),
    APP_IFRAME_BASE_URL: `http://127.0.0.1:${port}`,
    APP_API_BASE_URL: `http://127.0.0.1:${port}`,
    DATA_DIR: dataDir,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    ...(apart && { RUN_WORKER: "false" }),
    CRM_SANDBOX: "1",
    MAILCHIMP_CLIENT_ID: mailchimp.clientId,
    MAILCHIMP_CLIENT_SECRET: mailchimp.clientSecret,
    MAILCHIMP_LOGIN_BASE_URL: mailchimp.url,
    MAILCHIMP_API_BASE_URL: mailchimp.url,
    LEASE_SECONDS: "5",
    SANDBOX_CUT_OFF_SECONDS: "1",
    RETRY_MIN_SECONDS: "0.5",
    RETRY_MAX_SECONDS: "2",
    // What is lost must stay lost: nothing here may be mended by looking everywhere.
    CATCH_UP_MINUTES: "100000",
    COMPARE_HOURS: "100000",
    APP_LOG_LEVEL: "info",
  };
}

async function goLive(page: Page, mailchimp: MailchimpSandbox): Promise<string> {
  const id = await connect(page, mailchimp);
  const { version } = await page.connections.settings.query({ id });
  await page.connections.saveSettings.mutate({ id, version, values: { audience: mailchimp.audience().id } });
  await page.connections.setLive.mutate({ id, live: true });
  return id;
}
