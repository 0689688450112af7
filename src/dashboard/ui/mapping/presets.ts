/** Where most shops begin. A preset finds its targets by their names, and says which field it would like where there is none. */
import type { FieldView } from "@/dashboard/api/views";
import type { CustomerField, Transform } from "@/model/rules";
import { type Draft, emptyDraft, targetOf } from "./drafts";

export const PRESETS = ["newsletter", "loyalty", "b2b"] as const;
export type Preset = (typeof PRESETS)[number];

interface Wish {
  source: Draft["source"];
  transform?: Transform;
  label: string;
  type: "text" | "number" | "date";
}

const known = (name: CustomerField) => ({ kind: "customer", name }) as const;
const meta = (key: string) => ({ kind: "private", key }) as const;
const NUMBER: Transform = { kind: "number" };
const DAY: Transform = { kind: "date", from: "iso", to: "yyyy-mm-dd" };

const WISHES: Readonly<Record<Preset, readonly Wish[]>> = {
  newsletter: [
    { source: known("languageCode"), label: "Language", type: "text" },
    { source: known("dateJoined"), transform: DAY, label: "Customer since", type: "date" },
    { source: known("billing.city"), label: "City", type: "text" },
    { source: known("billing.country"), label: "Country", type: "text" },
  ],
  loyalty: [
    { source: meta("vip_pointdiff"), transform: NUMBER, label: "Point change", type: "number" },
    { source: meta("vip_approvedpoint"), transform: NUMBER, label: "Points", type: "number" },
    { source: meta("vip_customerrankname"), label: "Rank", type: "text" },
    { source: meta("vip_previouscustomerrankname"), label: "Rank before", type: "text" },
  ],
  b2b: [
    { source: known("billing.companyName"), label: "Company", type: "text" },
    { source: meta("vat_id"), label: "VAT number", type: "text" },
    { source: known("phone"), label: "Phone Number", type: "text" },
    { source: known("billing.city"), label: "City", type: "text" },
    { source: known("billing.country"), label: "Country", type: "text" },
  ],
};

/** What the preset adds to the rules that are there: nothing that one of them does already. */
export function draftsFrom(preset: Preset, before: readonly Draft[], fields: readonly FieldView[]): Draft[] {
  const taken = new Set(before.map(({ source }) => JSON.stringify(source)));
  return WISHES[preset]
    .filter(({ source }) => !taken.has(JSON.stringify(source)))
    .map(({ source, transform = { kind: "text" }, label, type }) => {
      const field = fields.find((one) => one.label.toLowerCase() === label.toLowerCase());
      return { ...emptyDraft(), source, transform, target: field ? targetOf(field) : null, wish: field ? null : { label, type } };
    });
}
