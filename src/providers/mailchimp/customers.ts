import type { Removal } from "@/model/connection";
import type { MappedContact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import type { Answer, ContactRef, Outcomes, ProviderContact } from "../contract";
import type { Member } from "./answers";
import { forgetInDirectory } from "./directory";
import { isMissing } from "./failures";
import { foresee } from "./foresee";
import { ownedAfter, payload, problemsOf, subscriberHash } from "./payload";
import { CHANNEL, dataCentre, type MailchimpLink, type Settings } from "./settings";
import { upsert } from "./upsert";
import { Visit } from "./visit";

export const customers = {
  // No limit is documented for either (reference, 2026-08); tag names over 100 letters have been reported refused.
  tags: { maxLength: 100, maxPerContact: 100 },
  channels: () => [CHANNEL],
  check: (_settings: Settings, mapped: MappedContact) => problemsOf(mapped),
  payload: (_settings: Settings, mapped: MappedContact) => payload(mapped),
  fills: (_settings: Settings, mapped: MappedContact) => ownedAfter({ mapped, ownedFields: [] }),
  upsert,
  foresee,
  removals: ["erase", "archive", "tag"] as const satisfies readonly Removal[],
  remove,
  read,
};

/** Archiving: data, tags and history stay at Mailchimp, and the contact no longer counts towards the plan. */
async function remove(link: MailchimpLink, refs: readonly ContactRef[], removal: Removal): Promise<Outcomes> {
  const visit = new Visit(link);
  const letGo = removal === "tag" ? tag : removal === "erase" ? erase : archive;
  return visit.each<ContactRef, Outcome>(refs, (ref) => letGo(visit, ref.remoteKey));
}

/** For good: the address can come back only through a form of Mailchimp's. Erasing goes by the hash alone (contract 3.0.55). */
async function erase(visit: Visit, contactId: string): Promise<Outcome> {
  const found = await visit.api.member(contactId);
  if (found.kind === "problem") return isMissing(found.problem) ? missing(visit) : visit.fail(found.problem);
  const { hash, email } = found.value;
  const said = await visit.api.eraseMember(hash);
  if (said.kind === "problem" && !isMissing(said.problem)) return visit.fail(said.problem, [email]);
  forgetInDirectory(visit, hash);
  return said.kind === "ok" ? { kind: "delivered", change: "updated", receipt: {} } : missing(visit);
}

/** Tags are written under the hash only, so the address is looked up first (contract 3.0.55). */
async function tag(visit: Visit, contactId: string): Promise<Outcome> {
  const name = visit.settings.deletionTag;
  const found = await visit.api.member(contactId);
  if (found.kind === "problem") return isMissing(found.problem) ? missing(visit) : visit.fail(found.problem);
  if (found.value.tags?.some((held) => held.toLowerCase() === name.toLowerCase())) return { kind: "unchanged" };
  const said = await visit.api.postTags(found.value.hash, { tags: [{ name, status: "active" }], is_syncing: true });
  if (said.kind === "ok") return { kind: "delivered", change: "updated", receipt: {} };
  return isMissing(said.problem) ? missing(visit) : visit.fail(said.problem);
}

const missing = async (visit: Visit): Promise<Outcome> => (await visit.audienceGone()) ?? { kind: "unchanged" };

async function archive(visit: Visit, contactId: string): Promise<Outcome> {
  const said = await visit.api.archiveMember(contactId);
  if (said.kind === "ok") return { kind: "delivered", change: "updated", receipt: {} };
  if (isMissing(said.problem)) return missing(visit);
  return said.problem.status === 405 ? notArchivable(visit, contactId) : visit.fail(said.problem);
}

/** One text for archived, pending and bounced alike (recorded 2021): only looking tells which. */
async function notArchivable(visit: Visit, contactId: string): Promise<Outcome> {
  const said = await visit.api.member(contactId);
  if (said.kind === "ok") return said.value.status === "archived" ? { kind: "unchanged" } : { kind: "skipped", reason: "not_archivable" };
  return isMissing(said.problem) ? { kind: "unchanged" } : visit.fail(said.problem);
}

async function read(link: MailchimpLink, who: { remoteKey: string } | { email: string }): Promise<Answer<ProviderContact | null>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const said = await visit.api.member("email" in who ? subscriberHash(who.email) : who.remoteKey);
  if (said.kind === "ok") return { kind: "ok", value: describe(link, said.value) };
  if (!isMissing(said.problem)) return visit.fail(said.problem, "email" in who ? [who.email] : []);
  return (await visit.audienceGone()) ?? { kind: "ok", value: null };
}

function describe(link: MailchimpLink, member: Member): ProviderContact {
  const plain = Object.entries(member.mergeFields).flatMap(([tag, value]) =>
    typeof value === "string" || typeof value === "number" ? [[tag, value] as const] : [],
  );
  // Of a stand-in there is no page at the vendor.
  const dc = link.endpoints.api ? null : dataCentre(link.credentials);
  return {
    remoteKey: member.contactId,
    email: member.email,
    status: member.status,
    fields: Object.fromEntries(plain),
    tags: member.tags ?? [],
    hasOptedOut: member.status === "unsubscribed" || member.status === "cleaned",
    ...(member.lastChanged && { changedAt: member.lastChanged }),
    ...(dc && member.webId !== undefined && { url: `https://${dc}.admin.mailchimp.com/lists/members/view?id=${member.webId}` }),
  };
}
