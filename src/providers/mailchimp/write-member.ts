/**
 * Makes one contact in Mailchimp hold what we want, apart from tags and consent. The status of an existing contact is not
 * written here: `status_if_new` speaks only to Mailchimp's creation, and `status` is sent for one purpose, to bring back
 * an archived contact where the merchant chose that.
 */
import type { Contact } from "@/model/contact";
import type { Outcome, Reason } from "@/model/outcome";
import type { Member } from "./answers";
import type { Said } from "./client";
import { droppableFields, isMemberExists, isMissing } from "./failures";
import { bodyFor, holds, type MemberBody, subscriberHash } from "./payload";
import { statusAsBefore, statusForNew, statusForRevived } from "./settings";
import type { Visit } from "./visit";

/** The member stands as we want; tags come next. */
export interface Written {
  kind: "written";
  change: "created" | "updated" | "none";
  member: Member;
  warnings: readonly Reason[];
  /** Channels on which an opt-out of ours stands. Absent = as before. */
  ownedOptOuts?: readonly string[];
}
export type Step = Written | Outcome;

export async function writeMember(visit: Visit, contact: Contact): Promise<Step> {
  if (contact.remoteKey && contact.emailChanged) return rename(visit, contact, contact.remoteKey);
  if (contact.remoteKey && !contact.force) return writeUnseen(visit, contact);
  return lookAndWrite(visit, contact);
}

/** For a contact we know nothing sure about. */
export async function lookAndWrite(visit: Visit, contact: Contact): Promise<Step> {
  const found = await visit.api.member(subscriberHash(contact.mapped.email));
  if (found.kind === "ok") return writeSeen(visit, contact, found.value);
  return isMissing(found.problem) ? create(visit, contact) : visit.fail(found.problem, given(contact));
}

export async function writeSeen(visit: Visit, contact: Contact, member: Member): Promise<Step> {
  if (member.status === "archived") return revive(visit, contact, member);
  if (holds(member, bodyFor(contact))) return { kind: "written", change: "none", member, warnings: [] };
  return finish(visit, contact, "updated", await send(contact, (body) => visit.api.putMember(member.hash, body)));
}

async function create(visit: Visit, contact: Contact): Promise<Step> {
  if (visit.settings.newStatus === "existing_only") return notInAudience(visit);
  return finish(visit, contact, "created", await putIfNew(visit, contact));
}

export async function notInAudience(visit: Visit): Promise<Outcome> {
  return (await visit.audienceGone()) ?? { kind: "skipped", reason: "not_in_audience" };
}

/** Delivered before: written without looking, because `status_if_new` cannot touch what is there. */
async function writeUnseen(visit: Visit, contact: Contact): Promise<Step> {
  const existingOnly = visit.settings.newStatus === "existing_only";
  const hash = subscriberHash(contact.mapped.email);
  const sent = existingOnly ? await send(contact, (body) => visit.api.patchMember(hash, body)) : await putIfNew(visit, contact);
  if (sent.said.kind === "problem" && isMissing(sent.said.problem) && existingOnly) return notInAudience(visit);
  const isOurs = sent.said.kind === "ok" && sent.said.value.contactId === contact.remoteKey;
  return finish(visit, contact, isOurs || existingOnly ? "updated" : "created", sent);
}

/** Keeps tags, history and `contact_id` (recorded traffic; contract 3.0.55 takes `contact_id` in the path). */
async function rename(visit: Visit, contact: Contact, remoteKey: string): Promise<Step> {
  const sent = await send(contact, (body) => visit.api.patchMember(remoteKey, body));
  if (sent.said.kind === "ok") return finish(visit, contact, "updated", sent);
  if (isMissing(sent.said.problem)) return lookAndWrite(visit, contact);
  if (!isMemberExists(sent.said.problem)) return visit.fail(sent.said.problem, given(contact));
  // The new address is somebody already: that contact is ours from now on. What becomes of the old one the engine decides.
  const moved = await lookAndWrite(visit, contact);
  if (moved.kind === "skipped" && moved.receipt) return { ...moved, receipt: { ...moved.receipt, warnings: ["moved_to_existing"] } };
  if (moved.kind !== "written") return moved;
  return { ...moved, change: "updated", warnings: [...moved.warnings, "moved_to_existing"], ownedOptOuts: [] };
}

/**
 * A POST revives an archived contact with its tags (recorded traffic, 2021) and refuses any other that exists: should
 * somebody have brought it back meanwhile, its status is safe. PATCH cannot say `transactional` (contract 3.0.55).
 */
async function revive(visit: Visit, contact: Contact, member: Member): Promise<Step> {
  const isOurs = contact.archivedFrom !== null && member.contactId === contact.remoteKey;
  if (!visit.settings.reviveArchived && !isOurs && !contact.mayComeBack)
    return { kind: "skipped", reason: "archived", receipt: { remoteKey: member.contactId || undefined } };
  const status = (isOurs && statusAsBefore(contact)) || statusForRevived(visit.settings, contact.mapped);
  const sent = await send(contact, (body) => visit.api.postMember({ ...body, status }));
  return settle(visit, contact, "updated", sent);
}

interface Sent {
  said: Said<Member>;
  warnings: readonly Reason[];
}

function putIfNew(visit: Visit, contact: Contact): Promise<Sent> {
  const hash = subscriberHash(contact.mapped.email);
  return send(contact, (body) => visit.api.putMember(hash, { ...body, status_if_new: statusForNew(visit.settings, contact.mapped) }));
}

/** One wrong field fails the whole contact at Mailchimp: it is left out once, and named in the receipt. */
async function send(contact: Contact, write: (body: MemberBody) => Promise<Said<Member>>): Promise<Sent> {
  const body = bodyFor(contact);
  const said = await write(body);
  const dropped = said.kind === "problem" ? droppableFields(said.problem).filter((tag) => tag in body.merge_fields) : [];
  if (dropped.length === 0) return { said, warnings: [] };
  const kept = Object.entries(body.merge_fields).filter(([tag]) => !dropped.includes(tag));
  return {
    said: await write({ ...body, merge_fields: Object.fromEntries(kept) }),
    warnings: dropped.map((tag) => `field_dropped:${tag}`),
  };
}

/** The answer tells the status: an archived contact took the fields but stays archived. */
async function finish(visit: Visit, contact: Contact, change: Written["change"], sent: Sent): Promise<Step> {
  if (sent.said.kind === "ok" && sent.said.value.status === "archived") return revive(visit, contact, sent.said.value);
  return settle(visit, contact, change, sent);
}

async function settle(visit: Visit, contact: Contact, change: Written["change"], { said, warnings }: Sent): Promise<Step> {
  if (said.kind === "problem") return visit.fail(said.problem, given(contact));
  return { kind: "written", change, member: said.value, warnings };
}

/** What Mailchimp may quote back at us in a refusal. */
export function given({ mapped }: Contact): string[] {
  return [
    mapped.email,
    mapped.firstName,
    mapped.lastName,
    mapped.phone,
    ...Object.values(mapped.fields).map((value) => String(value ?? "")),
  ].filter(Boolean);
}
