/** Everything the parts of one stand-in shop share. */
import type { Keys } from "./keys";
import type { Store } from "./store";
import type { Behaviour } from "./versions";

/** May be changed while the stand-in runs. */
export interface Dials {
  /** Customer reads show the shop as of that long ago. */
  replicaLagMs: number;
  /** A Saleor Cloud sandbox allows 120; `null` = no limit. */
  requestLimitPerMinute: number | null;
  /** How long every customer page takes. */
  pageDelayMs: number;
  /** Whether browsers on other origins may call the API. */
  cors: "any" | "refuse";
  /** `useLegacyUpdateWebhookEmission`: metadata writes fire CUSTOMER_UPDATED too. On for shops older than 3.22.18. */
  legacyUpdateEvents: boolean;
  /** Multiplies the waits of 10, 20, 40, 80 and 160 s between attempts of a webhook. */
  retryScale: number;
  webhookTimeoutMs: number;
}

export interface World {
  readonly version: string;
  readonly behaviour: Behaviour;
  readonly store: Store;
  readonly keys: Keys;
  readonly dials: Dials;
  /** Known once the server listens. */
  origin: string;
  apiUrl: string;
}
