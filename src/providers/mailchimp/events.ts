/**
 * Member events (`POST /lists/{id}/members/{hash}/events`, contract 3.0.55): automations of the merchant start from them.
 * Mailchimp knows no key for repeats, so the contact's events are looked through for ours before one is sent.
 */
import type { Failure } from "@/model/outcome";
import type { ContactEvent, Events } from "../contract";
import type { Said } from "./client";
import { subscriberHash } from "./payload";
import type { MailchimpLink } from "./settings";
import { Visit } from "./visit";

/** Names have 2 to 30 characters (contract 3.0.55). */
export const events: Events<MailchimpLink> = { form: /^[^\p{Cc}]{2,30}$/u, send };

const ID = "change_id";

type Answer = { kind: "sent" } | Failure;

async function send(link: MailchimpLink, all: readonly ContactEvent[]): Promise<ReadonlyMap<string, Answer>> {
  const visit = new Visit(link);
  const items = all.map((event) => ({ key: event.id, event }));
  const answers = await visit.each<(typeof items)[number], Answer>(items, ({ event }) => sendOne(visit, event));
  return answers as ReadonlyMap<string, Answer>;
}

async function sendOne(visit: Visit, { id, email, name, properties }: ContactEvent): Promise<Answer> {
  const hash = subscriberHash(email);
  const before = await visit.api.events(hash);
  if (before.kind === "problem") return failed(visit, before, email);
  if (before.value.events.some((event) => event.properties[ID] === id)) return { kind: "sent" };
  const said = await visit.api.postEvent(hash, { name, properties: { ...properties, [ID]: id }, is_syncing: false });
  return said.kind === "ok" ? { kind: "sent" } : failed(visit, said, email);
}

const failed = (visit: Visit, { problem }: Extract<Said<unknown>, { kind: "problem" }>, email: string): Promise<Failure> =>
  visit.fail(problem, [email]);
