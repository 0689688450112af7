/** RetailCRM, and Simla.com, which is the same: what it is and what it can do. Facts and their dates are in NOTES.md. */
import type { Provider } from "../contract";
import { connect, consequences, fields, targets } from "./account";
import { createField } from "./create-field";
import { customers } from "./customers";
import { history } from "./history";
import { credentials, settings } from "./settings";

export const retailcrm: Provider<typeof settings, typeof credentials> = {
  id: "retailcrm",
  title: "RetailCRM",
  settings,
  credentials,
  sandboxEnv: { api: "RETAILCRM_BASE_URL" },
  history,
  // Ten a second and key, counted at the vendor. The pace keeps them apart here, the window keeps apart what bunches on the way.
  limits: { batchSize: 100, inFlight: 2, maxInFlight: 2, perSecond: 9.5, window: { requests: 10, ms: 1_000 }, vendorCutOffSeconds: 60 },
  mapperVersion: 1,
  connect,
  targets,
  fields,
  createField,
  consequences,
  customers,
};
