/** Settings that the engine reads by name, for every provider: spread into the provider's own. */
import { z } from "zod";
import { changeRules } from "@/model/change-rules";
import type { DeletionPolicy, InactivePolicy } from "@/model/connection";
import { consentRules, fieldRules } from "@/model/rules";

const ERASE_AFTER_DAYS = ["3", "7", "14", "30"] as const;

/**
 * @param policies what the vendor can do with a contact whose customer is gone; the first is the default.
 * @param inactive the same for a customer who is deactivated; by default nothing is done.
 */
export function engineSettings<const P extends DeletionPolicy, const I extends InactivePolicy>(
  policies: readonly [P, ...P[]],
  inactive: readonly [I, ...I[]],
) {
  return {
    includeStaff: z.boolean().default(false).meta({ section: "live" }),
    importTag: z.string().trim().max(100).default("Saleor Import").meta({ section: "tags" }),
    deletion: z.enum(policies).default(policies[0]).meta({ section: "deletion" }),
    /** Days between the word of a deletion and the erasure, under the policy `erase`. */
    eraseAfterDays: z
      .enum(ERASE_AFTER_DAYS)
      .default("3")
      .meta(policies.some((policy) => policy === "erase") ? { section: "deletion" } : { hidden: true }),
    /** What the policy `tag` puts on the contact. */
    deletionTag: z.string().trim().min(1).max(100).default("Deleted in Saleor").meta({ section: "deletion" }),
    inactive: z.enum(inactive).default(inactive[0]).meta({ section: "inactive" }),
    /** What the policy `tag` puts on the contact of a deactivated customer, and takes off again. */
    inactiveTag: z.string().trim().min(1).max(100).default("Deactivated in Saleor").meta({ section: "inactive" }),
    /** Drawn by the mapping screen, not by the form. */
    fieldRules: fieldRules.meta({ hidden: true }),
    consentRules: consentRules.meta({ hidden: true }),
    changeRules: changeRules.meta({ hidden: true }),
  };
}
