/** A shop connected to the stand-in RetailCRM through the same doors that a merchant uses. */
import { FIRST_SITE, type RetailCrmSandbox, startRetailCrm } from "../sandbox/retailcrm";
import { type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { type App, type Page, patiently, startApp } from "./app";

export interface RetailCrmShop {
  app: App;
  saleor: SaleorSandbox;
  crm: RetailCrmSandbox;
  page: Page;
  connectionId: string;
  close(): Promise<void>;
}

export async function startRetailCrmShop(variables: Record<string, string> = {}): Promise<RetailCrmShop> {
  const crm = await startRetailCrm();
  const saleor = await startSaleor({ version: "3.23.28", retryScale: 0.01 });
  const app = await startApp(null, { RETAILCRM_BASE_URL: crm.url, ...variables });
  await saleor.install(app.manifestUrl);
  const page = await app.page(saleor);
  const connectionId = await patiently(() => connectRetailCrm(page, crm));
  const { version } = await page.connections.settings.query({ id: connectionId });
  await page.connections.saveSettings.mutate({ id: connectionId, version, values: { site: FIRST_SITE } });
  await page.connections.setLive.mutate({ id: connectionId, live: true });
  return {
    app,
    saleor,
    crm,
    page,
    connectionId,
    async close() {
      await app.close();
      await saleor.close();
      await crm.close();
    },
  };
}

async function connectRetailCrm(page: Page, crm: RetailCrmSandbox): Promise<string> {
  const credentials = { address: "example-shop.retailcrm.ru", apiKey: crm.keys.main.value };
  const granted = await page.connect.withKey.mutate({ provider: "retailcrm", credentials });
  if (granted.kind !== "granted") throw new Error(`refused: ${JSON.stringify(granted)}`);
  const confirmed = await page.connect.confirm.mutate({ attemptId: granted.attemptId });
  if (confirmed.kind !== "connected") throw new Error(`not connected: ${JSON.stringify(confirmed)}`);
  return confirmed.connectionId;
}
