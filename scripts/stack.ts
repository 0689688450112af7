/** Stand-in Saleor, stand-in vendors, a page that treats the app as the Dashboard does, and the app: as one thing. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type MailchimpSandbox, startMailchimp } from "../tests/sandbox/mailchimp/index";
import { type MindboxSandbox, startMindbox } from "../tests/sandbox/mindbox/index";
import { type RetailCrmSandbox, startRetailCrm } from "../tests/sandbox/retailcrm/index";
import { type Dashboard, type DashboardOptions, startDashboard } from "../tests/sandbox/saleor/dashboard/host";
import { type SaleorOptions, type SaleorSandbox, startSaleor } from "../tests/sandbox/saleor/saleor";
import { type AppProcess, startApp } from "./app-process";
import { freePort } from "./free-port";

export interface StackOptions {
  saleor?: SaleorOptions;
  /** What the person at the screen sees and may do; `null` = no page. */
  dashboard?: Omit<DashboardOptions, "saleor" | "appUrl">;
  /** `false`: no OAuth app is set up, merchants connect with an API key. */
  oauth?: boolean;
  /** `false`: the app runs, but no shop has it yet. */
  install?: boolean;
  /** Taken if free. */
  ports?: { app?: number; mailchimp?: number; retailcrm?: number; mindbox?: number };
  /** Settings of the app on top of what the sandbox needs. */
  env?: Readonly<Record<string, string>>;
  /** A page for the narrow column beside the app; made once the stand-ins run. */
  panel?: (parts: { saleor: SaleorSandbox } & Vendors) => Promise<{ url: string; close(): Promise<void> }>;
}

export interface Vendors {
  readonly mailchimp: MailchimpSandbox;
  readonly retailcrm: RetailCrmSandbox;
  readonly mindbox: MindboxSandbox;
}

export interface Stack extends Vendors {
  readonly saleor: SaleorSandbox;
  readonly dashboard: Dashboard;
  readonly app: AppProcess;
  /** Empty while not installed. */
  readonly appId: string;
  readonly manifestUrl: string;
  /** Another page over the same shop: other theme, language, permissions, token lifetime. */
  openDashboard(options?: Omit<DashboardOptions, "saleor" | "appUrl">): Promise<Dashboard>;
  /** The app again on the same data, as after a crash or a deployment. */
  restartApp(signal?: NodeJS.Signals): Promise<void>;
  stopApp(signal?: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

type Closing = () => Promise<unknown>;

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const closings: Closing[] = [];
  const close = async () => {
    while (closings.length > 0) await closings.pop()!().catch(() => undefined);
  };
  try {
    return await build(options, closings, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(options: StackOptions, closings: Closing[], close: () => Promise<void>): Promise<Stack> {
  const kept = <T extends { close(): Promise<unknown> }>(part: T): T => {
    closings.push(() => part.close());
    return part;
  };
  const folder = await mkdtemp(path.join(tmpdir(), "saleor-crm-"));
  closings.push(() => rm(folder, { recursive: true, force: true }));
  const dataDir = path.join(folder, "data");
  const saleor = kept(await startSaleor(options.saleor));
  const mailchimp = kept(await startMailchimp({ port: await freePort(options.ports?.mailchimp) }));
  const retailcrm = kept(await startRetailCrm({ port: await freePort(options.ports?.retailcrm) }));
  const mindbox = kept(await startMindbox({ port: await freePort(options.ports?.mindbox) }));
  const vendors: Vendors = { mailchimp, retailcrm, mindbox };
  const panel = options.panel ? kept(await options.panel({ saleor, ...vendors })) : undefined;
  const port = await freePort(options.ports?.app);
  const settings = { ...sandboxSettings({ port, dataDir, ...vendors, oauth: options.oauth ?? true }), ...options.env };
  let app = await startApp(port, settings);
  closings.push(() => app.stop());
  const manifestUrl = `${app.url}/api/manifest`;
  const appId = options.install === false ? "" : (await saleor.install(manifestUrl)).appId;
  const openDashboard: Stack["openDashboard"] = async (page) =>
    kept(await startDashboard({ saleor, ...(panel && { panelUrl: panel.url }), ...page }));
  const dashboard = await openDashboard(options.dashboard);
  return {
    saleor,
    ...vendors,
    dashboard,
    get app() {
      return app;
    },
    appId,
    manifestUrl,
    openDashboard,
    async restartApp(signal) {
      await app.stop(signal);
      app = await startApp(port, settings);
    },
    stopApp: (signal) => app.stop(signal),
    close,
  };
}

function sandboxSettings(input: { port: number; dataDir: string; oauth: boolean } & Vendors): Record<string, string> {
  const { port, dataDir, mailchimp, retailcrm, mindbox, oauth } = input;
  const url = `http://127.0.0.1:${port}`;
  return {
    CRM_SANDBOX: "1",
    DATA_DIR: dataDir,
    SECRET_KEY: "only-for-the-sandbox-never-for-a-shop",
    APP_IFRAME_BASE_URL: url,
    APP_API_BASE_URL: url,
    MAILCHIMP_LOGIN_BASE_URL: mailchimp.url,
    MAILCHIMP_API_BASE_URL: mailchimp.url,
    RETAILCRM_BASE_URL: retailcrm.url,
    MINDBOX_BASE_URL: mindbox.url,
    ...(oauth && { MAILCHIMP_CLIENT_ID: mailchimp.clientId, MAILCHIMP_CLIENT_SECRET: mailchimp.clientSecret }),
  };
}
