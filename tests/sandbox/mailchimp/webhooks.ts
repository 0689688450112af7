/** Webhook registration. Mailchimp sends a GET to the address first and refuses what does not answer 2xx. Opt-outs are delivered, and again until somebody answers 2xx. */
import { randomBytes } from "node:crypto";
import { parse, webhookBody } from "./bodies";
import { audienceOf, type Call, noContent, ok, type Route } from "./calls";
import { invalidResource, notFound, notValidated } from "./problems";
import type { Audience, Member, Webhook } from "./state";

export const webhooksRoutes: Route[] = [
  ["GET", "/lists/:list/webhooks", listWebhooks],
  ["POST", "/lists/:list/webhooks", createWebhook],
  ["GET", "/lists/:list/webhooks/:webhook", (call) => ok(view(audienceOf(call), webhookOf(call)))],
  ["DELETE", "/lists/:list/webhooks/:webhook", deleteWebhook],
];

const view = (audience: Audience, webhook: Webhook) => ({ ...webhook, list_id: audience.id, _links: [] });

function webhookOf(call: Call): Webhook {
  const webhook = audienceOf(call).webhooks.get(call.params.webhook ?? "");
  if (!webhook) throw notFound();
  return webhook;
}

function listWebhooks(call: Call) {
  const audience = audienceOf(call);
  const webhooks = [...audience.webhooks.values()].map((webhook) => view(audience, webhook));
  return ok({ webhooks, list_id: audience.id, total_items: webhooks.length, _links: [] });
}

async function createWebhook(call: Call) {
  const audience = audienceOf(call);
  const { url, events = {}, sources = {} } = parse(webhookBody, call.body);
  if (!URL.canParse(url)) throw notValidated([{ field: "url", message: "Invalid URL" }]);
  const status = await statusOf(url);
  if (status < 200 || status > 299) {
    throw invalidResource(`We couldn't verify the URL is working. Please double check and try again. HTTP Code: ${status}`);
  }
  const webhook = { id: randomBytes(5).toString("hex"), url, events, sources };
  audience.webhooks.set(webhook.id, webhook);
  return ok(view(audience, webhook));
}

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5000) })).status;
  } catch {
    return 0;
  }
}

function deleteWebhook(call: Call) {
  audienceOf(call).webhooks.delete(webhookOf(call).id);
  return noContent;
}

const TRIES = 20;
const PAUSE_MS = 100;

/** Mailchimp's form (guide on webhooks, read 2026-08), to every hook that wants it. */
export function tellUnsubscribed(audience: Audience, member: Member, by: "user" | "admin"): void {
  const form = new URLSearchParams({
    type: "unsubscribe",
    fired_at: new Date().toISOString().slice(0, 19).replace("T", " "),
    "data[action]": "unsub",
    "data[reason]": "manual",
    "data[id]": member.contactId.slice(0, 10),
    "data[list_id]": audience.id,
    "data[email]": member.email,
    "data[email_type]": member.emailType,
    "data[merges][EMAIL]": member.email,
  });
  for (const hook of audience.webhooks.values()) if (hook.events.unsubscribe && hook.sources[by]) void tell(audience, hook.url, form);
}

async function tell(audience: Audience, url: string, form: URLSearchParams): Promise<void> {
  audience.telling += 1;
  await deliver(url, form);
  audience.telling -= 1;
}

async function deliver(url: string, body: URLSearchParams): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const answer = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(10_000) }).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
