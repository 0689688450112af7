/** One more shop on an app that runs already, with a Mailchimp connection of its own. */
import { type SaleorOptions, type SaleorSandbox, startSaleor } from "../sandbox/saleor/saleor";
import { type Connected, connect, type Page } from "./app";

export interface AnotherShop {
  saleor: SaleorSandbox;
  page: Page;
  connectionId: string;
  appId: string;
}

export interface AnotherShopOptions extends SaleorOptions {
  /** Id of the account; without it the first one. */
  account?: string;
  /** Name of the audience; without it the first one. */
  audience?: string;
  settings?: Record<string, string | boolean>;
  live?: boolean;
}

export async function openAnotherShop(
  town: Pick<Connected, "app" | "mailchimp">,
  { account, audience, settings, live = true, ...shop }: AnotherShopOptions = {},
): Promise<AnotherShop> {
  const saleor = await startSaleor({ retryScale: 0.01, ...shop });
  const { appId } = await saleor.install(town.app.manifestUrl);
  const page = await town.app.page(saleor);
  const connectionId = await connect(page, town.mailchimp, account);
  const { version } = await page.connections.settings.query({ id: connectionId });
  const values = { audience: town.mailchimp.audience(audience).id, ...settings };
  await page.connections.saveSettings.mutate({ id: connectionId, version, values });
  if (live) await page.connections.setLive.mutate({ id: connectionId, live: true });
  return { saleor, page, connectionId, appId };
}
