/** Bodies as Mailchimp reads them: unknown keys are ignored, wrong types refuse the whole request. */
import { z } from "zod";
import { MERGE_TYPES } from "./merge";
import { jsonParseError, notValidated } from "./problems";
import { WRITE_STATUSES } from "./state";

const status = z.enum(WRITE_STATUSES);
const mergeAddress = z.object({
  addr1: z.string().default(""),
  addr2: z.string().optional(),
  city: z.string().default(""),
  state: z.string().default(""),
  zip: z.string().default(""),
  country: z.string().optional(),
});
const mergeValue = z.union([z.string(), z.number(), mergeAddress], {
  error: "Data did not match any of the schemas described in anyOf.",
});
const time = z.string();

const details = z.object({
  email_address: z.string().optional(),
  email_type: z.string().optional(),
  status: status.optional(),
  merge_fields: z.record(z.string(), mergeValue).optional(),
  interests: z.record(z.string(), z.boolean()).optional(),
  language: z.string().optional(),
  vip: z.boolean().optional(),
  location: z.object({ latitude: z.number(), longitude: z.number() }).optional(),
  marketing_permissions: z.array(z.object({ marketing_permission_id: z.string(), enabled: z.boolean() })).optional(),
  ip_signup: z.string().optional(),
  timestamp_signup: time.optional(),
  ip_opt: z.string().optional(),
  timestamp_opt: time.optional(),
});

export const updateBody = details;
export const createBody = details.extend({ email_address: z.string(), status, tags: z.array(z.string()).optional() });
export const upsertBody = details.extend({
  email_address: z.string(),
  status_if_new: status.optional(),
  tags: z.array(z.string()).optional(),
});
/** Tags of a batch item are undocumented though accepted (typings of 2022); their form by the same typings. */
const batchItem = details.omit({ marketing_permissions: true }).extend({ tags: z.array(z.string()).optional() });
export const batchBody = z.object({
  members: z.array(batchItem),
  update_existing: z.boolean().optional(),
  sync_tags: z.boolean().optional(),
});
export const tagsBody = z.object({
  tags: z.array(z.object({ name: z.string(), status: z.enum(["active", "inactive"]) })),
  is_syncing: z.boolean().optional(),
});
/** How Mailchimp counts characters is not established: in halves is the harsher reading. */
export const eventBody = z.object({
  name: z.string().refine((name) => name.length >= 2 && name.length <= 30, "Must be 2-30 characters in length"),
  properties: z.record(z.string(), z.string()).optional(),
  is_syncing: z.boolean().optional(),
  occurred_at: z.string().optional(),
});
export const segmentBody = z.object({ name: z.string().min(1), static_segment: z.array(z.string()).optional() });
export const segmentMembersBody = z.object({
  members_to_add: z.array(z.string()).optional(),
  members_to_remove: z.array(z.string()).optional(),
});
export const mergeFieldBody = z.object({
  name: z.string().min(1),
  type: z.enum(MERGE_TYPES),
  tag: z.string().optional(),
  required: z.boolean().default(false),
  default_value: z.string().default(""),
  public: z.boolean().default(false),
  display_order: z.number().optional(),
  options: z
    .object({
      default_country: z.number().optional(),
      phone_format: z.string().optional(),
      date_format: z.string().optional(),
      choices: z.array(z.string()).optional(),
      size: z.number().optional(),
    })
    .default({}),
  help_text: z.string().default(""),
});
export const webhookBody = z.object({
  url: z.string(),
  events: z.record(z.string(), z.boolean()).optional(),
  sources: z.record(z.string(), z.boolean()).optional(),
});

export type MemberDetails = z.infer<typeof details>;
export type CreateBody = z.infer<typeof createBody>;
export type BatchItem = z.infer<typeof batchItem>;

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw jsonParseError();
  }
}

export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw notValidated(read.error.issues.map((issue) => ({ field: issue.path.join("."), message: issue.message })));
}
