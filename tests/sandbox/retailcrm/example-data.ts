export interface Site {
  id: number;
  code: string;
  name: string;
  currency: string;
  isDemo: boolean;
}

export interface CustomField {
  code: string;
  name: string;
  entity: "customer" | "order";
  type: string;
  required: boolean;
  viewMode: "editable" | "not_editable" | "miss";
  dictionary?: string;
}

export interface Dictionary {
  code: string;
  name: string;
  elements: { code: string; name: string; ordering: number }[];
}

const site = (id: number, code: string, name: string, currency = "RUB"): Site => ({ id, code, name, currency, isDemo: false });

export const sitesSeed = (): Site[] => [
  site(1, "main-shop", "Main shop"),
  site(2, "outlet", "Outlet"),
  site(3, "1", "A site whose code is a number"),
  site(4, "wholesale-eu", "Wholesale EU", "EUR"),
];

const field = (code: string, type: string, more: Partial<CustomField> = {}): CustomField => ({
  code,
  name: code.replaceAll("_", " "),
  entity: "customer",
  type,
  required: false,
  viewMode: "editable",
  ...more,
});

export const customFieldsSeed = (): CustomField[] => [
  field("saleor_channel", "string"),
  field("notes_long", "text"),
  field("bonus_points", "integer"),
  field("weight_kg", "numeric"),
  field("has_card", "boolean"),
  field("first_visit", "date"),
  field("second_email", "email"),
  field("tier", "dictionary", { dictionary: "tiers" }),
  field("animals", "multiselect_dictionary", { dictionary: "animals" }),
  field("last_seen", "datetime"),
  field("computed", "string", { viewMode: "not_editable" }),
  field("promocode", "string", { entity: "order" }),
  // A code that the vendor itself uses for a built-in field.
  field("birthday", "string", { name: "Old birthday column" }),
];

const elements = (...codes: string[]) => codes.map((code, ordering) => ({ code, name: code.toUpperCase(), ordering }));

export const dictionariesSeed = (): Dictionary[] => [
  { code: "tiers", name: "Tiers", elements: elements("bronze", "silver", "gold") },
  { code: "animals", name: "Animals", elements: elements("cat", "dog") },
];
