/** How the customer's word is followed at a vendor that sends no confirmation e-mail. Pure. */
import type { Reason } from "@/model/outcome";
import type { ConsentRule } from "@/model/rules";

/** The opt-ins of such a vendor. */
export const DIRECT_ONLY: readonly ConsentRule["optIn"][] = ["direct"];

export interface Standing {
  /** Where the contact stands at the vendor now; `none` = nobody said anything there. */
  now: "in" | "out" | "none";
  /** The opt-out that stands was written by us. */
  isOurs: boolean;
}

export interface Followed {
  /** What has to be written. `null` = nothing. */
  write: boolean | null;
  /** The opt-out that stands afterwards is ours to take back. */
  isOurs: boolean;
  warning?: Reason;
}

/** Somebody else's opt-out outweighs every word, and a rule that wants a confirmation that nobody sends subscribes nobody. */
export function followWord(word: boolean, { now, isOurs }: Standing, rule: Pick<ConsentRule, "optIn"> | undefined): Followed {
  if (!word) return now === "out" ? { write: null, isOurs } : { write: false, isOurs: true };
  if (now === "in") return { write: null, isOurs: false };
  if (now === "out" && !isOurs) return { write: null, isOurs: false, warning: "opted_out_at_provider" };
  if (rule?.optIn !== "direct") return { write: null, isOurs, warning: "confirmation_not_offered" };
  return { write: true, isOurs: false };
}
