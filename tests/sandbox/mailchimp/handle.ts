/** Direct access for tests and for the control API: what the person and the merchant do, without the API in between. */
import { hashOf } from "./addresses";
import type { MergeValue } from "./merge";
import type { Audience, Member, Status, StatusChange, Who } from "./state";
import { tellUnsubscribed } from "./webhooks";

interface MemberView {
  id: string;
  contact_id: string;
  email: string;
  status: Status;
  merge_fields: Record<string, MergeValue>;
  tags: string[];
  language: string;
  /** Every status the contact ever had and who wrote it. */
  history: StatusChange[];
  events: Member["events"];
}

export interface MemberSeed {
  email: string;
  status?: Status;
  /** Who brought the contact into this status; decides whether an unsubscribed one is protected. Default: api. */
  by?: Who;
  merge_fields?: Record<string, MergeValue>;
  tags?: string[];
}

export interface AudienceHandle {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  members(): MemberView[];
  member(email: string): MemberView | undefined;
  seed(members: readonly MemberSeed[]): void;
  /** By the person: protected from then on. */
  unsubscribe(email: string): void;
  /** Opt-outs that somebody is being told of, or will be again. */
  readonly telling: number;
  /** Addresses that Mailchimp tells. */
  webhooks(): string[];
  /** Of another app. */
  addWebhook(url: string): void;
  /** By the person, on a form or by the link of a confirmation mail. */
  subscribe(email: string): void;
  /** By the admin. */
  archive(email: string): void;
  /** Bounced hard. */
  clean(email: string): void;
  addTag(email: string, tag: string): void;
  removeTag(email: string, tag: string): void;
  /** Permanently deleted: can never be imported again. */
  forget(email: string): void;
  /** The merchant deletes a merge field, and every value with it. @returns whether there was one. */
  dropField(tag: string): boolean;
  /** What happens to unconfirmed contacts after about 60 days. */
  dropPending(): number;
}

function memberState(member: Member): MemberView {
  return {
    id: member.hash,
    contact_id: member.contactId,
    email: member.email,
    status: member.status,
    merge_fields: { ...member.mergeFields },
    tags: [...member.tags].map((tag) => tag.name),
    language: member.language,
    history: [...member.history],
    events: [...member.events],
  };
}

export function audienceHandle(audience: Audience): AudienceHandle {
  const need = (email: string): Member => {
    const member = audience.byEmail(email);
    if (!member) throw new Error(`No such contact in ${audience.name}`);
    return member;
  };
  return {
    id: audience.id,
    name: audience.name,
    get size() {
      return audience.members.size;
    },
    get telling() {
      return audience.telling;
    },
    members: () => [...audience.members.values()].map(memberState),
    member: (email) => {
      const found = audience.byEmail(email);
      return found && memberState(found);
    },
    seed: (members) => {
      for (const one of members) seedMember(audience, one);
    },
    unsubscribe: (email) => {
      audience.setStatus(need(email), "unsubscribed", "self");
      tellUnsubscribed(audience, need(email), "user");
    },
    webhooks: () => [...audience.webhooks.values()].map(({ url }) => url),
    addWebhook: (url) => void audience.webhooks.set(url, { id: url, url, events: {}, sources: {} }),
    subscribe: (email) => selfSubscribe(audience, email),
    archive: (email) => audience.setStatus(need(email), "archived", "admin"),
    clean: (email) => audience.setStatus(need(email), "cleaned", "admin"),
    addTag: (email, tag) => audience.hold(need(email), audience.tag(tag)),
    removeTag: (email, tag) => audience.release(need(email), audience.tag(tag)),
    forget: (email) => forget(audience, email),
    dropField: (tag) => dropField(audience, tag),
    dropPending: () => dropPending(audience),
  };
}

function seedMember(audience: Audience, seed: MemberSeed): void {
  const known = audience.byEmail(seed.email);
  const member = known ?? audience.add(seed.email);
  Object.assign(member.mergeFields, seed.merge_fields);
  for (const name of seed.tags ?? []) audience.hold(member, audience.tag(name));
  audience.setStatus(member, seed.status ?? "subscribed", seed.by ?? "api", known === undefined);
}

/** The one way back for the forgotten. */
function selfSubscribe(audience: Audience, email: string): void {
  audience.forgotten.delete(hashOf(email));
  const known = audience.byEmail(email);
  audience.setStatus(known ?? audience.add(email), "subscribed", "self", known === undefined);
}

function forget(audience: Audience, email: string): void {
  const member = audience.byEmail(email);
  if (member) audience.erase(member);
  else audience.forgotten.add(hashOf(email));
}

function dropField(audience: Audience, tag: string): boolean {
  const at = audience.mergeFields.findIndex((field) => field.tag === tag);
  if (at >= 0) audience.mergeFields.splice(at, 1);
  for (const member of audience.members.values()) delete member.mergeFields[tag];
  return at >= 0;
}

function dropPending(audience: Audience): number {
  const pending = [...audience.members.values()].filter((member) => member.status === "pending");
  for (const member of pending) audience.drop(member);
  return pending.length;
}
