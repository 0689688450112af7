/** The steps of the operations: what each finds, writes and answers (reference 3.1 and 5). */
import type { Card } from "./cards";
import type { Operation } from "./project";
import { judgeCustom, judgeField, type Verdict } from "./values";
import type { World } from "./world";

export interface Reply {
  status: number;
  body: Record<string, unknown>;
  /** Something at Mindbox is other than before. */
  changed?: boolean;
}

interface Customer {
  ids?: Record<string, unknown>;
  customFields?: Record<string, unknown>;
  subscriptions?: { brand?: string; pointOfContact?: string; topic?: string; isSubscribed?: boolean }[];
  [field: string]: unknown;
}

const FIELDS = ["email", "mobilePhone", "firstName", "lastName", "middleName", "birthDate", "sex", "timeZone"];
const CHANNELS = ["email", "sms", "viber", "webpush", "mobilepush"];

export const protocolError = (status: number, errorMessage: string): Reply => ({
  status,
  body: { status: "ProtocolError", errorMessage, errorId: crypto.randomUUID(), httpStatusCode: status },
});

export function perform(world: World, name: string, operation: Operation, body: unknown): Reply {
  const customer = (body as { customer?: Customer } | null)?.customer;
  if (!customer || typeof customer !== "object") return protocolError(400, "The request names no customer.");
  const found = findCard(world, operation, customer);
  if (found === "ambiguous") return protocolError(400, "The customer cannot be determined unambiguously.");
  if (found === "unnamed") return protocolError(400, "The request holds none of the identifiers that this operation finds by.");
  switch (operation.kind) {
    case "get":
      return found
        ? answer(operation, { ...shown(world, found), processingStatus: "Found" })
        : answer(operation, { processingStatus: "NotFound" });
    case "import":
      return write(world, operation, customer, found);
    case "edit":
      return found ? write(world, operation, customer, found) : answer(operation, { processingStatus: "NotFound" });
    case "confirmPhone":
      return confirmPhone(world, customer, found);
    case "event":
      return note(world, name, found);
  }
}

/** Something happened to somebody who is known; of anybody else nothing is noted. */
function note(world: World, name: string, card: Card | undefined): Reply {
  if (!card) return { status: 200, body: { status: "Success", customer: { processingStatus: "NotFound" } } };
  world.events.push({ operation: name, mindboxId: card.mindboxId });
  return { status: 200, changed: true, body: { status: "Success", customer: { processingStatus: "Found" } } };
}

function findCard(world: World, { findBy }: Operation, customer: Customer): Card | undefined | "ambiguous" | "unnamed" {
  const named = findBy.flatMap((key) => {
    const value = key === "email" ? customer.email : idsOf(customer)[key];
    return value === undefined ? [] : [[key, String(value)] as const];
  });
  if (named.length === 0) return "unnamed";
  const cards = new Set(named.flatMap(([key, value]) => world.cards.find(key, value) ?? []));
  return cards.size > 1 ? "ambiguous" : [...cards][0];
}

const idsOf = ({ ids }: Customer): Record<string, string> =>
  Object.fromEntries(Object.entries(ids ?? {}).map(([key, value]) => [key, String(value)]));

/** Keys come back with a small first letter; the id as a number here and as text there. */
function shown(world: World, card: Card): Record<string, unknown> {
  const { values, email, mobilePhone, pendingMobilePhone, isMobilePhoneConfirmed } = card;
  const subscriptions = [...card.subscriptions].map(([channel, isSubscribed]) => {
    const [pointOfContact = "", topic] = channel.split("/");
    return { brand: world.project.brand, pointOfContact, ...(topic && { topic }), isSubscribed };
  });
  return {
    ids: { mindboxId: Number(card.mindboxId), ...smallKeys(card.ids) },
    ...values,
    ...(email && { email, isEmailInvalid: "false" }),
    ...(mobilePhone && { mobilePhone: Number(mobilePhone), isMobilePhoneConfirmed: String(isMobilePhoneConfirmed) }),
    ...(pendingMobilePhone && { pendingMobilePhone }),
    ...(Object.keys(card.customFields).length > 0 && { customFields: smallKeys(card.customFields) }),
    ...(subscriptions.length > 0 && { subscriptions }),
    changeDateTimeUtc: "2026-11-25 10:00:00.000",
    someNewKey: { unknown: true },
  };
}

const smallKeys = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key.slice(0, 1).toLowerCase() + key.slice(1), value]));

function answer({ returnsCustomer = true }: Operation, customer: Record<string, unknown>, changed = false): Reply {
  return { status: 200, changed, body: { status: "Success", ...(returnsCustomer && { customer }) } };
}

function write(world: World, operation: Operation, customer: Customer, found: Card | undefined): Reply {
  const verdicts = judgeAll(world, customer);
  const complaints = verdicts.flatMap(({ location, verdict }) =>
    verdict.kind === "invalid" ? [{ message: verdict.message, location }] : [],
  );
  if (operation.validates && complaints.length > 0)
    return { status: 200, body: { status: "ValidationError", validationMessages: complaints } };
  const ids = Object.fromEntries(Object.entries(idsOf(customer)).filter(([key]) => world.project.idKeys.includes(key)));
  const card = found ?? world.cards.create(ids);
  let changed = found ? world.cards.identify(card, ids) : true;
  if (customer.subscriptions && found) world.statusWrites.push({ mindboxId: card.mindboxId, subscriptions: customer.subscriptions });
  changed = subscribe(world, card, customer.subscriptions ?? []) || changed;
  for (const { location, verdict } of verdicts) changed = keep(world, card, location, verdict) || changed;
  if (changed) world.cards.touch(card);
  const processingStatus = found ? (changed ? "Changed" : "NotChanged") : "Created";
  return answer(operation, { processingStatus, ids: { mindboxId: card.mindboxId, ...smallKeys(card.ids) } }, changed);
}

/** Contacts last: they may turn this card and another into one. */
function judgeAll({ project }: World, customer: Customer): { location: string; verdict: Verdict }[] {
  const custom = Object.entries(customer.customFields ?? {}).map(([name, value]) => ({
    location: `/customer/customFields/${name}`,
    verdict: judgeCustom(project.customFields[name], value),
  }));
  const plain = FIELDS.filter((name) => customer[name] !== undefined)
    .sort((a, b) => Number(a === "email") - Number(b === "email"))
    .map((name) => ({ location: `/customer/${name}`, verdict: judgeField(project, name, customer[name]) }));
  return [...custom, ...plain];
}

function keep(world: World, card: Card, location: string, verdict: Verdict): boolean {
  if (verdict.kind === "invalid") return false;
  const [, , field = "", custom = ""] = location.split("/");
  const value = verdict.kind === "clear" ? "" : verdict.value;
  if (field === "email" || field === "mobilePhone") return setContact(world, card, field, String(value));
  const place: Record<string, unknown> = field === "customFields" ? card.customFields : card.values;
  const name = field === "customFields" ? custom : field;
  if (JSON.stringify(place[name]) === JSON.stringify(value) || (value === "" && place[name] === undefined)) return false;
  if (value === "") delete place[name];
  else place[name] = value;
  return true;
}

/** A confirmed phone stays until the new one is confirmed. */
function setContact(world: World, card: Card, kind: "email" | "mobilePhone", value: string): boolean {
  if (kind === "email" || !card.isMobilePhoneConfirmed || value === "" || value === card.mobilePhone)
    return world.cards.setContact(card, kind, value);
  if (card.pendingMobilePhone === value) return false;
  card.pendingMobilePhone = value;
  return true;
}

/** A channel's word covers its topics, unless the channel had the same word already (reference 5.4). */
function subscribe({ project }: World, card: Card, wanted: NonNullable<Customer["subscriptions"]>): boolean {
  let changed = false;
  for (const { pointOfContact = "", topic, isSubscribed = true } of wanted) {
    if (!CHANNELS.includes(pointOfContact.toLowerCase()) || (topic && !project.topics.includes(topic))) continue;
    const place = topic ? `${pointOfContact}/${topic}` : pointOfContact;
    if (card.subscriptions.get(place) === isSubscribed) continue;
    card.subscriptions.set(place, isSubscribed);
    if (!topic) for (const name of project.topics) card.subscriptions.set(`${pointOfContact}/${name}`, isSubscribed);
    changed = true;
  }
  return changed;
}

function confirmPhone(world: World, customer: Customer, card: Card | undefined): Reply {
  const said = (processingStatus: string, changed: boolean): Reply => ({
    status: 200,
    changed,
    body: { status: "Success", mobilePhoneConfirmation: { processingStatus } },
  });
  const phone = String(customer.mobilePhone ?? "");
  if (!card || (card.mobilePhone !== phone && card.pendingMobilePhone !== phone)) return said("NotFound", false);
  if (card.isMobilePhoneConfirmed && card.mobilePhone === phone) return said("MobilePhoneAlreadyConfirmed", false);
  world.cards.setContact(card, "mobilePhone", phone);
  card.pendingMobilePhone = "";
  card.isMobilePhoneConfirmed = true;
  world.cards.touch(card);
  return said("MobilePhoneConfirmed", true);
}
