/** What the three stand-ins hold of people, in one form, and what happens to people there without us. */
import type { ProviderId, ThreeProviders } from "./three-providers";

export interface Seen {
  key: string;
  email: string;
  firstName: string;
  tags: readonly string[];
  status: "in" | "out" | "none";
  statusWrites: number;
}

/** Everybody at the provider who counts there: archived and merged contacts do not. */
export function everybody(three: ThreeProviders, provider: ProviderId): Seen[] {
  if (provider === "mailchimp")
    return three.town.mailchimp
      .audience()
      .members()
      .filter(({ status }) => status !== "archived")
      .map((one) => ({
        key: one.contact_id,
        email: one.email,
        firstName: String(one.merge_fields.FNAME ?? ""),
        tags: one.tags,
        status: one.status === "subscribed" ? "in" : one.status === "unsubscribed" ? "out" : "none",
        statusWrites: three.town.mailchimp.statusWrites().filter(({ email }) => email === one.email).length,
      }));
  if (provider === "retailcrm")
    return three.crm.customers().map((one) => ({
      key: String(one.id),
      email: one.email,
      firstName: one.firstName,
      tags: one.tags,
      status: one.unsubscribedAt ? "out" : one.subscribed ? "in" : "none",
      statusWrites: three.crm.statusWrites.filter(({ id }) => id === one.id).length,
    }));
  return three.mindbox.cards().map((one) => ({
    key: one.mindboxId,
    email: one.email,
    firstName: one.values.firstName ?? "",
    tags: (one.customFields.saleorTags as string[] | undefined) ?? [],
    status: statusOn(one.subscriptions),
    statusWrites: three.mindbox.statusWrites().filter(({ mindboxId }) => mindboxId === one.mindboxId).length,
  }));
}

/** The stand-in keeps a channel in the spelling that it came in. */
function statusOn(subscriptions: ReadonlyMap<string, boolean>): Seen["status"] {
  const said = [...subscriptions].filter(([channel]) => channel.toLowerCase() === "email").map(([, isIn]) => isIn);
  return said.length === 0 ? "none" : said.every(Boolean) ? "in" : "out";
}

export function seed(three: ThreeProviders, provider: ProviderId, email: string): void {
  if (provider === "mailchimp") three.town.mailchimp.audience().seed([{ email, status: "subscribed", by: "admin" }]);
  if (provider === "retailcrm") three.crm.seed([{ email }]);
  if (provider === "mindbox") three.mindbox.seed([{ email }]);
}

export async function optOut(three: ThreeProviders, provider: ProviderId, { key, email }: Seen): Promise<void> {
  if (provider === "mailchimp") three.town.mailchimp.audience().unsubscribe(email);
  if (provider === "retailcrm") three.crm.unsubscribe(Number(key));
  if (provider === "mindbox") await three.mindbox.unsubscribe(three.mindbox.card("mindboxId", key)!, "Email");
}

/** Saleor tells late that a customer was deleted. */
export async function tellDeleted(three: ThreeProviders, id: string): Promise<void> {
  const { saleor } = three.town;
  const appId = saleor.installedApps()[0]!.id;
  const anybody = saleor.customers.all()[0]!;
  const request = await saleor.draftWebhook({ appId, event: "CUSTOMER_DELETED", customerId: anybody.id });
  const body = request.body.replaceAll(anybody.id, id);
  const headers = { ...request.headers, "saleor-signature": await saleor.signWebhook(body) };
  const { status } = await fetch(request.url, { method: "POST", headers, body });
  if (status !== 200) throw new Error(`the app answered ${status}`);
}
