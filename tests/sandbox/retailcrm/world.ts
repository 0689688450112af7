/** What the stand-in remembers: one account with its sites, keys, fields and customers, and a journal of what was asked. */
import { createHash } from "node:crypto";
import { type CustomField, customFieldsSeed, type Dictionary, dictionariesSeed, type Site, sitesSeed } from "./example-data";
import type { Fault } from "./faults";
import type { HistoryRecord } from "./history";

/** What is not established about the vendor (reference, 2026-11): each position can be had, the first is the default. */
export interface Habits {
  wrongKeyStatus: 403 | 404;
  throttleStatus: 503 | 429;
  /** An upload of an externalId that the site has. */
  uploadOfKnown: "reject" | "update";
  /** How an upload says that some were not loaded. */
  partialStatus: 460 | 200;
  errorsAs: "map" | "list";
  /** A fixture shows `{"id": 132}` alone. */
  uploadedNameExternalId: boolean;
  phonesOnEdit: "replace" | "append";
  unknownCustomField: "refuse" | "ignore";
  /** A list that is filtered by a site that does not exist. */
  unknownSite: "refuse" | "empty";
  /** Error texts in the account's language: nobody may branch on wording. */
  texts: "english" | "translated";
  /** A history that is asked for since a record that is kept no more. */
  forgottenSinceId: "accept" | "refuse";
  /** The permission that `/settings` asks for, if any. */
  settingsScope: string | null;
}

export const defaultHabits = (): Habits => ({
  wrongKeyStatus: 403,
  throttleStatus: 503,
  uploadOfKnown: "reject",
  partialStatus: 460,
  errorsAs: "map",
  uploadedNameExternalId: true,
  phonesOnEdit: "replace",
  unknownCustomField: "refuse",
  unknownSite: "refuse",
  texts: "english",
  forgottenSinceId: "accept",
  settingsScope: null,
});

export interface Options {
  port?: number;
  habits?: Partial<Habits>;
  /** Requests a second and key; `null` = any number. */
  perSecond?: number | null;
  timezone?: string;
}

export interface Key {
  value: string;
  scopes: readonly string[];
  /** `null` = all. */
  sites: readonly string[] | null;
}

export interface Customer {
  id: number;
  site: string;
  externalId: string;
  /** As sent: without a zone. */
  createdAt: string;
  firstName: string;
  lastName: string;
  patronymic: string;
  email: string;
  phones: string[];
  address: Record<string, string>;
  birthday: string;
  sex: string;
  vip: boolean;
  bad: boolean;
  personalDiscount: number;
  discountCardNumber: string;
  customFields: Record<string, unknown>;
  tags: string[];
  subscribed: boolean | null;
  unsubscribedAt: string | null;
  by: "api" | "user";
  /** Rising with every write. */
  touched: number;
}

export interface Request {
  method: string;
  path: string;
  status: number;
  at: number;
  inFlight: number;
}

export interface World {
  url: string;
  port: number;
  options: Options;
  habits: Habits;
  account: { name: string; publicHost: string; technicalHost: string; timezone: string };
  sites: Map<string, Site>;
  keys: { main: Key; oneSite: Key; readOnly: Key; twoSites: Key };
  generation: number;
  customFields: CustomField[];
  dictionaries: Dictionary[];
  customers: Map<number, Customer>;
  combined: Map<number, number>;
  nextId: number;
  history: HistoryRecord[];
  nextHistoryId: number;
  clock: number;
  faults: Fault[];
  latencyMs: number;
  inFlight: number;
  maxInFlight: number;
  requests: Request[];
  /** Starts of the last second, by key. */
  recent: Map<string, number[]>;
  throttled: number;
  violations: { path: string; text: string }[];
  /** `subscribed` written to a customer who existed. */
  statusWrites: { id: number; subscribed: unknown }[];
  /** Whole tag lists written over what a manager may have set. */
  tagReplacements: number[];
}

export const ALL_SCOPES = [
  "customer_read",
  "customer_write",
  "reference_read",
  "custom_fields_read",
  "custom_fields_write",
  "order_read",
  "order_write",
  "store_read",
] as const;

export function createWorld(options: Options = {}): World {
  const world = {
    url: "",
    port: options.port ?? 0,
    options,
    account: {
      name: "example-shop",
      publicHost: "example-shop.retailcrm.ru",
      technicalHost: "x-example-shop.retailcrm.io",
      timezone: options.timezone ?? "Europe/Moscow",
    },
    generation: 0,
    latencyMs: 0,
    inFlight: 0,
    maxInFlight: 0,
  } as World;
  world.keys = keysOf(world);
  resetWorld(world);
  return world;
}

/** Data, faults, habits and journals begin anew; keys keep working. */
export function resetWorld(world: World): void {
  Object.assign(world, {
    habits: { ...defaultHabits(), ...world.options.habits },
    sites: new Map(sitesSeed().map((site) => [site.code, site])),
    customFields: customFieldsSeed(),
    dictionaries: dictionariesSeed(),
    customers: new Map(),
    combined: new Map(),
    nextId: 4770,
    history: [],
    nextHistoryId: 90_200,
    clock: 0,
    faults: [],
    latencyMs: 0,
    maxInFlight: world.inFlight,
    requests: [],
    recent: new Map(),
    throttled: 0,
    violations: [],
    statusWrites: [],
    tagReplacements: [],
  });
}

/** Whoever holds a key must ask for another one. */
export function revokeKeys(world: World): void {
  world.generation += 1;
  world.keys = keysOf(world);
}

function keysOf(world: World): World["keys"] {
  const value = (name: string) => createHash("md5").update(`${name} ${world.generation}`).digest("hex");
  return {
    main: { value: value("main"), scopes: ALL_SCOPES, sites: null },
    oneSite: { value: value("one site"), scopes: ALL_SCOPES, sites: ["outlet"] },
    twoSites: { value: value("two sites"), scopes: ALL_SCOPES, sites: ["main-shop", "outlet"] },
    readOnly: { value: value("read only"), scopes: ["customer_read", "reference_read"], sites: null },
  };
}

export const keyOf = (world: World, value: string): Key | undefined => Object.values(world.keys).find((key) => key.value === value);

export function addCustomer(world: World, given: Partial<Customer> & { site: string }): Customer {
  const id = world.nextId++;
  const customer: Customer = {
    externalId: "",
    createdAt: "",
    firstName: "",
    lastName: "",
    patronymic: "",
    email: "",
    phones: [],
    address: {},
    birthday: "",
    sex: "",
    vip: false,
    bad: false,
    personalDiscount: 0,
    discountCardNumber: "",
    customFields: {},
    tags: [],
    subscribed: null,
    unsubscribedAt: null,
    by: "user",
    touched: ++world.clock,
    ...given,
    id,
  };
  if (!customer.createdAt) customer.createdAt = localTime(world);
  world.customers.set(id, customer);
  return customer;
}

/** The account's wall clock, as the vendor writes it. */
export function localTime(world: World, at = new Date()): string {
  return at.toLocaleString("sv-SE", { timeZone: world.account.timezone });
}

export const customersOf = (world: World, site: string): Customer[] => [...world.customers.values()].filter((one) => one.site === site);

export const byExternalId = (world: World, site: string, externalId: string): Customer | undefined =>
  [...world.customers.values()].find((one) => one.site === site && one.externalId === externalId);
