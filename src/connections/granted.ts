import { z } from "zod";
import { storedConnection } from "./stored";

/** What an attempt holds, sealed, between the provider's yes and the person's. */
export const granted = storedConnection.pick({ by: true, credentials: true, account: true }).extend({
  /** The one place that a key was made for: nobody has to choose it. */
  onlyTarget: z.object({ id: z.string(), name: z.string() }).nullable().default(null),
  view: z.object({
    name: z.string(),
    detail: z.string(),
    /** The only place where the owner's address rests: sealed, for minutes, until confirmed or run out. */
    owner: z.string().nullable(),
    shopHost: z.string(),
    targets: z.number().nullable(),
    targetNames: z.array(z.string()).default([]),
    contacts: z.number().nullable(),
    notes: z.array(z.string()).default([]),
    replaces: z.string().nullable(),
  }),
});
export type Granted = z.output<typeof granted>;
