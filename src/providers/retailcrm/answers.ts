/**
 * What we read of the answers; everything else in them is ignored. PHP serialises an empty map as `[]` and knows codes
 * that look like numbers (api-client-go `marshaling.go`, read 2026-11).
 */
import { z } from "zod";

const map = z.union([z.record(z.string(), z.unknown()), z.array(z.never()).transform(() => ({}))]).catch({});
const text = z.union([z.string(), z.number().transform(String)]).catch("");

export type Scalar = string | number | boolean;

/** A customer as the site holds it. */
export interface Held {
  id: number;
  site: string;
  externalId: string;
  email: string;
  /** Without a zone; enough to compare. */
  createdAt: string;
  unsubscribed: boolean;
  phones: readonly string[];
  tags: readonly string[];
  /** Everything that is one value: `firstName`, `address.city`, `customFields.tier`. Empty ones are missing. */
  fields: Readonly<Record<string, Scalar>>;
}

const customer = z
  .looseObject({
    id: z.number(),
    site: text,
    externalId: text,
    email: text,
    createdAt: text,
    emailMarketingUnsubscribedAt: text,
    phones: z.array(z.looseObject({ number: text })).catch([]),
    tags: z.array(z.union([z.string(), z.looseObject({ name: z.string() }).transform((tag) => tag.name)])).catch([]),
    address: map,
    customFields: map,
  })
  .transform((said): Held => {
    const { id, site, externalId, email, createdAt } = said;
    return {
      id,
      site,
      externalId,
      email,
      createdAt,
      unsubscribed: said.emailMarketingUnsubscribedAt !== "",
      phones: said.phones.map((phone) => phone.number).filter(Boolean),
      tags: said.tags,
      fields: { ...scalars(said), ...scalars(said.address, "address."), ...scalars(said.customFields, "customFields.") },
    };
  });

function scalars(said: object, prefix = ""): Record<string, Scalar> {
  return Object.fromEntries(Object.entries(said).flatMap(([name, value]) => (isScalar(value) ? [[prefix + name, value]] : [])));
}

const isScalar = (value: unknown): value is Scalar => ["string", "number", "boolean"].includes(typeof value) && value !== "";

const pagination = z.object({ totalCount: z.number(), totalPageCount: z.number() });

export const customers = z.object({ customers: z.array(customer), pagination });
export type CustomersPage = z.output<typeof customers>;
export const oneCustomer = z.object({ customer });
export const written = z.object({ id: z.number() });

/** One changed field of one customer. Whatever is not needed is ignored, so that an unknown record stops nothing. */
const historyRecord = z
  .looseObject({
    id: z.number(),
    createdAt: text,
    source: text,
    field: text,
    newValue: z.unknown(),
    apiKey: z.looseObject({ current: z.boolean().catch(false) }).catch({ current: false }),
    customer: z.looseObject({ id: z.number().nullable().catch(null), site: text }).catch({ id: null, site: "" }),
  })
  .transform(({ apiKey, customer: { id: customerId, site }, ...record }) => ({ ...record, isOurs: apiKey.current, customerId, site }));
export type HistoryRecord = z.output<typeof historyRecord>;

export const history = z.object({ generatedAt: text, history: z.array(historyRecord), pagination });

export const uploaded = z.object({
  uploadedCustomers: z.array(z.object({ id: z.number(), externalId: text })).catch([]),
  failedCustomers: z.array(z.object({ externalId: text })).catch([]),
});
export type Uploaded = z.output<typeof uploaded>;

export const credentials = z.object({
  scopes: z.array(z.string()).catch([]),
  siteAccess: z.string().catch(""),
  sitesAvailable: z.array(text).catch([]),
});

export const systemInfo = z.object({ publicUrl: z.string().catch(""), technicalUrl: z.string().catch("") });

export const accountSettings = z.object({ settings: z.object({ timezone: z.object({ value: z.string() }) }) });

const site = z.object({ code: text, name: z.string().catch(""), active: z.boolean().catch(true) });
export type Site = z.output<typeof site>;

/** An object by code, or `[]`; the key may be a number, so the entry's own code counts. */
export const sites = z.object({ sites: map.transform((said) => Object.values(said)).pipe(z.array(site)) });

const customField = z.object({
  code: text,
  name: z.string().catch(""),
  type: z.string(),
  required: z.boolean().catch(false),
  viewMode: z.string().catch("editable"),
  dictionary: z.string().optional().catch(undefined),
});
export type CustomField = z.output<typeof customField>;
export const fieldMade = z.object({ code: text });
export const customFields = z.object({ customFields: z.array(customField), pagination });

export const dictionaries = z.object({
  customDictionaries: z.array(z.object({ code: text, elements: z.array(z.object({ code: text })).catch([]) })),
  pagination,
});
