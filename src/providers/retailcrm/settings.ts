/** What the merchant chooses, and what opens the account. */
import { z } from "zod";
import type { Link } from "../contract";
import { engineSettings } from "../kit/engine-settings";
import { originOf } from "../kit/vendor-host";

/** One product under two brands, one API (woocommerce-module 5.0.14, read 2026-11). */
export const HOSTS = [
  "*.retailcrm.ru",
  "*.retailcrm.pro",
  "*.retailcrm.es",
  "*.simla.com",
  "*.retailcrm.io",
  "*.simla.io",
  "*.ecomlogic.com",
] as const;

export const settings = z.object({
  site: z.string().default("").meta({ section: "site", kind: "target" }),
  /** Several customers of the site have the address: e-mails are not unique there. */
  severalMatches: z.enum(["skip", "oldest"]).default("skip").meta({ section: "site" }),
  ...engineSettings(["tag", "leave"], ["leave", "tag"]),
  /** Where orders of a Saleor channel go. Nobody fills it yet: customers know no channel. */
  channelSites: z
    .array(z.object({ channel: z.string(), site: z.string() }))
    .default([])
    .meta({ hidden: true }),
});

const address = z.string().transform((typed, context) => {
  const origin = originOf(typed);
  if (origin !== null) return origin;
  context.addIssue({ code: "custom", message: "address_form" });
  return z.NEVER;
});

/** Blamed on the address rather than on the key. */
const ADDRESS_REASONS = ["host_refused", "address_refused", "account_unknown"] as const;

export const credentials = z.object({
  address: address.meta({ section: "account", blamedFor: ADDRESS_REASONS }),
  /** It goes into a header, so nothing but visible ASCII. */
  apiKey: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{8,200}$/, "api_key_form")
    .meta({ section: "account", secret: true }),
});

export type Settings = z.output<typeof settings>;
export type Credentials = z.output<typeof credentials>;
export type RetailCrmLink = Link<Settings, Credentials>;
