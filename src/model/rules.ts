/** The merchant's rules: which of Saleor's values goes into which field at the provider. Saved with the connection's settings. */
import { z } from "zod";

/** Parts of an address by which a rule may name it. */
export const ADDRESS_PARTS = [
  "firstName",
  "lastName",
  "companyName",
  "streetAddress1",
  "streetAddress2",
  "city",
  "cityArea",
  "postalCode",
  "country",
  "countryArea",
  "phone",
] as const;

/** What Saleor knows of every customer. `billing.city` is of the default billing address. */
export const CUSTOMER_FIELDS = [
  "id",
  "email",
  "firstName",
  "lastName",
  "fullName",
  "phone",
  "languageCode",
  "dateJoined",
  "lastLogin",
  "externalReference",
  "isActive",
  "isConfirmed",
  ...ADDRESS_PARTS.map((part) => `billing.${part}` as const),
  ...ADDRESS_PARTS.map((part) => `shipping.${part}` as const),
] as const;
export type CustomerField = (typeof CUSTOMER_FIELDS)[number];

const metadataKey = z.string().trim().min(1).max(256);
/** Private metadata only apps and staff write; the public kind the customer can change too. */
const metaSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("private"), key: metadataKey }),
  z.strictObject({ kind: z.literal("public"), key: metadataKey }),
]);

/** Of the customer's type, from Saleor 3.23: staff and apps write it. */
const attributeSource = z.strictObject({ kind: z.literal("attribute"), key: metadataKey });

/** Where a person's word may stand. */
const wordSource = z.discriminatedUnion("kind", [...metaSource.options, attributeSource]);
export type WordSource = z.output<typeof wordSource>;

export const fieldSource = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("customer"), name: z.enum(CUSTOMER_FIELDS) }),
  ...wordSource.options,
]);
export type FieldSource = z.output<typeof fieldSource>;

export const DATES_IN = ["iso", "dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy", "unix", "unix_ms"] as const;
export type DateIn = (typeof DATES_IN)[number];
export const DATES_OUT = ["yyyy-mm-dd", "dd.mm.yyyy", "mm/dd", "instant", "unix"] as const;
export type DateOut = (typeof DATES_OUT)[number];
export const LIST_TAKES = ["joined", "first", "length"] as const;

const transform = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("text") }),
  z.strictObject({ kind: z.literal("lower") }),
  z.strictObject({ kind: z.literal("number") }),
  z.strictObject({ kind: z.literal("yesno") }),
  z.strictObject({ kind: z.literal("date"), from: z.enum(DATES_IN), to: z.enum(DATES_OUT) }),
  z.strictObject({ kind: z.literal("list"), take: z.enum(LIST_TAKES) }),
]);
export type Transform = z.output<typeof transform>;

export const FIELD_TYPES = ["text", "number", "boolean", "date", "choice", "other"] as const;
/** Forms that a text field may insist on. */
export const TEXT_FORMS = ["url", "us_zip", "us_phone"] as const;
export type TextForm = (typeof TEXT_FORMS)[number];

/** The field at the provider, as its dictionary described it when the rule was saved: the mapping asks nobody. */
export const fieldTarget = z.strictObject({
  id: z.string().min(1).max(200),
  type: z.enum(FIELD_TYPES),
  maxLength: z.number().int().positive().optional(),
  lengthIn: z.enum(["characters", "bytes"]).optional(),
  choices: z.array(z.string().max(500)).max(1_000).optional(),
  dateForm: z.enum(DATES_OUT).optional(),
  form: z.enum(TEXT_FORMS).optional(),
});
export type FieldTarget = z.output<typeof fieldTarget>;

export const fieldRule = z.strictObject({
  source: fieldSource,
  transform,
  target: fieldTarget,
  /** Stands before the value of a text field, e.g. to tell which app it came from. No other field has one: `takesPrefix`. */
  prefix: z.string().max(50).default(""),
  /** Sent where the customer has no value. Empty = nothing is. */
  fallback: z.string().max(500).default(""),
});
export type FieldRule = z.output<typeof fieldRule>;

/** Numbers, dates, yes/no and choices stay what they are: with a word before it none of them would be one. */
export const takesPrefix = ({ type }: Pick<FieldTarget, "type">): boolean => type === "text";

/** More than any of the vendors has fields for. */
const MOST_RULES = 100;

export const fieldRules = z
  .array(fieldRule)
  .max(MOST_RULES)
  .refine((rules) => new Set(rules.map((rule) => rule.target.id)).size === rules.length, "target_twice")
  .default([]);

const words = (standard: readonly string[]) =>
  z
    .array(z.string().trim().toLowerCase().min(1).max(100))
    .min(1)
    .max(20)
    .default([...standard]);

export const OPT_INS = ["confirm", "direct"] as const;

const consentRule = z
  .strictObject({
    /** As the provider names it, e.g. `email`; some have topics with names of their own. */
    channel: z.string().min(1).max(300),
    source: wordSource,
    yes: words(["yes", "true", "1"]),
    no: words(["no", "false", "0"]),
    /** From no to yes: `confirm` lets the provider ask once more by e-mail, `direct` takes the word. */
    optIn: z.enum(OPT_INS).default("confirm"),
  })
  .refine(({ yes, no }) => !yes.some((word) => no.includes(word)), "word_means_both");
export type ConsentRule = z.output<typeof consentRule>;

export const consentRules = z
  .array(consentRule)
  .max(20)
  .refine((rules) => new Set(rules.map((rule) => rule.channel)).size === rules.length, "channel_twice")
  .default([]);

/** Where a rule looks unless the merchant says otherwise. */
export const consentKey = (provider: string, channel: string): string => `crm_consent.${provider}.${channel}`;
