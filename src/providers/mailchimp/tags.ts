/**
 * Tags of contacts that have just been written. Only names that we own are ever taken off. A tag is a static segment
 * at Mailchimp, so many contacts get one tag in one call of 500; otherwise each contact gets its own call.
 */
import type { Contact } from "@/model/contact";
import type { Failure, Outcome } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import { noteInDirectory } from "./directory";
import { missingFields, ownedAfter, subscriberHash } from "./payload";
import { changeSegments } from "./segments";
import type { Visit } from "./visit";
import type { Written } from "./write-member";

export interface TagJob {
  key: CustomerId;
  contact: Contact;
  written: Written;
  add: readonly string[];
  remove: readonly string[];
}

/** Below this a call for each contact is as fast, and can tell automations to stay quiet (`is_syncing`). */
const MANY = 20;

export async function tagAll(visit: Visit, jobs: readonly TagJob[]): Promise<Map<CustomerId, Outcome>> {
  const due = jobs.filter((job) => job.add.length + job.remove.length > 0);
  const bulk = due.length >= MANY ? await changeSegments(visit, due) : { done: new Set<CustomerId>(), failure: null };
  const single = due.filter((job) => !bulk.done.has(job.key));
  const rest = await visit.each<TagJob, Outcome>(single, async (job) => (bulk.failure ? untagged(job, bulk.failure) : tagNow(visit, job)));
  return new Map(jobs.map((job) => [job.key, rest.get(job.key) ?? receipt(visit, job)]));
}

export async function tagNow(visit: Visit, job: TagJob): Promise<Outcome> {
  const isDue = job.add.length + job.remove.length > 0;
  const failure = isDue ? await tagOne(visit, job) : null;
  return failure ? untagged(job, failure) : receipt(visit, job);
}

/** The contact stands, only its tags do not. Which of them came off is not known, so none is dropped from what we own. */
function untagged({ written, contact }: TagJob, failure: Failure): Outcome {
  const said = {
    ...standing(contact, written),
    consents: contact.mapped.consents,
    ...(written.warnings.length > 0 && { warnings: written.warnings }),
  };
  return { ...failure, partly: { change: written.change, receipt: said } };
}

/** What is known of the contact whatever becomes of its tags. */
const standing = (contact: Contact, { member, ownedOptOuts }: Written) => ({
  ...(member.contactId && { remoteKey: member.contactId }),
  ...(ownedOptOuts && { ownedOptOuts }),
  ownedFields: ownedAfter(contact),
});

export function tagJob(contact: Contact, written: Written): TagJob {
  return { key: contact.key, contact, written, ...difference(contact, written) };
}

/** `null` tags could not be read in Saleor, so nothing is concluded from them. */
function difference({ mapped, ownedTags }: Contact, { member }: Written): { add: string[]; remove: string[] } {
  if (mapped.tags === null) return { add: [], remove: [] };
  const wanted = new Set(mapped.tags.map(fold));
  const held = member.tags && new Set(member.tags.map(fold));
  return {
    add: mapped.tags.filter((tag) => !held?.has(fold(tag))),
    remove: ownedTags.filter((tag) => !wanted.has(fold(tag)) && (held === null || held.has(fold(tag)))),
  };
}

/** Mailchimp compares tag names without regard to case (recorded traffic, 2026-08). */
const fold = (tag: string) => tag.toLowerCase();

async function tagOne(visit: Visit, { contact, add, remove }: TagJob): Promise<Failure | null> {
  const tags = [...add.map((name) => ({ name, status: "active" })), ...remove.map((name) => ({ name, status: "inactive" }))];
  const said = await visit.api.postTags(subscriberHash(contact.mapped.email), { tags, is_syncing: contact.historic });
  if (said.kind === "ok") return null;
  const failure = await visit.fail(said.problem, [contact.mapped.email, contact.mapped.firstName, contact.mapped.lastName]);
  return failure.kind === "refused" ? { ...failure, reason: "tags_refused" } : failure;
}

function receipt(visit: Visit, job: TagJob): Outcome {
  const { written, contact, add, remove } = job;
  noteInDirectory(visit, { ...written.member, tags: tagsAfter(job) });
  const warnings = [...written.warnings, ...missingFields(contact, written.member)];
  const said = {
    ...standing(contact, written),
    ...(contact.mapped.tags && { ownedTags: contact.mapped.tags }),
    ...(warnings.length > 0 && { warnings }),
  };
  if (written.change === "created") return { kind: "delivered", change: "created", receipt: said };
  if (written.change === "updated" || add.length + remove.length > 0) return { kind: "delivered", change: "updated", receipt: said };
  return { kind: "unchanged", receipt: said };
}

function tagsAfter({ written, add, remove }: TagJob): readonly string[] | null {
  const gone = new Set(remove.map(fold));
  return written.member.tags && [...written.member.tags.filter((tag) => !gone.has(fold(tag))), ...add];
}
