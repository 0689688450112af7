/** Customers (reference, 2): list, one, create, edit, upload, combine, and the ids given afterwards. */
import { type Author, noteChange, noteCreation, noteDeletion, snapshot } from "./history";
import { listAt, type Params, textAt } from "./params";
import { errorsAs, invalid, mapOrList, type Reply, refusal, said, success } from "./replies";
import { faultsIn, type Sent } from "./validate";
import { addCustomer, byExternalId, type Customer, type Key, localTime, type World } from "./world";

export interface Call {
  world: World;
  key: Key;
  params: Record<string, string>;
  /** Query of a GET, form of a POST. */
  given: Params;
}

const LIMITS = [20, 50, 100];
const MOST = 50;

export function list({ world, key, given }: Call): Reply {
  const limit = Number(textAt(given, "limit") || 20);
  const page = Number(textAt(given, "page") || 1);
  if (!LIMITS.includes(limit) || !(page >= 1)) return refusal(world, 400, "input", { errors: errorsAs(world, { limit: "Invalid value" }) });
  const filter = (typeof given.filter === "object" && !Array.isArray(given.filter) ? given.filter : {}) as Params;
  const sites = listAt(filter, "sites");
  if (sites?.some((site) => !world.sites.has(site)) && world.habits.unknownSite === "refuse")
    return refusal(world, 400, "input", { errors: errorsAs(world, { "filter.sites": "Invalid value" }) });
  const found = [...world.customers.values()].filter((one) => sees(key, one.site) && passes(one, filter, sites));
  found.sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : b.id - a.id));
  const pages = Math.max(1, Math.ceil(found.length / limit));
  return success(200, {
    pagination: { limit, totalCount: found.length, currentPage: page, totalPageCount: pages },
    customers: found.slice((page - 1) * limit, page * limit).map((one) => view(one)),
  });
}

const sees = (key: Key, site: string) => key.sites === null || key.sites.includes(site);

/** E-mail by any part of it, whatever its case (reference, 2.1). */
function passes(one: Customer, filter: Params, sites: string[] | undefined): boolean {
  const ids = listAt(filter, "ids");
  const externalIds = listAt(filter, "externalIds");
  const email = textAt(filter, "email").toLowerCase();
  return (
    (!sites || sites.includes(one.site)) &&
    (!ids || ids.includes(String(one.id))) &&
    (!externalIds || externalIds.includes(one.externalId)) &&
    (email === "" || one.email.toLowerCase().includes(email))
  );
}

export function get(call: Call): Reply {
  const found = find(call);
  return isCustomer(found) ? success(200, { customer: view(found) }) : found;
}

const isCustomer = (found: Customer | Reply): found is Customer => "externalId" in found;

function find({ world, key, params, given }: Call): Customer | Reply {
  const site = siteOf({ world, key, given });
  if (typeof site !== "string") return site;
  const wanted = params.customer ?? "";
  const found = textAt(given, "by") === "id" ? world.customers.get(Number(wanted)) : byExternalId(world, site, wanted);
  if (found && found.site === site) return found;
  const combinedTo = world.combined.get(Number(wanted));
  return refusal(world, 404, "notFound", combinedTo === undefined ? {} : { combinedTo });
}

/** A key that sees one site needs to name none. */
function siteOf({ world, key, given }: Pick<Call, "world" | "key" | "given">): string | Reply {
  const site = textAt(given, "site") || (key.sites?.length === 1 ? (key.sites[0] ?? "") : "");
  if (site === "") return refusal(world, 400, "input", { errors: errorsAs(world, { site: "Parameter 'site' is missing" }) });
  if (!world.sites.has(site)) return refusal(world, 400, "input", { errors: errorsAs(world, { site: "Site does not exist" }) });
  return sees(key, site) ? site : refusal(world, 403, "denied");
}

export function create(call: Call): Reply {
  const site = siteOf(call);
  if (typeof site !== "string") return site;
  const sent = entity(call, "customer");
  if ("status" in sent) return sent as Reply;
  const made = add(call, site, sent as Sent);
  return isCustomer(made) ? success(201, { id: made.id }) : made;
}

function add({ world, key }: Pick<Call, "world" | "key">, site: string, sent: Sent): Customer | Reply {
  const errors = faultsIn(world, sent);
  if (Object.keys(errors).length > 0) return invalid(world, errors);
  const externalId = String(sent.externalId ?? "");
  if (externalId !== "" && byExternalId(world, site, externalId))
    return said(400, `Customer with externalId=${externalId} already exists.`);
  const customer = addCustomer(world, { site, by: "api" });
  write(world, customer, sent);
  if (Array.isArray(sent.tags)) customer.tags = sent.tags.map(String);
  noteCreation(world, key, customer);
  return customer;
}

export function edit(call: Call): Reply {
  const found = find(call);
  if (!isCustomer(found)) return found;
  const sent = entity(call, "customer");
  if ("status" in sent) return sent as Reply;
  return change(call, found, sent as Sent) ?? success(200, { id: found.id, state: "saved" });
}

function change({ world, key }: Pick<Call, "world" | "key">, customer: Customer, sent: Sent): Reply | null {
  const before = snapshot(customer);
  const errors = faultsIn(world, sent);
  if (Object.keys(errors).length > 0) return invalid(world, errors);
  const externalId = sent.externalId;
  const owner = typeof externalId === "string" && externalId !== "" ? byExternalId(world, customer.site, externalId) : undefined;
  if (owner && owner !== customer) return said(400, `Customer with externalId=${String(externalId)} already exists.`);
  if (sent.subscribed !== undefined) world.statusWrites.push({ id: customer.id, subscribed: sent.subscribed });
  if (Array.isArray(sent.tags)) {
    world.tagReplacements.push(customer.id);
    customer.tags = sent.tags.map(String);
  }
  const { createdAt: _setOnCreation, ...rest } = sent;
  write(world, customer, rest);
  for (const tag of asList(sent.addTags)) if (!customer.tags.some((held) => same(held, tag))) customer.tags.push(tag);
  const gone = asList(sent.removeTags);
  customer.tags = customer.tags.filter((held) => !gone.some((tag) => same(held, tag)));
  noteChange(world, key, before, customer);
  return null;
}

const asList = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const PLAIN = ["externalId", "createdAt", "firstName", "lastName", "patronymic", "email", "birthday", "sex", "discountCardNumber"] as const;

function write(world: World, customer: Customer, sent: Sent): void {
  for (const name of PLAIN) if (typeof sent[name] === "string") customer[name] = sent[name] as string;
  if (typeof sent.vip === "boolean") customer.vip = sent.vip;
  if (typeof sent.bad === "boolean") customer.bad = sent.bad;
  if (typeof sent.personalDiscount === "number") customer.personalDiscount = sent.personalDiscount;
  if (sent.address) Object.assign(customer.address, sent.address);
  if (Array.isArray(sent.phones)) {
    const numbers = (sent.phones as { number: string }[]).map((phone) => phone.number);
    customer.phones = world.habits.phonesOnEdit === "append" ? [...customer.phones, ...numbers] : numbers;
  }
  for (const [code, value] of Object.entries((sent.customFields as Sent) ?? {}))
    if (world.customFields.some((field) => field.entity === "customer" && field.code === code)) customer.customFields[code] = value;
  if (typeof sent.subscribed === "boolean") {
    customer.subscribed = sent.subscribed;
    customer.unsubscribedAt = sent.subscribed ? null : (customer.unsubscribedAt ?? localTime(world));
  }
  customer.touched = ++world.clock;
}

/** The JSON inside a form field. A JSON body leaves the field missing. */
function entity({ world, given }: Call, name: string): Sent | Reply {
  const text = textAt(given, name);
  if (text === "") return said(400, `Parameter '${name}' is missing`);
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === "object") return value as Sent;
  } catch {
    // Said below.
  }
  return refusal(world, 400, "input", { errors: errorsAs(world, { [name]: "Invalid JSON" }) });
}

export function upload(call: Call): Reply {
  const { world } = call;
  const site = siteOf(call);
  if (typeof site !== "string") return site;
  const sent = entity(call, "customers");
  if ("status" in sent) return sent as Reply;
  const all = Array.isArray(sent) ? (sent as Sent[]) : [];
  if (all.length === 0 || all.length > MOST)
    return refusal(world, 400, "input", { errors: errorsAs(world, { customers: `1 to ${MOST}` }) });
  const uploaded: object[] = [];
  const failed: object[] = [];
  let errors = {};
  for (const one of all) {
    const name = one.externalId === undefined ? {} : { externalId: String(one.externalId) };
    const made = load(call, site, one);
    if (isCustomer(made)) uploaded.push({ id: made.id, ...(world.habits.uploadedNameExternalId && name) });
    else {
      failed.push(name);
      if ("body" in made) errors = { ...errors, ...(made.body.errors as object) };
    }
  }
  const lists = { uploadedCustomers: uploaded, failedCustomers: failed };
  if (failed.length === 0) return success(201, lists);
  if (world.habits.partialStatus === 200) return success(200, lists);
  return refusal(world, 460, "partly", { ...lists, errors: errorsAs(world, errors) });
}

function load(call: Call, site: string, sent: Sent): Customer | Reply {
  const { world } = call;
  const known = world.habits.uploadOfKnown === "update" ? byExternalId(world, site, String(sent.externalId ?? "")) : undefined;
  return known ? (change(call, known, sent) ?? known) : add(call, site, sent);
}

/** Asynchronous at the vendor; here it is done when the answer is there. */
export function combine(call: Call): Reply {
  const { world } = call;
  const sources = entity(call, "customers");
  const result = entity(call, "resultCustomer");
  const target = world.customers.get(Number((result as Sent).id));
  if (!target || !Array.isArray(sources)) return refusal(world, 404, "notFound");
  for (const source of sources as Sent[]) absorb(world, Number(source.id), target.id, call.key);
  return success(200);
}

export function absorb(world: World, from: number, into: number, author: Author = null): void {
  const source = world.customers.get(from);
  if (source) noteDeletion(world, author, source);
  world.customers.delete(from);
  world.combined.set(from, into);
}

export function view(one: Customer): Record<string, unknown> {
  return {
    type: "customer",
    id: one.id,
    ...(one.externalId !== "" && { externalId: one.externalId }),
    isContact: false,
    createdAt: one.createdAt,
    vip: one.vip,
    bad: one.bad,
    site: one.site,
    contragent: { contragentType: "individual" },
    marginSumm: 0,
    ordersCount: 0,
    personalDiscount: one.personalDiscount,
    ...filled(one, ["firstName", "lastName", "patronymic", "email", "birthday", "sex", "discountCardNumber"]),
    phones: one.phones.map((number) => ({ number })),
    ...(Object.keys(one.address).length > 0 && { address: { id: one.id, ...one.address } }),
    customFields: mapOrList(one.customFields),
    tags: one.tags.map((name) => ({ name, color: "#3e89ff", attached: false })),
    customerSubscriptions: [],
    segments: [],
    ...(one.unsubscribedAt && { emailMarketingUnsubscribedAt: one.unsubscribedAt }),
  };
}

/** Empty fields are left out of answers. */
function filled(one: Customer, names: readonly (keyof Customer)[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (one[name] === "" ? [] : [[name, one[name]]])));
}
