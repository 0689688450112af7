/** Mindbox: what it is and what it can do. Facts and their dates are in NOTES.md. */
import type { Provider } from "../contract";
import { connect, consequences, fields, targets } from "./account";
import { check } from "./check";
import { customers } from "./customers";
import { events } from "./events";
import { inbound } from "./inbound";
import { credentials, settings } from "./settings";

export const mindbox: Provider<typeof settings, typeof credentials> = {
  id: "mindbox",
  title: "Mindbox",
  settings,
  credentials,
  sandboxEnv: { api: "MINDBOX_BASE_URL" },
  inbound,
  events,
  // 8,000 a minute for each operation and integration point (reference 2.4, 2026-08); 7,500 leave room for others.
  // An answer takes 200-300 ms, so that a full pace of two operations needs some eighty on the wire.
  limits: { batchSize: 200, inFlight: 96, maxInFlight: 96, perSecond: 125, vendorCutOffSeconds: 60 },
  mapperVersion: 1,
  connect,
  check,
  targets,
  fields,
  consequences,
  customers,
};
