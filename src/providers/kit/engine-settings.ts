/** Settings that the engine reads by name, for every provider: spread into the provider's own. */
import { z } from "zod";
import { changeRules } from "@/model/change-rules";
import type { DeletionPolicy } from "@/model/connection";
import { consentRules, fieldRules } from "@/model/rules";

/** @param policies what the vendor can do with a contact whose customer is gone; the first is the default. */
export function engineSettings<const P extends DeletionPolicy>(policies: readonly [P, ...P[]]) {
  return {
    includeStaff: z.boolean().default(false).meta({ section: "live" }),
    importTag: z.string().trim().max(100).default("Saleor Import").meta({ section: "tags" }),
    deletion: z.enum(policies).default(policies[0]).meta({ section: "deletion" }),
    /** What the policy `tag` puts on the contact. */
    deletionTag: z.string().trim().min(1).max(100).default("Deleted in Saleor").meta({ section: "deletion" }),
    /** Drawn by the mapping screen, not by the form. */
    fieldRules: fieldRules.meta({ hidden: true }),
    consentRules: consentRules.meta({ hidden: true }),
    changeRules: changeRules.meta({ hidden: true }),
  };
}
