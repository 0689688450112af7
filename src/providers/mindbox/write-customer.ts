/**
 * Makes one customer at Mindbox hold what we want. Looked up first only where the answer matters: whoever is new to us,
 * whose list of tags changes, whose word on a channel changed, or whose phone somebody confirmed. Subscriptions of a card that exists are sent for a
 * change of consent and for nothing else.
 */
import type { Contact } from "@/model/contact";
import type { Outcome, Reason, Receipt } from "@/model/outcome";
import { type Card, idUnder } from "./answers";
import type { Said } from "./client";
import { confirmPhone } from "./confirm-phone";
import { droppableFields } from "./failures";
import { bySaleorId, findCard, mindboxId, ownKey } from "./find-card";
import {
  CLEAR,
  customerBody,
  differing,
  type Fields,
  fieldsToSend,
  given,
  ownedAfter,
  saysPhoneConfirmed,
  tagsOf,
  transactionId,
} from "./payload";
import { readBack } from "./read-back";
import { type Consent, consentFor, NO_WORD } from "./subscriptions";
import type { Visit } from "./visit";

/** What is known of the customer's card: seen just now, seen not to be there, or not looked at because we wrote it before. */
type Known = { kind: "card"; card: Card } | { kind: "none" } | { kind: "unseen" };

export async function writeCustomer(visit: Visit, contact: Contact): Promise<Outcome> {
  const known = await look(visit, contact);
  if (known.kind !== "card" && known.kind !== "none" && known.kind !== "unseen") return known;
  const plan = planOf(visit, contact, known);
  const card = known.kind === "card" ? known.card : null;
  if (card && isOurs(visit, contact, card) && !isDifferent(visit, card, plan))
    return settle(visit, contact, { card, change: "none", consent: plan.consent, warnings: [] });
  const written = await send(visit, contact, plan);
  return "key" in written ? finish(visit, contact, plan, written) : written;
}

async function look(visit: Visit, contact: Contact): Promise<Known | Outcome> {
  const { settings } = visit;
  const isNew = contact.remoteKey === null || contact.remoteKey === ownKey(contact.key);
  const mayRest =
    !isNew && !contact.force && !haveTagsMoved(visit, contact) && !hasNews(contact) && !saysPhoneConfirmed(settings, contact.mapped);
  if (mayRest) return { kind: "unseen" };
  const { ids } = bySaleorId(settings, contact.key);
  return findCard(visit, { ids, ...(isNew && { email: contact.mapped.email.trim() }) });
}

function haveTagsMoved({ settings }: Visit, { mapped, ownedTags }: Contact): boolean {
  if (settings.tagsField === "" || mapped.tags === null) return false;
  const [wanted, owned] = [mapped.tags, ownedTags].map((tags) => tags.map(fold).sort().join("\n"));
  return wanted !== owned;
}

const hasNews = ({ consentChanges }: Contact) => Object.keys(consentChanges).length > 0;

const fold = (tag: string) => tag.toLowerCase();

interface Plan {
  operation: string;
  mode: "sync" | "async";
  fields: Fields;
  /** The whole list the field should hold; `null` = not touched. */
  tags: readonly string[] | null;
  consent: Consent;
  isKnown: boolean;
  card: Card | null;
}

function planOf(visit: Visit, contact: Contact, known: Known): Plan {
  const { settings } = visit;
  const card = known.kind === "card" ? known.card : null;
  const isKnown = known.kind !== "none";
  const isEdit = settings.editKnown && settings.editOperation !== "" && isKnown && (!card || isOurs(visit, contact, card));
  return {
    operation: isEdit ? settings.editOperation : settings.importOperation,
    mode: isEdit ? settings.editMode : settings.importMode,
    fields: fieldsToSend(settings, contact),
    tags: known.kind === "unseen" ? null : tagsAfter(visit, contact, card),
    consent: known.kind === "unseen" ? NO_WORD : consentFor(visit.link, contact, { card, ours: optOutsOn(visit, contact, card) }),
    isKnown,
    card,
  };
}

/** What we wrote to another card says nothing of this one. */
const optOutsOn = (visit: Visit, contact: Contact, card: Card | null): readonly string[] =>
  card && isOurs(visit, contact, card) ? contact.ownedOptOuts : [];

/** Mindbox's list is replaced as a whole: what others put there goes along. */
function tagsAfter({ settings }: Visit, { mapped, ownedTags }: Contact, card: Card | null): readonly string[] | null {
  if (settings.tagsField === "" || mapped.tags === null) return null;
  const held = card ? tagsOf(settings, card) : [];
  const wanted = new Set(mapped.tags.map(fold));
  const gone = new Set(ownedTags.map(fold).filter((tag) => !wanted.has(tag)));
  const kept = held.filter((tag) => !gone.has(fold(tag)));
  const present = new Set(kept.map(fold));
  return [...kept, ...mapped.tags.filter((tag) => !present.has(fold(tag)))];
}

const isOurs = ({ settings }: Visit, { key, remoteKey }: Contact, card: Card): boolean =>
  idUnder(card.ids, settings.customerIdKey) === key || (remoteKey !== null && mindboxId(settings, card) === remoteKey);

function isDifferent({ settings }: Visit, card: Card, { fields, tags, consent }: Plan): boolean {
  const held = tagsOf(settings, card);
  const isOtherList = tags !== null && (tags.length !== held.length || tags.some((tag, index) => tag !== held[index]));
  return isOtherList || consent.subscriptions.length > 0 || differing(card, fields).length > 0;
}

interface Sent {
  key: string | null;
  change: "created" | "updated" | "none";
  warnings: readonly Reason[];
}

/** One refused field fails the call where the operation tells validation errors: it is left out once, and named in the receipt. */
async function send(visit: Visit, contact: Contact, plan: Plan): Promise<Sent | Outcome> {
  const said = await sendFields(visit, contact, plan, plan.fields);
  if (said.kind === "ok") return understand(visit, contact, plan, said, []);
  const dropped = droppableFields(said.problem).filter((field) => field in plan.fields);
  if (dropped.length === 0) return visit.fail(said.problem, given(contact));
  const kept = Object.fromEntries(Object.entries(plan.fields).filter(([field]) => !dropped.includes(field)));
  const again = await sendFields(visit, contact, plan, kept);
  if (again.kind === "problem") return visit.fail(again.problem, given(contact));
  return understand(
    visit,
    contact,
    plan,
    again,
    dropped.map((field) => `field_dropped:${field}`),
  );
}

function sendFields(visit: Visit, contact: Contact, plan: Plan, fields: Fields): Promise<Said> {
  const { operation, mode, tags } = plan;
  const { subscriptions } = plan.consent;
  const { settings } = visit;
  const list = tags === null ? {} : { [`customFields.${settings.tagsField}`]: tags.length > 0 ? tags : CLEAR };
  const { ids } = bySaleorId(settings, contact.key);
  const body = customerBody(ids, { ...fields, ...list }, subscriptions.length > 0 ? { subscriptions } : {});
  return visit.call({ operation, mode, body, transactionId: transactionId(contact.repeatId, operation, body) });
}

function understand(
  visit: Visit,
  contact: Contact,
  plan: Plan,
  said: Extract<Said, { kind: "ok" }>,
  warnings: readonly Reason[],
): Sent | Outcome | Promise<Sent | Outcome> {
  const { customer } = said.value;
  const change = plan.isKnown ? "updated" : "created";
  const key = customer && mindboxId(visit.settings, customer);
  switch (customer?.processingStatus) {
    case "Ambiguous":
      return { kind: "refused", reason: "ambiguous" };
    case "NotChanged":
      return { key: key ?? null, change: "none", warnings };
    case "NotFound":
      return gone(visit, contact, plan);
    case "ProtocolError":
    case "ValidationError":
      return { kind: "refused", reason: "invalid" };
    case "MindboxServerError":
    case "NotProcessed":
      return { kind: "retry", reason: "vendor_error" };
    case "Created":
      return { key: key ?? null, change: plan.card ? "updated" : "created", warnings };
    default:
      // Other words, or none where the operation returns nothing of the customer or only queues.
      return { key: key ?? null, change, warnings };
  }
}

/** "Edit" finds nobody: removed at Mindbox meanwhile. The import brings the customer back. */
function gone(visit: Visit, contact: Contact, plan: Plan): Promise<Sent | Outcome> | Outcome {
  if (plan.operation === visit.settings.importOperation) return { kind: "retry", reason: "vendor_error" };
  const { importOperation, importMode } = visit.settings;
  return send(visit, contact, { ...plan, operation: importOperation, mode: importMode, isKnown: false, card: null });
}

interface Settled {
  card: Card | null;
  change: Sent["change"];
  consent: Consent;
  key?: string | null;
  warnings: readonly Reason[];
}

async function finish(visit: Visit, contact: Contact, { card, consent }: Plan, sent: Sent): Promise<Outcome> {
  const seen = await readBack(visit, contact, sent.warnings);
  return settle(visit, contact, { card, change: sent.change, consent, key: sent.key, warnings: [...sent.warnings, ...seen] });
}

async function settle(visit: Visit, contact: Contact, { card, change, consent, key, warnings: problems }: Settled): Promise<Outcome> {
  const warnings = [...problems, ...consent.warnings];
  const remoteKey = key ?? (card && mindboxId(visit.settings, card)) ?? contact.remoteKey ?? ownKey(contact.key);
  const receipt: Receipt = {
    remoteKey,
    ...(visit.settings.tagsField !== "" && contact.mapped.tags && { ownedTags: contact.mapped.tags }),
    ownedFields: ownedAfter(visit.settings, contact),
    consents: contact.mapped.consents,
    ...(consent.ownedOptOuts && { ownedOptOuts: consent.ownedOptOuts }),
    ...(warnings.length > 0 && { warnings }),
  };
  const confirmed = await confirmPhone(visit, contact, card);
  if (confirmed.kind === "failed") return { ...confirmed.failure, partly: { change, receipt } };
  const said = confirmed.kind === "refused" ? { ...receipt, warnings: [...warnings, "phone_not_confirmed"] } : receipt;
  const isChanged = change !== "none" || confirmed.kind === "done";
  return isChanged
    ? { kind: "delivered", change: change === "created" ? "created" : "updated", receipt: said }
    : { kind: "unchanged", receipt: said };
}
