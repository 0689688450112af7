import type { Removal } from "@/model/connection";
import type { MappedContact } from "@/model/contact";
import type { ReadPlan } from "@/model/customer";
import type { Outcome } from "@/model/outcome";
import type { Answer, ContactRef, Outcomes, ProviderContact } from "../contract";
import { DIRECT_ONLY } from "../kit/follow-word";
import { type Card, idUnder } from "./answers";
import { byRemoteKey, findCard, mindboxId, ownKey } from "./find-card";
import { foresee } from "./foresee";
import { customerBody, fills, heldBy, payload, tagsOf, transactionId } from "./payload";
import type { MindboxLink, Settings } from "./settings";
import { channels } from "./subscriptions";
import { upsert } from "./upsert";
import { Visit } from "./visit";

export const customers = {
  // A list field takes texts of up to 1,000 characters, enumerations 250 without "|" (reference 5.2); nothing says how many.
  tags: { maxLength: 250, maxPerContact: 100 },
  channels,
  // Whether a yes waits for a confirmation is up to the project, which has double opt-in or has not.
  optIns: DIRECT_ONLY,
  reads,
  payload,
  fills: (settings: Settings, mapped: MappedContact) => fills(settings, mapped),
  upsert,
  foresee,
  removals: ["tag"] as const satisfies readonly Removal[],
  remove,
  read,
};

function reads({ withoutOrders, phoneConfirmedKey, confirmOperation }: Settings): Partial<ReadPlan> {
  const asksForPhone = phoneConfirmedKey !== "" && confirmOperation !== "";
  return { orders: !withoutOrders, privateKeys: asksForPhone ? [phoneConfirmedKey] : [] };
}

/** Mindbox has neither an archive nor a deletion for us: the only policy that reaches it is the tag. */
async function remove(link: MindboxLink, refs: readonly ContactRef[], _removal: Removal): Promise<Outcomes> {
  const visit = new Visit(link);
  return visit.each<ContactRef, Outcome>(refs, (ref) => tag(visit, ref));
}

async function tag(visit: Visit, { key, remoteKey }: ContactRef): Promise<Outcome> {
  const { settings } = visit;
  if (settings.tagsField === "") return { kind: "skipped", reason: "no_tags_field" };
  const found = await findCard(visit, byRemoteKey(settings, remoteKey));
  if (found.kind === "none") return { kind: "unchanged" };
  if (found.kind !== "card") return found;
  const held = tagsOf(settings, found.card);
  if (held.some((name) => name.toLowerCase() === settings.deletionTag.toLowerCase())) return { kind: "unchanged" };
  // The import finds by the shop's id alone; a card that moved to another customer answers with that one's.
  const ids = { [settings.customerIdKey]: idUnder(found.card.ids, settings.customerIdKey) ?? key };
  const body = customerBody(ids, { [`customFields.${settings.tagsField}`]: [...held, settings.deletionTag] });
  const { importOperation: operation, importMode: mode } = settings;
  const said = await visit.call({ operation, mode, body, transactionId: transactionId(remoteKey, operation, body) });
  return said.kind === "ok" ? { kind: "delivered", change: "updated", receipt: {} } : visit.fail(said.problem);
}

async function read(link: MindboxLink, who: { remoteKey: string } | { email: string }): Promise<Answer<ProviderContact | null>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const found = await findCard(visit, "email" in who ? { ids: {}, email: who.email } : byRemoteKey(visit.settings, who.remoteKey));
  if (found.kind === "none") return { kind: "ok", value: null };
  return found.kind === "card" ? { kind: "ok", value: describe(visit.settings, found.card) } : found;
}

const SHOWN = ["firstName", "lastName", "middleName", "mobilePhone", "birthDate", "sex"];

function describe(settings: Settings, card: Card): ProviderContact {
  const custom = Object.entries(card.customFields).flatMap(([name, value]) =>
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? [[`customFields.${name}`, value] as const] : [],
  );
  const plain = SHOWN.flatMap((name) => (heldBy(card, name) ? [[name, heldBy(card, name)] as const] : []));
  return {
    remoteKey: mindboxId(settings, card) ?? ownKey(idUnder(card.ids, settings.customerIdKey) ?? ""),
    email: card.email ?? "",
    status: emailStatus(card),
    fields: Object.fromEntries([...plain, ...custom]),
    tags: tagsOf(settings, card),
  };
}

/** Of the e-mail channel as a whole. */
function emailStatus({ subscriptions }: Card): string {
  const said = subscriptions.find(({ pointOfContact, topic }) => pointOfContact?.toLowerCase() === "email" && !topic)?.isSubscribed;
  return said === undefined ? "no_data" : said ? "subscribed" : "unsubscribed";
}
