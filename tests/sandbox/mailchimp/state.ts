/** What one audience holds: members under three keys, merge fields, tags (a tag is a static segment), forgotten addresses. */
import { hash } from "node:crypto";
import { hashOf } from "./addresses";
import { nowIso } from "./clock";
import type { MergeField, MergeValue } from "./merge";

export const WRITE_STATUSES = ["subscribed", "unsubscribed", "cleaned", "pending", "transactional"] as const;
export type WriteStatus = (typeof WRITE_STATUSES)[number];
export type Status = WriteStatus | "archived";
/** Who wrote: our side over the API, the person, or somebody in Mailchimp's own pages. */
export type Who = "api" | "self" | "admin";

export interface StatusChange {
  at: string;
  from: Status | null;
  to: Status;
  who: Who;
}

export interface Tag {
  id: number;
  name: string;
  createdAt: string;
  members: Set<Member>;
}

export interface Member {
  hash: string;
  email: string;
  readonly contactId: string;
  readonly webId: number;
  status: Status;
  /** Who unsubscribed them; only a person's own word is protected. */
  optOut: Who | null;
  mergeFields: Record<string, MergeValue>;
  tags: Set<Tag>;
  permissions: Record<string, boolean>;
  interests: Record<string, boolean>;
  language: string;
  emailType: string;
  vip: boolean;
  ipOpt: string;
  timestampOpt: string;
  ipSignup: string;
  timestampSignup: string;
  location: { latitude: number; longitude: number } | null;
  lastChanged: number;
  /** Grows with every write in the audience: the order of "newest" within one millisecond. */
  touched: number;
  history: StatusChange[];
  events: { name: string; properties: Record<string, unknown>; occurred_at: string; is_syncing: boolean }[];
}

export interface Webhook {
  id: string;
  url: string;
  events: Record<string, boolean>;
  sources: Record<string, boolean>;
}

export interface AudienceSeed {
  id?: string;
  name: string;
  double_optin?: boolean;
  marketing_permissions?: boolean;
  mergeFields?: MergeField[];
  mergeFieldLimit?: number;
}

const md5 = (text: string) => hash("md5", text);

export class Audience {
  readonly id: string;
  readonly name: string;
  readonly doubleOptin: boolean;
  readonly marketingPermissions: boolean;
  readonly mergeFields: MergeField[];
  readonly mergeFieldLimit: number;
  readonly createdAt = new Date();
  readonly members = new Map<string, Member>();
  readonly forgotten = new Set<string>();
  readonly tags = new Map<string, Tag>();
  readonly webhooks = new Map<string, Webhook>();
  private readonly byContactId = new Map<string, Member>();
  /** Addresses that are being told something. */
  telling = 0;
  lastWrite = 0;
  private counter = 0;
  private writes = 0;
  private nextTag = 1;

  constructor(
    seed: AudienceSeed,
    readonly accountId: string,
    readonly webId: number,
  ) {
    this.id = seed.id ?? md5(`${accountId}/${seed.name}`).slice(0, 10);
    this.name = seed.name;
    this.doubleOptin = seed.double_optin ?? false;
    this.marketingPermissions = seed.marketing_permissions ?? false;
    this.mergeFields = structuredClone(seed.mergeFields ?? []);
    this.mergeFieldLimit = seed.mergeFieldLimit ?? 30;
  }

  /** By hash, contact id or plain address, as most member end points accept. */
  find(key: string): Member | undefined {
    return this.members.get(key.toLowerCase()) ?? this.byContactId.get(key) ?? this.byEmail(key);
  }

  byEmail(email: string): Member | undefined {
    return this.members.get(hashOf(email));
  }

  add(email: string): Member {
    this.counter += 1;
    const member = emptyMember(email, md5(`${this.id}#${this.counter}`), this.webId * 100_000 + this.counter);
    this.members.set(member.hash, member);
    this.byContactId.set(member.contactId, member);
    this.touch(member);
    return member;
  }

  rename(member: Member, email: string): void {
    this.members.delete(member.hash);
    member.email = email;
    member.hash = hashOf(email);
    this.members.set(member.hash, member);
  }

  erase(member: Member): void {
    this.drop(member);
    this.forgotten.add(member.hash);
  }

  drop(member: Member): void {
    for (const tag of member.tags) tag.members.delete(member);
    this.members.delete(member.hash);
    this.byContactId.delete(member.contactId);
  }

  touch(member: Member): void {
    member.touched = ++this.writes;
    member.lastChanged = Date.now();
    this.lastWrite = member.lastChanged;
  }

  /** Names compare without regard to case; the first spelling stays. */
  tag(name: string): Tag {
    const key = name.toLowerCase();
    const known = this.tags.get(key);
    if (known) return known;
    const made = { id: this.webId * 1000 + this.nextTag++, name, createdAt: nowIso(), members: new Set<Member>() };
    this.tags.set(key, made);
    return made;
  }

  tagById(id: string): Tag | undefined {
    for (const tag of this.tags.values()) if (String(tag.id) === id) return tag;
    return undefined;
  }

  dropTag(tag: Tag): void {
    for (const member of tag.members) member.tags.delete(tag);
    this.tags.delete(tag.name.toLowerCase());
  }

  hold(member: Member, tag: Tag): void {
    member.tags.add(tag);
    tag.members.add(member);
  }

  release(member: Member, tag: Tag): void {
    member.tags.delete(tag);
    tag.members.delete(member);
  }

  setStatus(member: Member, to: Status, who: Who, isNew = false): void {
    const from = isNew ? null : member.status;
    if (to !== from) member.optOut = to === "unsubscribed" ? who : null;
    member.status = to;
    member.history.push({ at: nowIso(), from, to, who });
    this.touch(member);
  }

  count(status: Status): number {
    let total = 0;
    for (const member of this.members.values()) if (member.status === status) total += 1;
    return total;
  }
}

function emptyMember(email: string, contactId: string, webId: number): Member {
  return {
    hash: hashOf(email),
    email,
    contactId,
    webId,
    status: "subscribed",
    optOut: null,
    mergeFields: {},
    tags: new Set(),
    permissions: {},
    interests: {},
    language: "",
    emailType: "html",
    vip: false,
    ipOpt: "",
    timestampOpt: "",
    ipSignup: "",
    timestampSignup: "",
    location: null,
    lastChanged: Date.now(),
    touched: 0,
    history: [],
    events: [],
  };
}
