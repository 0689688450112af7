/** A shop connected to the stand-in Mindbox through the same doors that a merchant uses. */
import type { SaveResult } from "@/model/views";
import { type MindboxSandbox, type Project, startMindbox } from "../sandbox/mindbox";
import { type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { type App, type Page, patiently, startApp } from "./app";

export interface MindboxShop {
  app: App;
  saleor: SaleorSandbox;
  mindbox: MindboxSandbox;
  page: Page;
  connectionId: string;
  save(values: Record<string, unknown>): Promise<SaveResult>;
  close(): Promise<void>;
}

interface Options {
  project?: Project;
  customers?: number;
  settings?: Record<string, unknown>;
  live?: boolean;
  variables?: Record<string, string>;
}

export async function startMindboxShop(options: Options = {}): Promise<MindboxShop> {
  const mindbox = await startMindbox(options.project ? { project: { ...options.project } } : {});
  const saleor = await startSaleor({ version: "3.23.28", customers: options.customers ?? 0, retryScale: 0.01 });
  const app = await startApp(null, { MINDBOX_BASE_URL: mindbox.url, ...options.variables });
  await saleor.install(app.manifestUrl);
  const page = await app.page(saleor);
  const connectionId = await patiently(() => connectMindbox(page, mindbox));
  const save: MindboxShop["save"] = async (values) => {
    const { version } = await page.connections.settings.query({ id: connectionId });
    return page.connections.saveSettings.mutate({ id: connectionId, version, values: values as Record<string, string> });
  };
  if (options.settings) await save(options.settings);
  if (options.live ?? true) await page.connections.setLive.mutate({ id: connectionId, live: true });
  return {
    app,
    saleor,
    mindbox,
    page,
    connectionId,
    save,
    async close() {
      await app.close();
      await saleor.close();
      await mindbox.close();
    },
  };
}

export const keysOf = ({ project, secretKey }: MindboxSandbox) => ({
  host: "api.mindbox.ru",
  endpointId: project.endpointId,
  secretKey: secretKey.replace(/^revoked-/, ""),
  brand: project.brand,
  deviceUuid: "",
});

export async function connectMindbox(page: Page, mindbox: MindboxSandbox): Promise<string> {
  const granted = await page.connect.withKey.mutate({ provider: "mindbox", credentials: keysOf(mindbox) });
  if (granted.kind !== "granted") throw new Error(`refused: ${JSON.stringify(granted)}`);
  const confirmed = await page.connect.confirm.mutate({ attemptId: granted.attemptId });
  if (confirmed.kind !== "connected") throw new Error(`not connected: ${JSON.stringify(confirmed)}`);
  return confirmed.connectionId;
}
