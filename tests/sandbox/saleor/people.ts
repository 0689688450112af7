/** Made-up customers, the same ones for the same seed. Nobody here exists; the domain receives no mail. */
import type { Micros } from "./instants";

export interface AddressData {
  firstName: string;
  lastName: string;
  companyName: string;
  streetAddress1: string;
  streetAddress2: string;
  city: string;
  cityArea: string;
  postalCode: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  countryArea: string;
  phone: string | null;
}

export interface Person {
  /** Row number; `id` is made of it. */
  pk: number;
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  isStaff: boolean;
  isActive: boolean;
  isConfirmed: boolean;
  languageCode: string;
  externalReference: string | null;
  dateJoined: Micros;
  lastLogin: Micros | null;
  updatedAt: Micros;
  /** Staff are customers once they have ordered. */
  orders: number;
  defaultBillingAddress: AddressData | null;
  defaultShippingAddress: AddressData | null;
  meta: Readonly<Record<string, string>>;
  privateMeta: Readonly<Record<string, string>>;
  /** Of the customer's type, by slug: core 3.23. */
  attributes?: Readonly<Record<string, Attribute>>;
}

export interface Attribute {
  kind: "Numeric" | "PlainText" | "Boolean" | "Date" | "DateTime" | "SingleChoice" | "MultiChoice" | "Swatch" | "File";
  value: unknown;
}

export const MAIL_DOMAIN = "mail.test-shop.dev";
const FIRST_JOINED = Date.UTC(2022, 0, 1) * 1000;
const THREE_YEARS = 3 * 365 * 86_400 * 1_000_000;

const PLACES = [
  { language: "EN", country: "GB", city: "Leeds", postal: "LS1 4AP", street: "Mill Lane", phone: "+4411349600" },
  { language: "DE", country: "DE", city: "Köln", postal: "50667", street: "Lindenweg", phone: "+4922155501" },
  { language: "PL", country: "PL", city: "Łódź", postal: "90-001", street: "ulica Lipowa", phone: "+4842555010" },
  { language: "RU", country: "KZ", city: "Алматы", postal: "050000", street: "улица Садовая", phone: "+7727555010" },
  { language: "FR", country: "FR", city: "Rouen", postal: "76000", street: "rue du Moulin", phone: "+3326555010" },
  { language: "PT_BR", country: "BR", city: "Recife", postal: "50010-000", street: "Rua do Sol", phone: "+5581555010" },
] as const;
const FIRST =
  "Ada Bruno Carla Denis Edda Felix Greta Hugo Ines Jonas Klara Léo Maja Nils Olga Paweł Rosa Søren Tilda Uwe Vera Wiktor Ольга Юрий".split(
    " ",
  );
const LAST =
  "Ambros Birk Castel Dorn Eklund Fenn Gallo Hartwig Ilves Jansky Kestrel Lund Morrow Nowak Oakes Pires Quist Rowan Żak Thorne O'Hara van-Dijk Соколова Ким".split(
    " ",
  );
const TAGS = ["vip", "wholesale", "newsletter", "autumn fair", "first order", "birthday club", "returns often", "loyal"] as const;
const MALFORMED_TAGS = ["vip, wholesale", '{"tag":"vip"}', '["vip", 7]', `["${"x".repeat(140)}"]`] as const;

/** Small and even enough for made-up people (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const userId = (pk: number) => Buffer.from(`User:${pk}`).toString("base64");

export function makePeople(count: number, seed = 7): Person[] {
  const random = seededRandom(seed);
  const people = Array.from({ length: count }, (_, index) => makePerson(index, random));
  if (count >= 20) addOddOnes(people);
  return people;
}

function makePerson(index: number, random: () => number): Person {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const pk = index + 1;
  const [firstName, lastName, place] = [pick(FIRST), pick(LAST), pick(PLACES)];
  const dateJoined = FIRST_JOINED + Math.floor(random() * THREE_YEARS);
  const address = random() < 0.8 ? addressOf(firstName, lastName, place, 1 + Math.floor(random() * 180), pk) : null;
  const tags = TAGS.filter(() => random() < 0.15);
  return {
    pk,
    id: userId(pk),
    email: `${asciiOf(firstName)}.${asciiOf(lastName)}.${pk}@${MAIL_DOMAIN}`,
    firstName,
    lastName,
    isStaff: false,
    isActive: random() < 0.97,
    isConfirmed: random() < 0.9,
    languageCode: place.language,
    externalReference: random() < 0.2 ? `erp-${10_000 + pk}` : null,
    dateJoined,
    lastLogin: null,
    updatedAt: dateJoined + Math.floor(random() * 30 * 86_400 * 1_000_000),
    orders: Math.floor(random() * 4),
    defaultBillingAddress: address,
    defaultShippingAddress: address,
    meta: {},
    privateMeta: tags.length > 0 ? { mailchimp_tags: JSON.stringify(tags) } : {},
  };
}

function addressOf(firstName: string, lastName: string, place: (typeof PLACES)[number], house: number, pk: number): AddressData {
  return {
    firstName,
    lastName,
    companyName: "",
    streetAddress1: `${place.street} ${house}`,
    streetAddress2: "",
    city: place.city,
    cityArea: "",
    postalCode: place.postal,
    country: place.country,
    countryArea: "",
    phone: pk % 3 === 0 ? null : `${place.phone}${String(pk % 100).padStart(2, "0")}`,
  };
}

const asciiOf = (name: string) => {
  const plain = name
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z]/g, "");
  return plain || "c";
};

/** From twenty people on: malformed tags, staff who have ordered, and one address that no mail could ever reach. */
function addOddOnes(people: Person[]): void {
  people.forEach((person, index) => {
    if (index % 50 === 9) person.privateMeta = { mailchimp_tags: MALFORMED_TAGS[Math.floor(index / 50) % MALFORMED_TAGS.length]! };
    if (index % 500 === 13) Object.assign(person, { isStaff: true, orders: 2 });
  });
  people[16]!.email = "no-address-given";
}
