/** The audience's merge fields: what each type takes (contract 3.0.55, help on formats and recorded refusals, read 2026-08). */
import type { Answer, FieldDefinition, NewField } from "../contract";
import { PARTS, partId } from "./address-fields";
import type { MergeField } from "./answers";
import type { MailchimpLink } from "./settings";
import { Visit } from "./visit";

const MOST_BYTES = 255;

export async function fields(link: MailchimpLink): Promise<Answer<readonly FieldDefinition[]>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const said = await visit.api.mergeFields(link.target);
  return said.kind === "ok" ? { kind: "ok", value: said.value.merge_fields.flatMap(definitions) } : visit.fail(said.problem);
}

/** A field of its own for each part of an address. */
function definitions(field: MergeField): FieldDefinition[] {
  const label = field.name || field.tag;
  if (field.type !== "address") return [{ id: field.tag, label, required: field.required, ...typeOf(field) }];
  return Object.entries(PARTS).map(([part, words]) => ({
    id: partId(field.tag, part as keyof typeof PARTS),
    label: `${label}: ${words}`,
    required: field.required && part !== "addr2" && part !== "country",
    type: "text",
    maxLength: part === "country" ? 2 : MOST_BYTES,
    lengthIn: "bytes",
  }));
}

type Typed = Omit<FieldDefinition, "id" | "label" | "required">;
const TEXT: Typed = { type: "text", maxLength: MOST_BYTES, lengthIn: "bytes" };

function typeOf({ type, options }: MergeField): Typed {
  switch (type) {
    case "number":
      return { type: "number" };
    // In and out in this form, whatever the field's own `date_format` says.
    case "date":
      return { type: "date", dateForm: "yyyy-mm-dd" };
    case "birthday":
      return { type: "date", dateForm: "mm/dd" };
    case "radio":
    case "dropdown":
      return { type: "choice", ...(options.choices && { choices: options.choices }) };
    case "phone":
      return options.phone_format === "US" ? { ...TEXT, form: "us_phone" } : TEXT;
    case "zip":
      return { ...TEXT, form: "us_zip" };
    case "url":
    case "imageurl":
      return { ...TEXT, form: "url" };
    default:
      return TEXT;
  }
}

/** Not shown on Mailchimp's own forms, and never required: nobody is refused for it. */
export async function createField(link: MailchimpLink, { label, type }: NewField): Promise<Answer<FieldDefinition>> {
  const visit = new Visit(link);
  if (visit.stopped) return visit.stopped;
  const tag = tagFrom(label);
  const said = await visit.api.createMergeField({ name: label.slice(0, 50), type, ...(tag && { tag }), required: false, public: false });
  if (said.kind === "problem") return visit.fail(said.problem, [label]);
  const [made] = definitions(said.value);
  return made ? { kind: "ok", value: made } : { kind: "retry", reason: "vendor_error" };
}

/** At most ten of A–Z, 0–9 and `_`; without one Mailchimp makes `MMERGE5`. */
function tagFrom(label: string): string {
  const plain = label
    .normalize("NFD")
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_");
  return plain.replace(/^_+/, "").slice(0, 10).replace(/_+$/, "");
}
