/** One shop, connected to all three stand-ins through the doors that a merchant uses. */
import { type MindboxSandbox, startMindbox } from "../sandbox/mindbox";
import { FIRST_SITE, type RetailCrmSandbox, startRetailCrm } from "../sandbox/retailcrm";
import { type Connected, patiently, startConnected, until } from "./app";
import { connectMindbox } from "./mindbox-shop";

export type ProviderId = "mailchimp" | "retailcrm" | "mindbox";
export const PROVIDERS: readonly ProviderId[] = ["mailchimp", "retailcrm", "mindbox"];

export interface ThreeProviders {
  town: Connected;
  crm: RetailCrmSandbox;
  mindbox: MindboxSandbox;
  ids: Record<ProviderId, string>;
  save(provider: ProviderId, values: Record<string, unknown>): Promise<void>;
  row(provider: ProviderId, customerId: string): Promise<LedgerRow | undefined>;
  stateOf(provider: ProviderId, customerId: string): Promise<string>;
  /** Tags of the contact with this address; `null` = there is none. */
  tags(provider: ProviderId, email: string): readonly string[] | null;
  /** A new customer, delivered everywhere. */
  person(email: string): Promise<{ id: string; email: string }>;
  heal(): void;
  close(): Promise<void>;
}

export interface LedgerRow {
  state: string;
  reason: string | null;
  due_at: Date | null;
  erase_at: Date | null;
  erasure_id: string | null;
  remote_key: string | null;
  email_hmac: string | null;
  consents: unknown;
  owned_tags: unknown;
  owned_fields: unknown;
  rule_state: unknown;
}

const PATIENCE = { RETRY_MIN_SECONDS: "0.4", RETRY_MAX_SECONDS: "1", SANDBOX_CUT_OFF_SECONDS: "1" };

export async function startThreeProviders(variables: Record<string, string> = {}): Promise<ThreeProviders> {
  const [crm, mindbox] = await Promise.all([startRetailCrm(), startMindbox()]);
  const more = { RETAILCRM_BASE_URL: crm.url, MINDBOX_BASE_URL: mindbox.url };
  const town = await startConnected({ variables: { ...PATIENCE, ...more, ...variables } });
  const { page, app, mailchimp, saleor } = town;
  const ids = {
    mailchimp: town.connectionId,
    retailcrm: await patiently(() => connectRetailCrm(town, crm)),
    mindbox: await patiently(() => connectMindbox(page, mindbox)),
  };
  const save: ThreeProviders["save"] = async (provider, values) => {
    const fresh = await app.page(saleor);
    const { version } = await fresh.connections.settings.query({ id: ids[provider] });
    const saved = await fresh.connections.saveSettings.mutate({ id: ids[provider], version, values: values as Record<string, string> });
    if (saved.kind !== "saved") throw new Error(`not saved: ${JSON.stringify(saved)}`);
  };
  await save("retailcrm", { site: FIRST_SITE });
  for (const id of [ids.retailcrm, ids.mindbox]) await page.connections.setLive.mutate({ id, live: true });
  const row: ThreeProviders["row"] = async (provider, customerId) =>
    (await app.rows<LedgerRow>(`select * from ledger where customer_id = '${customerId}' and connection_id = '${ids[provider]}'`))[0];
  const tags: ThreeProviders["tags"] = (provider, email) => {
    if (provider === "mailchimp") return mailchimp.audience().member(email)?.tags ?? null;
    if (provider === "retailcrm") return crm.customer(email)?.tags ?? null;
    const card = mindbox.card("email", email);
    return card ? ((card.customFields.saleorTags as string[] | undefined) ?? []) : null;
  };
  return {
    town,
    crm,
    mindbox,
    ids,
    save,
    row,
    tags,
    async stateOf(provider, customerId) {
      const found = await row(provider, customerId);
      return `${found?.state}:${found?.reason}`;
    },
    async person(email) {
      const { id } = await saleor.customers.create({ email });
      for (const provider of PROVIDERS)
        await until(async () => (await row(provider, id))?.state === "in_sync" && (await row(provider, id))?.due_at === null, 60_000);
      return { id, email };
    },
    heal() {
      mailchimp.heal();
      crm.heal();
      mindbox.heal();
    },
    async close() {
      await town.close();
      await crm.close();
      await mindbox.close();
    },
  };
}

async function connectRetailCrm({ page }: Connected, crm: RetailCrmSandbox): Promise<string> {
  const credentials = { address: "example-shop.retailcrm.ru", apiKey: crm.keys.main.value };
  const granted = await page.connect.withKey.mutate({ provider: "retailcrm", credentials });
  if (granted.kind !== "granted") throw new Error(`refused: ${JSON.stringify(granted)}`);
  const confirmed = await page.connect.confirm.mutate({ attemptId: granted.attemptId });
  if (confirmed.kind !== "connected") throw new Error(`not connected: ${JSON.stringify(confirmed)}`);
  return confirmed.connectionId;
}
