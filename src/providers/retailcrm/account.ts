/** What stands behind the key: the account, its sites and their fields. */
import type { Account, Answer, Consequence, FieldDefinition, Target } from "../contract";
import type { CustomField } from "./answers";
import { baseOf, type Said } from "./client";
import { BUILT_IN, idOfCustom } from "./field-targets";
import type { RetailCrmLink } from "./settings";
import { Visit } from "./visit";

/** What keeping customers needs; `custom_fields_read` only matters to mapping rules, and is asked for as well. */
const NEEDED = ["customer_read", "customer_write", "reference_read", "custom_fields_read"];
/** Counting is one more request for each site. */
const SITES_WITH_COUNTS = 5;

/**
 * The limit key is the account's technical host, which survives a rename of the public one: a new key is still the same
 * account, and the settings stay (docs/adr/0019).
 */
export async function connect(link: RetailCrmLink): Promise<Answer<Account>> {
  if (!baseOf(link)) return { kind: "auth", reason: "host_refused" };
  const visit = new Visit(link);
  const access = await visit.access();
  if ("kind" in access) return access;
  const info = await visit.api.systemInfo();
  // An account that does not tell is known by the address; one that cannot be asked is asked again.
  if (info.kind === "problem" && info.problem.status !== 404) return visit.fail(info.problem);
  const typed = new URL(link.credentials.address).host;
  const host = (address: string) => (URL.canParse(address) ? new URL(address).host : typed);
  const said = info.kind === "ok" ? info.value : { publicUrl: "", technicalUrl: "" };
  const publicHost = host(said.publicUrl);
  const missing = NEEDED.filter((scope) => !access.scopes.includes(scope));
  return {
    kind: "ok",
    value: {
      limitKey: host(said.technicalUrl || said.publicUrl),
      name: publicHost.split(".")[0] ?? publicHost,
      detail: publicHost,
      ...(missing.length > 0 && { notes: missing.map((scope) => `permission_missing:${scope}`) }),
    },
  };
}

export async function targets(link: RetailCrmLink): Promise<Answer<readonly Target[]>> {
  if (!baseOf(link)) return { kind: "auth", reason: "host_refused" };
  const visit = new Visit(link);
  const access = await visit.access();
  if ("kind" in access) return access;
  const { sites, scopes } = access;
  const counts = scopes.includes("customer_read") && sites.length <= SITES_WITH_COUNTS;
  return {
    kind: "ok",
    value: await Promise.all(
      sites.map(async ({ code, name }) => ({
        id: code,
        name: name || code,
        contacts: counts ? await contactsIn(visit, code) : null,
        notes: [],
      })),
    ),
  };
}

async function contactsIn(visit: Visit, code: string): Promise<number | null> {
  const said = await visit.api.countOf(code);
  return said.kind === "ok" ? said.value.pagination.totalCount : null;
}

export async function fields(link: RetailCrmLink): Promise<Answer<readonly FieldDefinition[]>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const own = await everyPage(
    (page) => visit.api.customFields(page),
    ({ customFields }) => customFields,
  );
  if (own.kind === "problem") return visit.fail(own.problem);
  const shown = own.value.filter(({ viewMode }) => viewMode === "editable");
  const choices = shown.some(({ type }) => type === "dictionary") ? await choicesOf(visit) : new Map<string, string[]>();
  const builtIn = BUILT_IN.map(({ key: _, ...field }) => field);
  return { kind: "ok", value: [...builtIn, ...shown.map((field) => asDefinition(field, choices))] };
}

/** Values of a dictionary travel as codes. Without them the field is still there. */
async function choicesOf(visit: Visit): Promise<Map<string, string[]>> {
  const said = await everyPage(
    (page) => visit.api.dictionaries(page),
    ({ customDictionaries }) => customDictionaries,
  );
  if (said.kind === "problem") return new Map();
  return new Map(said.value.map(({ code, elements }) => [code, elements.map((element) => element.code)]));
}

const TYPES: Readonly<Record<string, FieldDefinition["type"]>> = {
  string: "text",
  text: "text",
  email: "text",
  integer: "number",
  numeric: "number",
  boolean: "boolean",
  date: "date",
  dictionary: "choice",
};

export function asDefinition(
  { code, name, type, required, dictionary }: CustomField,
  choices: ReadonlyMap<string, string[]>,
): FieldDefinition {
  const known = TYPES[type] ?? "other";
  const options = dictionary === undefined ? undefined : choices.get(dictionary);
  return {
    id: idOfCustom(code),
    label: name || code,
    type: known,
    required,
    ...(type === "string" && { maxLength: 255 }),
    ...(known === "choice" && options && { choices: options }),
  };
}

async function everyPage<P extends { pagination: { totalPageCount: number } }, T>(
  ask: (page: number) => Promise<Said<P>>,
  items: (page: P) => readonly T[],
): Promise<Said<T[]>> {
  const found: T[] = [];
  for (let page = 1, last = 1; page <= last; page++) {
    const said = await ask(page);
    if (said.kind === "problem") return said;
    found.push(...items(said.value));
    last = said.value.pagination.totalPageCount;
  }
  return { kind: "ok", value: found };
}

/** Customers cost nothing here, but a trigger of the account may write to every new one (rules of the API, 2026-11). */
export const consequences = (): readonly Consequence[] => [{ code: "automations" }];
