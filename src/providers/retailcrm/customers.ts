import type { Removal } from "@/model/connection";
import type { MappedContact } from "@/model/contact";
import type { Outcome } from "@/model/outcome";
import type { Answer, ContactRef, Outcomes, ProviderContact } from "../contract";
import { DIRECT_ONLY } from "../kit/follow-word";
import type { Held } from "./answers";
import { CHANNEL } from "./consent";
import { findByEmail, findKnown } from "./find";
import { foresee } from "./foresee";
import { fills, payload } from "./payload";
import type { RetailCrmLink, Settings } from "./settings";
import { upsert } from "./upsert";
import { Visit } from "./visit";

export const customers = {
  // No limit is documented for either (reference, 2026-11).
  tags: { maxLength: 100, maxPerContact: 100 },
  channels: () => [CHANNEL],
  optIns: DIRECT_ONLY,
  payload: (_settings: Settings, mapped: MappedContact) => payload(mapped),
  fills: (_settings: Settings, mapped: MappedContact) => fills(mapped),
  upsert,
  foresee,
  removals: ["tag"] as const satisfies readonly Removal[],
  remove,
  read,
};

/** The API knows no deletion: a customer whose person left the shop gets a tag. */
async function remove(link: RetailCrmLink, refs: readonly ContactRef[]): Promise<Outcomes> {
  const visit = new Visit(link);
  const failure = await visit.begin();
  if (failure) return new Map(refs.map(({ key }) => [key, failure]));
  return visit.each<ContactRef, Outcome>(refs, (ref) => tag(visit, ref.remoteKey));
}

async function tag(visit: Visit, remoteKey: string): Promise<Outcome> {
  const name = visit.settings.deletionTag;
  const found = await findKnown(visit, remoteKey);
  if (found.kind === "none" || found.kind === "several") return { kind: "unchanged" };
  if (found.kind !== "held") return found;
  if (found.held.tags.some((held) => held.toLowerCase() === name.toLowerCase())) return { kind: "unchanged" };
  const said = await visit.api.edit(found.held.id, { addTags: [name] });
  return said.kind === "ok" ? { kind: "delivered", change: "updated", receipt: {} } : visit.fail(said.problem);
}

async function read(link: RetailCrmLink, who: { remoteKey: string } | { email: string }): Promise<Answer<ProviderContact | null>> {
  const visit = new Visit(link);
  const failure = await visit.begin();
  if (failure) return failure;
  const found = "email" in who ? await findByEmail(visit, who.email) : await findKnown(visit, who.remoteKey);
  switch (found.kind) {
    case "held":
      return { kind: "ok", value: describe(link, found.held) };
    case "none":
      return { kind: "ok", value: null };
    case "several":
      return { kind: "refused", reason: "several_matches" };
    default:
      return found;
  }
}

function describe({ credentials }: RetailCrmLink, held: Held): ProviderContact {
  const { fields, phones, id, email, tags, unsubscribed } = held;
  return {
    remoteKey: String(id),
    email,
    status: unsubscribed ? "unsubscribed" : "not_unsubscribed",
    fields: { ...fields, ...(phones.length > 0 && { phones: phones.join(", ") }) },
    tags,
    ...(credentials.address.startsWith("https://") && { url: `${credentials.address}/customers/${id}` }),
  };
}
