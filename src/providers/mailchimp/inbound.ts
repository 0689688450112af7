/**
 * Opt-outs that Mailchimp tells us about: an audience webhook of ours, made here and checked by Mailchimp with a GET before
 * it accepts it. A delivery is a hint: where the contact stands is read again. Our own writes are left out
 * (`sources.api: false`), so nothing of ours comes back. Mailchimp's signature is not checked: docs/adr/0016 says why.
 */
import type { Answer, Delivery, Heard, Inbound } from "../contract";
import { isMissing } from "./failures";
import { subscriberHash } from "./payload";
import { CHANNEL, type MailchimpLink } from "./settings";
import { Visit } from "./visit";

const EVENTS = { unsubscribe: true, subscribe: false, profile: false, cleaned: false, upemail: false, campaign: false };
const SOURCES = { user: true, admin: true, api: false };

async function listen(link: MailchimpLink, { url, ours }: { url: string; ours: string }): Promise<Answer<null>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const said = await visit.api.webhooks();
  if (said.kind === "problem") return visit.fail(said.problem);
  if (said.value.webhooks.some((hook) => hook.url === url)) return { kind: "ok", value: null };
  // Of an older secret, or of this app before it moved.
  for (const stale of said.value.webhooks.filter((hook) => hook.url.startsWith(ours))) await visit.api.deleteWebhook(stale.id);
  const made = await visit.api.createWebhook({ url, events: EVENTS, sources: SOURCES });
  return made.kind === "ok" ? { kind: "ok", value: null } : visit.fail(made.problem);
}

async function unlisten(link: MailchimpLink, ours: string): Promise<Answer<{ removed: number }>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const said = await visit.api.webhooks();
  // With the audience its webhooks are gone.
  if (said.kind === "problem") return isMissing(said.problem) ? { kind: "ok", value: { removed: 0 } } : visit.fail(said.problem);
  const hooks = said.value.webhooks.filter((hook) => hook.url.startsWith(ours));
  for (const hook of hooks) {
    const gone = await visit.api.deleteWebhook(hook.id);
    if (gone.kind === "problem" && !isMissing(gone.problem)) return visit.fail(gone.problem);
  }
  return { kind: "ok", value: { removed: hooks.length } };
}

/** Form-encoded, nested by brackets: `data[email]`. */
function read(_link: MailchimpLink, body: string): Heard {
  const form = new URLSearchParams(body);
  const email = form.get("data[email]") ?? "";
  // Of a contact that was erased: an address at Mailchimp's own domain stands in its place.
  if (form.get("type") !== "unsubscribe" || !email.includes("@") || /@forgotten\./i.test(email)) return { kind: "nothing" };
  const parts = ["unsubscribe", form.get("data[reason]"), form.get("fired_at"), form.get("data[id]")];
  return { kind: "opt_out", delivery: { email, evidence: parts.filter(Boolean).join(" ").slice(0, 200) } };
}

async function optedOut(link: MailchimpLink, { email }: Delivery): Promise<Answer<readonly string[]>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const said = await visit.api.member(subscriberHash(email));
  if (said.kind === "problem") return isMissing(said.problem) ? { kind: "ok", value: [] } : visit.fail(said.problem);
  return { kind: "ok", value: said.value.status === "unsubscribed" ? [CHANNEL] : [] };
}

export const inbound: Inbound<MailchimpLink> = { listen, unlisten, read, optedOut };
