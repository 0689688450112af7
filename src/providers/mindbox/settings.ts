/** What the merchant chooses, and what opens the project. Nothing has a fixed name at Mindbox: operations, ids and fields are settings. */
import { z } from "zod";
import type { Link } from "../contract";
import { engineSettings } from "../kit/engine-settings";
import { originOf } from "../kit/vendor-host";

/** Hosts of Mindbox and of its international brand (reference 1.2, 2026-08). A project has one of them; the admin's specification pages say which. */
export const HOSTS = ["api.mindbox.ru", "api.s.mindbox.ru", "api.maestra.io", "api.mindbox.cloud", "api-ru.mindbox.cloud"] as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Projects name operations as they like: only what cannot stand in a query is refused. */
const operation = z.string().trim().max(200).regex(/^\S*$/, "operation_form");
/** System names at Mindbox: Latin letters and digits, a letter first. */
const NAME = /^[A-Za-z][A-Za-z0-9]*$/;
const idKey = z.string().trim().max(100).regex(NAME, "name_form");
const fieldName = z
  .string()
  .trim()
  .max(100)
  .regex(/^([A-Za-z][A-Za-z0-9]*)?$/, "name_form");
const mode = z.enum(["sync", "async"]).default("sync").meta({ section: "operations" });

export const FIELD_TYPES = ["text", "integer", "decimal", "boolean", "date", "dateTime"] as const;
export const CHANNELS = ["Email", "Sms", "Viber", "Mobilepush", "Webpush"] as const;

export const settings = z.object({
  /** The brand: Mindbox lists none, so there is the one of the credentials. */
  place: z.string().default("").meta({ section: "place", kind: "target" }),
  importOperation: operation.min(1).default("Saleor.ImportCustomer").meta({ section: "operations", check: true }),
  importMode: mode,
  getOperation: operation.min(1).default("Saleor.GetCustomer").meta({ section: "operations", check: true }),
  editKnown: z.boolean().default(false).meta({ section: "operations" }),
  editOperation: operation.default("Saleor.EditCustomer").meta({ section: "operations", check: true }),
  editMode: mode,
  confirmOperation: operation.default("Saleor.ConfirmMobilePhone").meta({ section: "operations", check: true }),
  confirmMode: mode,
  phoneConfirmedKey: z.string().trim().max(200).default("phone_confirmed").meta({ section: "operations" }),
  customerIdKey: idKey.default("saleorId").meta({ section: "identifiers" }),
  mindboxIdKey: idKey.default("mindboxId").meta({ section: "identifiers" }),
  subscriptions: z
    .array(z.object({ channel: z.enum(CHANNELS), topic: z.string().trim().max(250).default("") }))
    .max(50)
    .default([])
    .meta({ section: "subscriptions" }),
  tagsField: fieldName.default("saleorTags").meta({ section: "fields" }),
  registeredField: fieldName.default("").meta({ section: "fields" }),
  cityField: fieldName.default("").meta({ section: "fields" }),
  languageField: fieldName.default("").meta({ section: "fields" }),
  customFields: z
    .array(z.object({ name: z.string().trim().max(100).regex(NAME, "name_form"), type: z.enum(FIELD_TYPES).default("text") }))
    .max(200)
    .default([])
    .meta({ section: "fields" }),
  withoutOrders: z.boolean().default(true).meta({ section: "live" }),
  ...engineSettings(["leave", "tag"], ["leave", "tag"]),
});

export const credentials = z.object({
  host: z
    .string()
    .trim()
    .max(200)
    .refine((typed) => originOf(typed) !== null, "host_form")
    .default(HOSTS[0])
    .meta({ section: "account", suggestions: HOSTS, blamedFor: ["host_unknown", "wrong_address", "address_refused"] }),
  /** System name of the integration point; each has a key of its own. */
  endpointId: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\S+$/, "endpoint_form")
    .meta({ section: "account", blamedFor: ["endpoint_unknown"] }),
  secretKey: z.string().trim().min(1).max(500).meta({ section: "account", secret: true }),
  brand: z.string().trim().max(200).default("").meta({ section: "account" }),
  /** An identity at Mindbox: everybody sent with the same one may be merged. */
  deviceUuid: z
    .string()
    .trim()
    .refine((typed) => typed === "" || UUID.test(typed), "uuid_form")
    .default("")
    .meta({ section: "account", blamedFor: ["device_required"] }),
});

export type Settings = z.output<typeof settings>;
export type Credentials = z.output<typeof credentials>;
export type MindboxLink = Link<Settings, Credentials>;

/** The one place behind these credentials: the brand, or the integration point where the project has a single brand. */
export const placeOf = ({ brand, endpointId }: Credentials): string => brand || endpointId;
