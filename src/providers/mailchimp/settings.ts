/** What the merchant chooses, and what opens the account. */
import { z } from "zod";
import type { Contact, MappedContact } from "@/model/contact";
import type { ConsentRule } from "@/model/rules";
import type { Link } from "../contract";
import { engineSettings } from "../kit/engine-settings";

/** Decides the host name, so nothing else may pass (mailchimp data centres: `us1` … `us21`). */
export const DATA_CENTRE = /^[a-z]{2}\d{1,3}$/;
const API_KEY = /^[^\s-]+(-[^\s-]+)*-[a-z]{2}\d{1,3}$/;

export const settings = z.object({
  audience: z.string().default("").meta({ section: "audience", kind: "target" }),
  /** Status of contacts that do not exist yet; the status of existing ones is never written. */
  newStatus: z.enum(["transactional", "subscribed", "pending", "existing_only"]).default("transactional").meta({ section: "audience" }),
  reviveArchived: z.boolean().default(false).meta({ section: "audience" }),
  ...engineSettings(["archive", "tag", "leave", "erase"], ["leave", "tag", "archive"]),
});

export const credentials = z.object({
  /** Brought back by OAuth, together with `dc`. */
  accessToken: z.string().min(1).optional().meta({ secret: true, hidden: true }),
  /** Typed by the merchant; carries its data centre after the last dash. */
  apiKey: z.string().trim().regex(API_KEY, "api_key_form").optional().meta({ secret: true, section: "account" }),
  dc: z.string().regex(DATA_CENTRE).optional().meta({ hidden: true }),
});

export type Settings = z.output<typeof settings>;
export type Credentials = z.output<typeof credentials>;
export type MailchimpLink = Link<Settings, Credentials>;

/** `null` when the credentials name none or something that is none. */
export function dataCentre({ accessToken, apiKey, dc }: Credentials): string | null {
  const named = accessToken ? dc : apiKey?.slice(apiKey.lastIndexOf("-") + 1);
  return named && DATA_CENTRE.test(named) ? named : null;
}

/** What a consent rule may speak of. */
export const CHANNEL = "email";

export const consentRuleOf = ({ consentRules }: Settings): ConsentRule | undefined =>
  consentRules.find(({ channel }) => channel === CHANNEL);

type NewStatus = "transactional" | "subscribed" | "pending";

/** What a contact gets that we create. Under a consent rule nobody is subscribed without a word. */
export function statusForNew(settings: Settings, { consents }: Pick<MappedContact, "consents">): NewStatus {
  const rule = consentRuleOf(settings);
  if (!rule) return settings.newStatus === "existing_only" ? "transactional" : settings.newStatus;
  if (!consents[CHANNEL]) return "transactional";
  return rule.optIn === "direct" ? "subscribed" : "pending";
}

/** What a contact gets that comes back from the archive. It may have been unsubscribed before: a word alone asks, at most. */
export function statusForRevived(settings: Settings, mapped: Pick<MappedContact, "consents">): NewStatus {
  const status = statusForNew(settings, mapped);
  return consentRuleOf(settings) && status === "subscribed" ? "pending" : status;
}

/**
 * What a contact was before we archived it. Whoever took the yes back meanwhile gets no marketing, not even for a moment.
 * `null` = nothing that can be written.
 */
export function statusAsBefore({ archivedFrom, mapped }: Pick<Contact, "archivedFrom" | "mapped">): NewStatus | "unsubscribed" | null {
  if (archivedFrom === "subscribed") return mapped.consents[CHANNEL] === false ? "transactional" : "subscribed";
  return archivedFrom === "unsubscribed" || archivedFrom === "transactional" ? archivedFrom : null;
}
