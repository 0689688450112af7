/**
 * Holds every request against Mailchimp's own contract (Swagger 2, self-labelled 3.0.55) where that file is at hand.
 * Wrong types are answered 400 as Mailchimp does; what the contract does not know is only noted.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { notValidated } from "./problems";
import type { World } from "./world";

interface Schema {
  [keyword: string]: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
}
interface Parameter {
  name: string;
  in: string;
  schema?: Schema;
}
interface Operation {
  parameters?: Parameter[];
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  definitions: Record<string, unknown>;
}
interface Incoming {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}
interface Entry {
  method: string;
  template: string;
  pattern: RegExp;
  query: Set<string>;
  schema: Schema | undefined;
  validate?: ValidateFunction;
}

const FILE = fileURLToPath(new URL("../../../../shared/specs/mailchimp-marketing.json", import.meta.url));

/** Accepted though undocumented: tags of a batch item (typings of 2022, reference of the official client). */
const UNDOCUMENTED_BUT_ACCEPTED = new Set(["/lists/{list_id} members.tags"]);
/**
 * Noted and let through: tags are answered 204 whatever their shape (codegen#141), and a PATCH with `transactional`, which
 * the contract's enum lacks, has downgraded subscribers (mc-woocommerce#129, #860).
 */
const NEVER_REFUSED = [
  /^POST \/lists\/\{list_id\}\/members\/\{subscriber_hash\}\/tags /,
  /^PATCH \/lists\/\{list_id\}\/members\/\{subscriber_hash\} status$/,
];

let loaded: { document: Document; entries: Map<string, Entry[]>; ajv: Ajv } | undefined;

const present = existsSync(FILE);
export const hasContract = (): boolean => present;

function contract() {
  if (loaded) return loaded;
  const document = JSON.parse(readFileSync(FILE, "utf8")) as Document;
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false });
  loaded = { document, entries: new Map(), ajv };
  for (const [template, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) add(loaded.entries, method.toUpperCase(), template, operation);
  }
  return loaded;
}

function add(entries: Map<string, Entry[]>, method: string, template: string, operation: Operation): void {
  if (!["GET", "POST", "PUT", "PATCH", "DELETE"].includes(method)) return;
  const parameters = operation.parameters ?? [];
  const entry = {
    method,
    template,
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`),
    query: new Set(parameters.filter((one) => one.in === "query").map((one) => one.name)),
    schema: parameters.find((one) => one.in === "body")?.schema,
  };
  entries.set(method, [...(entries.get(method) ?? []), entry]);
}

export function checkContract(world: World, incoming: Incoming): void {
  if (!hasContract()) return;
  const { method, path, query, body } = incoming;
  const entry = contract()
    .entries.get(method)
    ?.find((one) => one.pattern.test(path));
  const note = (kind: "operation" | "query" | "body", message: string) =>
    world.violations.push({ method, path: entry?.template ?? path, kind, message });
  if (!entry) return void note("operation", "not in the contract");
  for (const name of new Set(query.keys())) if (!entry.query.has(name)) note("query", `${name} is not a parameter`);
  checkBody(entry, body, (message) => note("body", message));
}

function checkBody(entry: Entry, body: unknown, note: (message: string) => void): void {
  if (!entry.schema) return;
  for (const name of undocumented(entry.schema, body, "")) {
    if (!UNDOCUMENTED_BUT_ACCEPTED.has(`${entry.template} ${name}`)) note(`${name} is not a property`);
  }
  entry.validate ??= compile(entry.schema);
  if (entry.validate(body)) return;
  const errors = (entry.validate.errors ?? []).map(readError);
  for (const { field, message } of errors) note(`${field} ${message}`);
  const refused = errors.filter(({ field }) => !NEVER_REFUSED.some((one) => one.test(`${entry.method} ${entry.template} ${field}`)));
  if (refused.length > 0) throw notValidated(refused);
}

function compile(schema: Schema): ValidateFunction {
  const { ajv, document } = contract();
  const refers = JSON.stringify(schema).includes('"$ref"');
  return ajv.compile(refers ? { ...schema, definitions: document.definitions } : schema);
}

function readError(error: ErrorObject) {
  const field = error.instancePath.slice(1).replaceAll("/", ".") || String(error.params.missingProperty ?? "");
  return { field, message: error.message ?? "is not valid" };
}

/** Names of properties that the schema does not list, each once, array positions left out. */
function undocumented(schema: Schema, value: unknown, prefix: string, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) undocumented(schema.items, item, prefix, found);
    return found;
  }
  if (!schema.properties || typeof value !== "object" || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    const known = schema.properties[key];
    if (known) undocumented(known, item, `${prefix}${key}.`, found);
    else found.add(prefix + key);
  }
  return found;
}
