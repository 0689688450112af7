/** What we read of Mailchimp's answers; everything else in them is ignored (contract 3.0.55, recorded traffic). */
import { z } from "zod";

export const account = z.object({
  account_id: z.string().min(1),
  account_name: z.string().catch(""),
  email: z.string().optional().catch(undefined),
});

const count = z.number().nullable().catch(null);

export const audiences = z.object({
  lists: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      double_optin: z.boolean().catch(false),
      stats: z.object({ member_count: count, total_contacts: count }).catch({ member_count: null, total_contacts: null }),
    }),
  ),
  total_items: z.number(),
});
export type Audience = z.output<typeof audiences>["lists"][number];

export const mergeField = z.object({
  tag: z.string(),
  name: z.string().catch(""),
  type: z.string(),
  required: z.boolean().catch(false),
  options: z
    .object({
      choices: z.array(z.string()).optional().catch(undefined),
      phone_format: z.string().optional().catch(undefined),
    })
    .catch({}),
});
export const mergeFields = z.object({ merge_fields: z.array(mergeField) });
export type MergeField = z.output<typeof mergeField>;

export const webhooks = z.object({ webhooks: z.array(z.object({ id: z.string(), url: z.string().catch("") })) });

export const events = z.object({ events: z.array(z.object({ properties: z.record(z.string(), z.unknown()).catch({}) })) });

const memberShape = z.object({
  id: z.string(),
  /** Absent in very old answers; then the contact has no stable id and is looked up again next time. */
  contact_id: z.string().catch(""),
  email_address: z.string().catch(""),
  status: z.string(),
  merge_fields: z.record(z.string(), z.unknown()).catch({}),
  tags: z.array(z.object({ name: z.string() })).optional(),
  tags_count: z.number().optional().catch(undefined),
  web_id: z.number().optional().catch(undefined),
  last_changed: z.iso.datetime({ offset: true }).optional().catch(undefined),
});

export interface Member {
  /** MD5 of the lower-cased address. */
  hash: string;
  contactId: string;
  email: string;
  status: string;
  mergeFields: Readonly<Record<string, unknown>>;
  /** `null` = not all of them are known: an answer shows 50 at most. */
  tags: readonly string[] | null;
  webId?: number;
  /** ISO. */
  lastChanged?: string;
}

export const member = memberShape.transform((said): Member => {
  const names = said.tags?.map((tag) => tag.name);
  return {
    hash: said.id,
    contactId: said.contact_id,
    email: said.email_address,
    status: said.status,
    mergeFields: said.merge_fields,
    tags: names && (said.tags_count ?? names.length) <= names.length ? names : null,
    webId: said.web_id,
    lastChanged: said.last_changed,
  };
});

export const members = z.object({ members: z.array(member), total_items: z.number() });

export const batchMembers = z.object({
  new_members: z.array(member),
  updated_members: z.array(member),
  errors: z.array(
    z.object({
      email_address: z.string().catch(""),
      error: z.string().catch(""),
      error_code: z.string().catch(""),
      field: z.string().catch(""),
      field_message: z.string().catch(""),
    }),
  ),
});

export const segment = z.object({ id: z.number(), name: z.string() });
export const segments = z.object({ segments: z.array(segment), total_items: z.number() });

const address = z.object({ email_address: z.string() });
export const segmentChange = z.object({
  members_added: z.array(address).catch([]),
  members_removed: z.array(address).catch([]),
});
