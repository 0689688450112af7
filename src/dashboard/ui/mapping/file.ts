/** The rules as a file: to keep, to move to another shop. What comes in is checked like what is typed. */
import { z } from "zod";
import { type FieldRule, fieldRules } from "@/model/rules";

const FORMAT = "saleor-crm-mapping";
const file = z.object({ format: z.literal(FORMAT), fieldRules });

export const fileOf = (rules: readonly FieldRule[]): string => JSON.stringify({ format: FORMAT, fieldRules: rules }, null, 2);

export type FileRead =
  | { kind: "rules"; rules: FieldRule[] }
  | { kind: "not_json" }
  | { kind: "not_a_mapping" }
  | { kind: "rule"; number: number };

export function readFile(text: string): FileRead {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { kind: "not_json" };
  }
  const checked = file.safeParse(parsed);
  if (checked.success) return { kind: "rules", rules: checked.data.fieldRules };
  const [list, index] = checked.error.issues[0]?.path ?? [];
  return list === "fieldRules" && typeof index === "number" ? { kind: "rule", number: index + 1 } : { kind: "not_a_mapping" };
}
