/** What we read of Mindbox's answers; everything else in them is ignored. Numbers and switches come as text in some projects. */
import { z } from "zod";

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String).optional().catch(undefined);
const yes = z
  .union([z.boolean(), z.string().transform((value) => value.toLowerCase() === "true")])
  .optional()
  .catch(undefined);

const subscription = z.object({ brand: text, pointOfContact: text, topic: text, isSubscribed: yes });

const customer = z.object({
  processingStatus: text,
  ids: z.record(z.string(), z.unknown()).catch({}).default({}),
  email: text,
  mobilePhone: text,
  pendingMobilePhone: text,
  isMobilePhoneConfirmed: yes,
  firstName: text,
  lastName: text,
  middleName: text,
  birthDate: text,
  sex: text,
  customFields: z.record(z.string(), z.unknown()).catch({}).default({}),
  subscriptions: z.array(subscription).catch([]).default([]),
});
export type Card = z.output<typeof customer>;

const envelope = z.object({
  status: text,
  customer: customer.optional().catch(undefined),
  mobilePhoneConfirmation: z.object({ processingStatus: text }).optional().catch(undefined),
  validationMessages: z
    .array(z.object({ message: text, location: text }))
    .catch([])
    .default([]),
  errorMessage: text,
  errorId: text,
});
export type Envelope = z.output<typeof envelope>;

/** The official client tolerates a wrapper called `result`. `null` = not an answer of Mindbox. */
export function readEnvelope(json: unknown): Envelope | null {
  const inner = typeof json === "object" && json !== null && "result" in json ? json.result : json;
  const parsed = envelope.safeParse(inner);
  return parsed.success && parsed.data.status !== undefined ? parsed.data : null;
}

/** Answers begin every key with a small letter, whatever the project calls it: `WebsiteID` comes back as `websiteID`. */
export function under(record: Readonly<Record<string, unknown>>, name: string): unknown {
  const key = Object.keys(record).find((candidate) => smallFirst(candidate) === smallFirst(name));
  return key === undefined ? undefined : record[key];
}

export function idUnder(record: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = under(record, name);
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

const smallFirst = (key: string) => key.slice(0, 1).toLowerCase() + key.slice(1);
