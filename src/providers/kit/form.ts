/**
 * Describes a provider's settings or credentials for the page. In: the zod object the adapter already has. Out: plain
 * data (it crosses tRPC); the words come from the provider's messages, under `settings.<name>`.
 */
import { z } from "zod";

export interface FormMeta {
  /** Heading under which the field stands: `sections.<section>` in the provider's messages. */
  section?: string;
  kind?: FormField["kind"];
  /** Never sent to the browser once saved; shown as "ends in 4f2a". */
  secret?: boolean;
  /** Set by the app, not by a person: not part of the form. */
  hidden?: boolean;
  /** A button beside it asks the vendor: the provider's `check`. */
  check?: boolean;
  /** Values that most people want; anything else may be typed. */
  suggestions?: readonly string[];
  /** Of credentials: reasons that are this field's fault. A refusal that no field is blamed for is the secret's. */
  blamedFor?: readonly string[];
}

export interface FormOption {
  value: string;
  labelKey: string;
  helpKey: string;
}

/** One column of a table of rows. */
export interface FormColumn {
  name: string;
  kind: "choice" | "text";
  labelKey: string;
  options: FormOption[];
  /** What a new row begins with. */
  default: string;
  optional: boolean;
}

export type FormRow = Record<string, string>;

export interface FormField {
  name: string;
  kind: "choice" | "text" | "toggle" | "target" | "secret" | "rows";
  section: string;
  labelKey: string;
  helpKey: string;
  options: FormOption[];
  /** Of the kind `rows`: an array of objects, edited as a table. */
  columns: FormColumn[];
  suggestions: string[];
  check: boolean;
  default: string | boolean | FormRow[] | null;
  /** May be left empty. */
  optional: boolean;
}

interface Unwrapped {
  core: z.core.$ZodType;
  meta: FormMeta;
  default: unknown;
  optional: boolean;
}

export function describeForm(schema: z.ZodObject): FormField[] {
  return Object.entries(schema.shape).flatMap(([name, type]) => {
    const field = unwrap(type);
    return field.meta.hidden ? [] : [describeField(name, field)];
  });
}

/** Names of the fields that hold secrets, for whoever redacts, encrypts or shows "ends in". */
export function secretFields(schema: z.ZodObject): string[] {
  return Object.entries(schema.shape).flatMap(([name, type]) => (unwrap(type).meta.secret ? [name] : []));
}

/** The field to look at when credentials were refused for this reason; `null` = the form as a whole. */
export function blamedField(schema: z.ZodObject, reason: string): string | null {
  const fields = Object.entries(schema.shape).map(([name, type]) => ({ name, meta: unwrap(type).meta }));
  const [code = ""] = reason.split(":");
  const blamed = fields.find(({ meta }) => meta.blamedFor?.includes(code)) ?? fields.find(({ meta }) => meta.secret && !meta.hidden);
  return blamed?.name ?? null;
}

function describeField(name: string, field: Unwrapped): FormField {
  const base = `settings.${name}`;
  return {
    name,
    kind: kindOf(field),
    section: field.meta.section ?? "general",
    labelKey: `${base}.label`,
    helpKey: `${base}.help`,
    options: optionsOf(field.core, base),
    columns: columnsOf(field.core, base),
    suggestions: [...(field.meta.suggestions ?? [])],
    check: field.meta.check ?? false,
    default: asFormValue(field.default),
    optional: field.optional || acceptsEmpty(field.core),
  };
}

function optionsOf(core: z.core.$ZodType, base: string): FormOption[] {
  const values = core instanceof z.ZodEnum ? core.options.map(String) : [];
  return values.map((value) => ({ value, labelKey: `${base}.${value}.label`, helpKey: `${base}.${value}.help` }));
}

function columnsOf(core: z.core.$ZodType, base: string): FormColumn[] {
  if (!(core instanceof z.ZodArray) || !(core.element instanceof z.ZodObject)) return [];
  return Object.entries(core.element.shape).map(([name, type]) => {
    const column = unwrap(type as z.core.$ZodType);
    const options = optionsOf(column.core, `${base}.${name}`);
    return {
      name,
      kind: options.length > 0 ? "choice" : "text",
      labelKey: `${base}.${name}.label`,
      options,
      default: typeof column.default === "string" ? column.default : (options[0]?.value ?? ""),
      optional: column.optional || acceptsEmpty(column.core),
    };
  });
}

/** What a form can hold; `null` for anything else. */
export function asFormValue(value: unknown): FormField["default"] {
  if (typeof value === "string" || typeof value === "boolean") return value;
  return Array.isArray(value) && value.every(isRow) ? value : null;
}

function isRow(value: unknown): value is FormRow {
  return typeof value === "object" && value !== null && Object.values(value).every((cell) => typeof cell === "string");
}

function kindOf({ core, meta }: Unwrapped): FormField["kind"] {
  if (meta.kind) return meta.kind;
  if (meta.secret) return "secret";
  if (core instanceof z.ZodBoolean) return "toggle";
  if (core instanceof z.ZodArray) return "rows";
  return core instanceof z.ZodEnum ? "choice" : "text";
}

function acceptsEmpty(core: z.core.$ZodType): boolean {
  return core instanceof z.ZodString && core.safeParse("").success;
}

/** Peels default and optional; what is said further out wins over what is said on the core. */
function unwrap(type: z.core.$ZodType): Unwrapped {
  const meta = (z.globalRegistry.get(type) ?? {}) as FormMeta;
  if (type instanceof z.ZodDefault) {
    const inner = unwrap(type.def.innerType);
    return { ...inner, meta: { ...inner.meta, ...meta }, default: type.def.defaultValue };
  }
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable) {
    const inner = unwrap(type.def.innerType);
    return { ...inner, meta: { ...inner.meta, ...meta }, optional: true };
  }
  return { core: type, meta, default: undefined, optional: false };
}
