/** Mailchimp: what it is and what it can do. Facts and their dates are in NOTES.md. */
import type { Provider } from "../contract";
import { connect, consequences, targets } from "./account";
import { customers } from "./customers";
import { events } from "./events";
import { createField, fields } from "./fields";
import { inbound } from "./inbound";
import { oauth } from "./oauth";
import { credentials, settings } from "./settings";

export const mailchimp: Provider<typeof settings, typeof credentials> = {
  id: "mailchimp",
  title: "Mailchimp",
  settings,
  credentials,
  sandboxEnv: { api: "MAILCHIMP_API_BASE_URL", login: "MAILCHIMP_LOGIN_BASE_URL" },
  oauth,
  inbound,
  events,
  // Ten connections belong to the Mailchimp user across all apps (fundamentals, 2026-08): we take at most six.
  limits: { batchSize: 500, inFlight: 4, maxInFlight: 6, vendorCutOffSeconds: 120 },
  mapperVersion: 1,
  connect,
  targets,
  fields,
  createField,
  consequences,
  customers,
};
