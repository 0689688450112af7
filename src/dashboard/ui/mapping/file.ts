/** The rules as a file: to keep, to move to another shop. What comes in is checked like what is typed. */
import { z } from "zod";
import { type ChangeRule, changeRules } from "@/model/change-rules";
import { type FieldRule, fieldRules } from "@/model/rules";

const FORMAT = "saleor-crm-mapping";
const file = z.object({ format: z.literal(FORMAT), fieldRules, changeRules });

export const fileOf = (rules: readonly FieldRule[], changes: readonly ChangeRule[]): string =>
  JSON.stringify({ format: FORMAT, fieldRules: rules, changeRules: changes }, null, 2);

export type FileRead =
  /** Change rules come in switched off: events are not sent because somebody opened a file. */
  | { kind: "rules"; rules: FieldRule[]; changes: ChangeRule[] }
  | { kind: "not_json" }
  | { kind: "not_a_mapping" }
  | { kind: "rule" | "change_rule"; number: number };

export function readFile(text: string): FileRead {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { kind: "not_json" };
  }
  const checked = file.safeParse(parsed);
  if (checked.success) {
    const changes = checked.data.changeRules.map((rule) => ({ ...rule, on: false }));
    return { kind: "rules", rules: checked.data.fieldRules, changes };
  }
  const [list, index] = checked.error.issues[0]?.path ?? [];
  if (typeof index !== "number") return { kind: "not_a_mapping" };
  return { kind: list === "fieldRules" ? "rule" : "change_rule", number: index + 1 };
}
