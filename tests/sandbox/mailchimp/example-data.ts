import type { MergeField, MergeType } from "./merge";
import type { AudienceSeed } from "./state";

function mergeField(id: number, tag: string, type: MergeType, more: Partial<MergeField> = {}): MergeField {
  return {
    merge_id: id,
    tag,
    name: tag,
    type,
    required: false,
    default_value: "",
    public: true,
    display_order: id + 1,
    options: {},
    help_text: "",
    ...more,
  };
}

/** What a new audience comes with; merchants rename and delete them. */
export const standardFields = (): MergeField[] => [
  mergeField(1, "FNAME", "text", { name: "First Name", options: { size: 25 } }),
  mergeField(2, "LNAME", "text", { name: "Last Name", options: { size: 25 } }),
  mergeField(3, "ADDRESS", "address", { name: "Address", public: false, options: { default_country: 164 } }),
  mergeField(4, "PHONE", "phone", { name: "Phone Number", public: false, options: { phone_format: "none" } }),
];

const typedFields = (): MergeField[] => [
  ...standardFields(),
  mergeField(5, "LTV", "number", { name: "Lifetime value" }),
  mergeField(6, "JOINED_AT", "date", { name: "Joined", options: { date_format: "MM/DD/YYYY" } }),
  mergeField(7, "BDAY", "birthday", { name: "Birthday", options: { date_format: "MM/DD" } }),
  mergeField(8, "TIER", "dropdown", { name: "Tier", options: { choices: ["Bronze", "Silver", "Gold"] } }),
  mergeField(9, "SITE", "url", { name: "Website" }),
  mergeField(10, "POSTCODE", "zip", { name: "Zip" }),
  mergeField(11, "USPHONE", "phone", { name: "US phone", options: { phone_format: "US" } }),
  mergeField(12, "PHOTO", "imageurl", { name: "Photo" }),
];

/** The required field is the twelfth: whoever reads the default page of ten does not see it. */
const birthdayClubFields = (): MergeField[] => [
  ...typedFields().filter((field) => field.tag !== "BDAY"),
  mergeField(13, "BIRTHDAY", "birthday", { name: "Birthday", required: true, options: { date_format: "MM/DD" } }),
];

const plain = (name: string): AudienceSeed => ({ name, mergeFields: standardFields() });

/** Fourteen, so that the default page of ten misses the last four. */
export const defaultAudiences = (): AudienceSeed[] => [
  plain("Example Store customers"),
  { name: "Newsletter (double opt-in)", double_optin: true, mergeFields: standardFields() },
  { name: "Newsletter EU (permissions)", marketing_permissions: true, mergeFields: standardFields() },
  { name: "Birthday club", mergeFields: birthdayClubFields() },
  { name: "All field types", mergeFields: typedFields() },
  plain("Wholesale"),
  plain("Staff and friends"),
  plain("Spring campaign"),
  plain("Summer campaign"),
  plain("Autumn campaign"),
  plain("Winter campaign"),
  plain("Press"),
  plain("Old shop import"),
  plain("Zurich store"),
];
