/**
 * Opt-outs that Mindbox tells us about. It has no subscription to events: a marketer puts a webhook block into a scenario, with
 * the body of our user guide (reference 9, 2026-08). Nothing is signed; the secret is in the address. What the body says is
 * looked up, and counts by itself only where the look-up shows nobody's subscriptions.
 */
import { z } from "zod";
import type { Answer, Delivery, Heard, Inbound } from "../contract";
import type { Card } from "./answers";
import { byRemoteKey, bySaleorId, findCard, type Who } from "./find-card";
import { CHANNELS, type MindboxLink } from "./settings";
import { optedOutOn } from "./subscriptions";
import { Visit } from "./visit";

/** What was left of the guide's block, or a parameter that Mindbox does not know and sent as it stood. */
const NOT_FILLED_IN = /^\s*(<.*>|\$\{.*\})\s*$/;
const filled = (most: number) =>
  z
    .union([z.string(), z.number()])
    .transform((value) => String(value).trim())
    .refine((value) => value.length <= most, `is longer than ${most} characters`)
    .refine((value) => !NOT_FILLED_IN.test(value), "is a placeholder that was not filled in");
const optional = (most: number) =>
  filled(most)
    .nullish()
    .transform((value) => value ?? "");

const block = z.object({
  event: z.literal("unsubscribed"),
  transactionId: optional(200),
  customer: z
    .object({ saleorId: optional(100), mindboxId: optional(100), email: optional(320) })
    .refine(
      ({ saleorId, mindboxId, email }) => saleorId + mindboxId + email !== "",
      "names nobody: one of saleorId, mindboxId, email is needed",
    ),
  channel: z
    .string()
    .transform((name) => CHANNELS.find((known) => known.toLowerCase() === name.trim().toLowerCase()))
    .refine((known) => known !== undefined, `is one of ${CHANNELS.join(", ")}`),
  topic: optional(250),
});

function read({ settings }: MindboxLink, body: string): Heard {
  const parsed = block.safeParse(parseJson(body));
  if (!parsed.success) return { kind: "not_understood", what: whatIsWrong(parsed.error) };
  const { transactionId, customer, channel = "", topic } = parsed.data;
  const named = [channel, topic].filter(Boolean).join(".").toLowerCase();
  const delivery: Delivery = {
    ...(isSaleorId(customer.saleorId) && { customerId: customer.saleorId }),
    ...(customer.mindboxId && { remoteKey: customer.mindboxId }),
    email: customer.email,
    channels: [named],
    evidence: ["webhook", named, transactionId].filter(Boolean).join(" ").slice(0, 200),
  };
  return settings.subscriptions.length === 0 ? { kind: "nothing" } : { kind: "opt_out", delivery };
}

/** Another shop's system may have used the key before. */
const isSaleorId = (value: string) => /^User:[\w-]+$/.test(Buffer.from(value, "base64").toString("utf8"));

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The first thing: its place and what is wrong there, never what stood there. */
function whatIsWrong({ issues }: z.ZodError): string {
  const first = issues[0];
  const place = first?.path.join(".");
  return place ? `${place}: ${first?.message}` : "The body is not the JSON block of the user guide.";
}

async function optedOut(link: MindboxLink, delivery: Delivery): Promise<Answer<readonly string[]>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  for (const who of waysTo(visit, delivery)) {
    const found = await findCard(visit, who);
    if (found.kind === "card") return { kind: "ok", value: outOn(link, found.card, delivery) };
    if (found.kind !== "none") return found;
  }
  return { kind: "ok", value: [] };
}

/** One identifier at a time: those of two cards in one call are refused. */
function waysTo({ settings }: Visit, { customerId, remoteKey, email }: Delivery): Who[] {
  return [
    ...(customerId ? [bySaleorId(settings, customerId)] : []),
    ...(remoteKey ? [byRemoteKey(settings, remoteKey)] : []),
    ...(email ? [{ ids: {}, email }] : []),
  ];
}

function outOn(link: MindboxLink, card: Card, { channels: [named = ""] = [] }: Delivery): string[] {
  const [channel = "", ...topic] = named.split(".");
  return optedOutOn(link, card, { channel, topic: topic.join(".") });
}

/** Only the first parameter has one name in every project; the others are chosen from the editor's list. */
const BLOCK = `{
  "event": "unsubscribed",
  "transactionId": "\${WebhookRequest.TransactionalId}",
  "customer": {
    "saleorId": "<saleorId>",
    "mindboxId": "<mindboxId>",
    "email": "<email>"
  },
  "channel": "Email",
  "topic": ""
}`;

export const inbound: Inbound<MindboxLink> = { read, optedOut, block: BLOCK };
