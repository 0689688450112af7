/** What each rule makes of one customer, for the person who writes the rules. */
import type { FieldValue } from "@/model/contact";
import type { Customer } from "@/model/customer";
import type { FieldRule } from "@/model/rules";
import { fieldMapper } from "./fields";
import { readerOf } from "./source";

export interface RulePreview {
  /** `null` = the customer has no value. */
  source: string | null;
  /** Missing = the field stays as it is; the problems say why. */
  result?: FieldValue;
  /** Reason codes. */
  problems: string[];
}

export function previewRules(rules: readonly FieldRule[], customer: Customer): RulePreview[] {
  return rules.map((rule) => {
    const raw = readerOf(rule.source)(customer);
    const { fields, problems } = fieldMapper([rule])(customer);
    return { source: typeof raw === "string" ? raw : null, ...(rule.target.id in fields && { result: fields[rule.target.id] }), problems };
  });
}
