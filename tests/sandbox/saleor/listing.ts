/**
 * Saleor's customer list: staff are in it once they have ordered; 100 a page; cursors are bound to the order
 * (core 3.23.28 `saleor/graphql/core/connection.py`, read 2026-08).
 */
import { GraphQLError } from "graphql";
import { isoOf, type Micros } from "./instants";
import type { Person } from "./people";

export const PAGE_LIMIT = 100;

interface Range<T> {
  gte?: T | null;
  lte?: T | null;
}
export interface CustomersArgs {
  filter?: {
    ids?: string[] | null;
    updatedAt?: Range<Micros> | null;
    dateJoined?: Range<string> | null;
    numberOfOrders?: Range<number> | null;
    search?: string | null;
  } | null;
  where?: {
    ids?: string[] | null;
    email?: { eq?: string | null; oneOf?: string[] | null } | null;
    dateJoined?: Range<Micros> | null;
    updatedAt?: Range<Micros> | null;
  } | null;
  search?: string | null;
  sortBy?: { field: SortField; direction: "ASC" | "DESC" } | null;
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}
type SortField = "FIRST_NAME" | "LAST_NAME" | "EMAIL" | "ORDER_COUNT" | "CREATED_AT" | "LAST_MODIFIED_AT";
type Position = readonly [string | number, number];

const SORT_KEYS: Readonly<Record<SortField, (person: Person) => string | number>> = {
  FIRST_NAME: (person) => person.firstName,
  LAST_NAME: (person) => person.lastName,
  EMAIL: (person) => person.email,
  ORDER_COUNT: (person) => person.orders,
  CREATED_AT: (person) => person.dateJoined,
  LAST_MODIFIED_AT: (person) => person.updatedAt,
};

export interface Order {
  field: SortField;
  descending: boolean;
}
export const orderOf = (args: CustomersArgs): Order => ({
  field: args.sortBy?.field ?? "EMAIL",
  descending: args.sortBy?.direction === "DESC",
});

export const isCustomer = (person: Person) => !person.isStaff || person.orders > 0;

const positionOf = (person: Person, field: SortField): Position => [SORT_KEYS[field](person), person.pk];
const compare = (a: Position, b: Position) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]);

export function sorted(people: readonly Person[], { field, descending }: Order): Person[] {
  const sign = descending ? -1 : 1;
  return [...people].sort((a, b) => sign * compare(positionOf(a, field), positionOf(b, field)));
}

export function matches(args: CustomersArgs): (person: Person) => boolean {
  const { filter, where } = args;
  if (filter && where) throw new GraphQLError("Only one filtering argument (filter or where) can be specified.");
  const text = (args.search ?? filter?.search)?.toLowerCase();
  const tests: ((person: Person) => boolean)[] = [];
  const ids = filter?.ids ?? where?.ids;
  // Saleor takes an empty list for no filter at all: everybody is returned.
  if (ids && ids.length > 0) tests.push((person) => ids.includes(person.id));
  const updatedAt = filter?.updatedAt ?? where?.updatedAt;
  if (updatedAt) tests.push((person) => within(person.updatedAt, updatedAt));
  if (where?.dateJoined) tests.push((person) => within(person.dateJoined, where.dateJoined!));
  if (filter?.dateJoined) tests.push((person) => within(isoOf(person.dateJoined).slice(0, 10), filter.dateJoined!));
  if (filter?.numberOfOrders) tests.push((person) => within(person.orders, filter.numberOfOrders!));
  if (where?.email) tests.push((person) => person.email === where.email!.eq || (where.email!.oneOf ?? []).includes(person.email));
  if (text) tests.push((person) => `${person.email} ${person.firstName} ${person.lastName}`.toLowerCase().includes(text));
  return (person) => isCustomer(person) && tests.every((test) => test(person));
}

/** Both ends belong to the range. */
const within = <T extends string | number>(value: T, { gte, lte }: Range<T>) =>
  (gte == null || value >= gte) && (lte == null || value <= lte);

export interface Page {
  edges: { node: Person; cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

export function page(rows: readonly Person[], args: CustomersArgs): Page {
  const order = orderOf(args);
  const size = pageSize(args);
  const sign = order.descending ? -1 : 1;
  const after = args.after ? cursorPosition(args.after, order) : null;
  const before = args.before ? cursorPosition(args.before, order) : null;
  const isPast = (edge: Position | null) => (index: number) => !edge || sign * compare(positionOf(rows[index]!, order.field), edge) > 0;
  const reaches = (edge: Position) => (index: number) => sign * compare(positionOf(rows[index]!, order.field), edge) >= 0;
  const between = rows.slice(firstWhere(rows.length, isPast(after)), before ? firstWhere(rows.length, reaches(before)) : rows.length);
  const kept = args.first ? between.slice(0, size) : between.slice(-size);
  const edges = kept.map((node) => ({ node, cursor: cursorOf(node, order) }));
  const cut = between.length > kept.length;
  return {
    edges,
    pageInfo: {
      hasNextPage: args.first ? cut : before !== null,
      hasPreviousPage: args.first ? after !== null : cut,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The first index from which on the (monotonic) test holds. */
function firstWhere(length: number, test: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pageSize({ first, last }: CustomersArgs): number {
  const [name, size] = first ? (["first", first] as const) : (["last", last ?? 0] as const);
  if (!size) throw new GraphQLError("You must provide a `first` or `last` value to properly paginate the `customers` connection.");
  if (size <= PAGE_LIMIT) return size;
  throw new GraphQLError(
    `Requesting ${size} records on the \`customers\` connection exceeds the \`${name}\` limit of ${PAGE_LIMIT} records.`,
  );
}

const cursorOf = (person: Person, { field }: Order) =>
  Buffer.from(JSON.stringify([field, ...positionOf(person, field)])).toString("base64");

function cursorPosition(cursor: string, { field }: Order): Position {
  const invalid = new GraphQLError("Received cursor is invalid.");
  try {
    const [ofField, key, pk] = JSON.parse(Buffer.from(cursor, "base64").toString()) as unknown[];
    if (ofField !== field || typeof pk !== "number" || (typeof key !== "string" && typeof key !== "number")) throw invalid;
    return [key, pk];
  } catch {
    throw invalid;
  }
}
