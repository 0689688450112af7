/** What can happen to a customer, and which events each cause fires (core 3.21.69 to 3.23.28, read 2026-08). */

import type { Courier, Happening } from "./courier";
import { type Micros, nowMicros } from "./instants";
import { type AddressData, MAIL_DOMAIN, type Person, userId } from "./people";
import type { World } from "./world";

type Meta = Readonly<Record<string, string>>;
export type NewCustomer = Partial<Omit<Person, "pk" | "id" | "updatedAt">>;
export type CustomerPatch = Partial<
  Pick<Person, "firstName" | "lastName" | "isActive" | "isConfirmed" | "languageCode" | "externalReference" | "orders" | "attributes">
> & {
  defaultBillingAddress?: AddressData | null;
  defaultShippingAddress?: AddressData | null;
};

export interface How {
  /** The event is lost on its way, as after an outage of the app. */
  silent?: boolean;
  /** Who did it. Default: a person of the staff. */
  by?: Happening["principal"];
}

export interface CustomerActions {
  get(id: string): Person | undefined;
  all(): Person[];
  findByEmail(email: string): Person | undefined;
  create(customer?: NewCustomer, how?: How): Promise<Person>;
  update(id: string, patch: CustomerPatch, how?: How): Promise<Person>;
  /** `null` removes the key. Fires nothing when nothing changed. */
  setPrivateMeta(id: string, values: Readonly<Record<string, string | null>>, how?: How): Promise<Person>;
  setMeta(id: string, values: Readonly<Record<string, string | null>>, how?: How): Promise<Person>;
  changeEmail(id: string, email: string, how?: How): Promise<Person>;
  /** Confirms the account: ACCOUNT_CONFIRMED only. */
  confirm(id: string, how?: How): Promise<Person>;
  /** Edits the default address in place: no customer event, but `updatedAt` moves, and ADDRESS_UPDATED names nobody. */
  editAddress(id: string, patch: Partial<AddressData>, how?: How): Promise<Person>;
  /** Moves `updatedAt` and nothing else. */
  login(id: string): Promise<Person>;
  /** Places an order: fires no event that an app for customers hears, and moves no `updatedAt`. */
  order(id: string): Person;
  delete(id: string, how?: How): Promise<void>;
  /** The customer removes the account: ACCOUNT_DELETED, never CUSTOMER_DELETED. */
  selfDelete(id: string, how?: How): Promise<void>;
  /** Becomes staff: leaves the customer list unless there are orders, and metadata is closed to apps. */
  promoteToStaff(id: string, how?: How): Promise<Person>;
}

const STAFF_MEMBER = { __typename: "User", id: userId(900_001) } as const;

export function makeCustomerActions(world: World, courier: Courier): CustomerActions {
  const { store, behaviour, dials } = world;

  const must = (id: string): Person => {
    const person = store.get(id);
    if (!person) throw new Error(`the stand-in Saleor has no customer ${id}`);
    return person;
  };

  async function fire(person: Person, events: readonly string[], how: How = {}, gone = false): Promise<void> {
    if (how.silent) return;
    const principal = how.by === undefined ? STAFF_MEMBER : how.by;
    for (const event of events) await courier.fire({ event, person, principal, gone });
  }

  async function saveAndFire(person: Person, events: readonly string[], how?: How): Promise<Person> {
    const saved = store.save(person);
    await fire(saved, events, how);
    return saved;
  }

  async function writeMeta(
    id: string,
    kind: "meta" | "privateMeta",
    values: Readonly<Record<string, string | null>>,
    how?: How,
  ): Promise<Person> {
    const person = must(id);
    const next = merged(person[kind], values);
    if (sameEntries(person[kind], next)) return person;
    const alsoUpdated = !behaviour.quietUpdates || dials.legacyUpdateEvents;
    return saveAndFire({ ...person, [kind]: next }, ["CUSTOMER_METADATA_UPDATED", ...(alsoUpdated ? ["CUSTOMER_UPDATED"] : [])], how);
  }

  async function remove(id: string, event: string, how?: How): Promise<void> {
    const person = must(id);
    store.remove(id);
    await fire(person, [event], how, true);
  }

  return {
    get: (id) => store.get(id),
    all: () => store.all(),
    findByEmail: (email) => store.byEmail(email),
    async create(customer = {}, how) {
      const person = aPerson(store.takePk(), customer);
      if (store.byEmail(person.email)) throw new Error("User with this Email already exists.");
      const hasMeta = Object.keys(person.meta).length > 0 || (behaviour.quietUpdates && Object.keys(person.privateMeta).length > 0);
      return saveAndFire(person, ["CUSTOMER_CREATED", ...(hasMeta ? ["CUSTOMER_METADATA_UPDATED"] : [])], how);
    },
    async update(id, patch, how) {
      const person = must(id);
      const changed = Object.entries(patch).some(([key, value]) => JSON.stringify(person[key as keyof Person]) !== JSON.stringify(value));
      if (!changed && behaviour.quietUpdates) return person;
      return saveAndFire({ ...person, ...patch }, ["CUSTOMER_UPDATED"], how);
    },
    setPrivateMeta: (id, values, how) => writeMeta(id, "privateMeta", values, how),
    setMeta: (id, values, how) => writeMeta(id, "meta", values, how),
    changeEmail: (id, email, how) =>
      saveAndFire({ ...must(id), email: email.toLowerCase() }, ["CUSTOMER_UPDATED", "ACCOUNT_EMAIL_CHANGED"], how),
    confirm: (id, how) => saveAndFire({ ...must(id), isConfirmed: true }, ["ACCOUNT_CONFIRMED"], how),
    async editAddress(id, patch, how) {
      const person = must(id);
      const edited = { ...(person.defaultBillingAddress ?? anAddress(person)), ...patch };
      return saveAndFire({ ...person, defaultBillingAddress: edited }, ["ADDRESS_UPDATED"], how);
    },
    async login(id) {
      return store.save({ ...must(id), lastLogin: nowMicros() });
    },
    order(id) {
      const person = must(id);
      person.orders += 1;
      return person;
    },
    delete: (id, how) => remove(id, "CUSTOMER_DELETED", how),
    selfDelete: (id, how) => remove(id, "ACCOUNT_DELETED", how),
    promoteToStaff: (id, how) => saveAndFire({ ...must(id), isStaff: true }, [], how),
  };
}

function aPerson(pk: number, given: NewCustomer): Person {
  const now: Micros = nowMicros();
  return {
    firstName: "",
    lastName: "",
    isStaff: false,
    isActive: true,
    isConfirmed: false,
    languageCode: "EN",
    externalReference: null,
    dateJoined: now,
    lastLogin: null,
    orders: 0,
    defaultBillingAddress: null,
    defaultShippingAddress: null,
    meta: {},
    privateMeta: {},
    ...given,
    email: given.email ?? `customer.${pk}@${MAIL_DOMAIN}`,
    pk,
    id: userId(pk),
    updatedAt: now,
  };
}

const anAddress = ({ firstName, lastName }: Person): AddressData => ({
  firstName,
  lastName,
  companyName: "",
  streetAddress1: "",
  streetAddress2: "",
  city: "",
  cityArea: "",
  postalCode: "",
  country: "DE",
  countryArea: "",
  phone: null,
});

export function merged(before: Meta, values: Readonly<Record<string, string | null>>): Record<string, string> {
  const next: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(values)) {
    if (value === null) delete next[key];
    else next[key] = value;
  }
  return next;
}

const sameEntries = (a: Meta, b: Meta) => JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
