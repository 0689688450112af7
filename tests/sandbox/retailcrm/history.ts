/** The history of customers (reference, 5): one record for each changed field, in one growing sequence of ids with gaps. */
import type { Call } from "./customers";
import { type Params, textAt } from "./params";
import { errorsAs, type Reply, refusal, success } from "./replies";
import { type Customer, type Key, localTime, type World } from "./world";

export interface HistoryRecord {
  id: number;
  createdAt: string;
  source: "api" | "user" | "code" | "combine";
  /** Whose key; what of it is shown depends on who asks. */
  keyValue: string | null;
  field: string;
  oldValue: unknown;
  newValue: unknown;
  flag?: "created" | "deleted";
  customer: Customer;
}

/** By whose hand: a key, a person at the vendor's screen (`null`), or the vendor itself. */
export type Author = Key | null | "code";

const NAMES = {
  externalId: "external_id",
  firstName: "first_name",
  lastName: "last_name",
  patronymic: "patronymic",
  email: "email",
  birthday: "birthday",
  sex: "sex",
  discountCardNumber: "discount_card_number",
  personalDiscount: "personal_discount",
  unsubscribedAt: "email_marketing_unsubscribed_at",
} as const satisfies Partial<Record<keyof Customer, string>>;

export const snapshot = (customer: Customer): Customer => structuredClone(customer);

export function noteChange(world: World, author: Author, before: Customer, after: Customer): void {
  for (const [name, field] of Object.entries(NAMES) as [keyof typeof NAMES, string][])
    if (before[name] !== after[name])
      note(world, author, { field, oldValue: before[name] || null, newValue: after[name] || null, customer: after });
  for (const [code, value] of Object.entries(after.customFields))
    if (before.customFields[code] !== value)
      note(world, author, { field: `custom_${code}`, oldValue: before.customFields[code] ?? null, newValue: value, customer: after });
}

/** Segments are worked out anew by the vendor: most of what a real history consists of. */
export function noteCreation(world: World, author: Author, customer: Customer): void {
  note(world, author, { field: "id", oldValue: null, newValue: customer.id, flag: "created", customer });
  note(world, "code", { field: "segments", oldValue: null, newValue: { code: "new-customers" }, customer });
}

export const noteDeletion = (world: World, author: Author, customer: Customer): void =>
  note(world, author, { field: "id", oldValue: customer.id, newValue: null, flag: "deleted", customer });

function note(world: World, author: Author, record: Pick<HistoryRecord, "field" | "oldValue" | "newValue" | "flag" | "customer">): void {
  world.nextHistoryId += 1 + (world.nextHistoryId % 3);
  const source = author === null ? "user" : author === "code" ? "code" : "api";
  const keyValue = author !== null && author !== "code" ? author.value : null;
  world.history.push({
    ...record,
    id: world.nextHistoryId,
    createdAt: localTime(world),
    source,
    keyValue,
    customer: snapshot(record.customer),
  });
}

const LIMITS = [20, 50, 100];
const MOMENT = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

export function history({ world, key, given }: Call): Reply {
  const filter = (typeof given.filter === "object" && !Array.isArray(given.filter) ? given.filter : {}) as Params;
  const limit = Number(textAt(given, "limit") || 20);
  const [sinceId, startDate] = [textAt(filter, "sinceId"), textAt(filter, "startDate")];
  const wrong = wrongIn(world, { limit, sinceId, startDate, page: textAt(given, "page") });
  if (wrong) return refusal(world, 400, "input", { errors: errorsAs(world, wrong) });
  const found = world.history.filter(
    ({ id, createdAt, customer }) =>
      (key.sites === null || key.sites.includes(customer.site)) &&
      (sinceId === "" || id > Number(sinceId)) &&
      (startDate === "" || createdAt >= startDate),
  );
  const page = sinceId === "" ? Number(textAt(given, "page") || 1) : 1;
  return success(200, {
    generatedAt: localTime(world),
    history: found.slice((page - 1) * limit, page * limit).map((record) => view(record, key)),
    pagination: { limit, totalCount: found.length, currentPage: page, totalPageCount: Math.max(1, Math.ceil(found.length / limit)) },
  });
}

interface Asked {
  limit: number;
  sinceId: string;
  startDate: string;
  page: string;
}

function wrongIn(world: World, { limit, sinceId, startDate, page }: Asked): Record<string, string> | null {
  if (!LIMITS.includes(limit)) return { limit: "Invalid value" };
  if (sinceId !== "" && page !== "") return { page: "Pages cannot be used together with sinceId" };
  if (sinceId !== "" && !/^\d+$/.test(sinceId)) return { "filter.sinceId": "Invalid value" };
  if (startDate !== "" && !MOMENT.test(startDate)) return { "filter.startDate": "Invalid value" };
  const oldest = world.history[0]?.id ?? 0;
  return world.habits.forgottenSinceId === "refuse" && sinceId !== "" && Number(sinceId) < oldest
    ? { "filter.sinceId": "Not found" }
    : null;
}

/** The whole customer with a creation and a deletion, a stub otherwise. */
function view({ keyValue, flag, customer, ...record }: HistoryRecord, key: Key): Record<string, unknown> {
  const { id, site, externalId } = customer;
  return {
    ...record,
    ...(flag && { [flag]: true }),
    ...(keyValue !== null && { apiKey: { current: keyValue === key.value } }),
    ...(record.source === "user" && { user: { id: 19 } }),
    customer: { id, site, ...(externalId !== "" && { externalId }), ...(flag && { firstName: customer.firstName, email: customer.email }) },
  };
}
