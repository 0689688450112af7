/** How one project is set up. Nothing has a fixed name at Mindbox, so tests use unusual ones. */

/** `event`: an operation that writes nothing, only notes that something happened to a known customer. */
export type OperationKind = "import" | "get" | "edit" | "confirmPhone" | "event";

export interface Operation {
  kind: OperationKind;
  /** Keys of `customer.ids` it finds by, and `email`. An import finds by one key alone. */
  findBy: readonly string[];
  modes: readonly ("sync" | "async")[];
  requiresDevice?: boolean;
  /** "Returns validation errors": otherwise what is invalid vanishes. */
  validates?: boolean;
  /** `false`: the answer says nothing of the customer. */
  returnsCustomer?: boolean;
}

export type CustomFieldType = "text" | "list" | "integer" | "decimal" | "boolean" | "date" | "dateTime";

export interface Project {
  endpointId: string;
  brand: string;
  operations: Readonly<Record<string, Operation>>;
  /** Keys of external ids, in the project's own spelling. */
  idKeys: readonly string[];
  customFields: Readonly<Record<string, CustomFieldType>>;
  topics: readonly string[];
  /** A project left at its defaults takes Cyrillic names and Russian phones only. */
  alphabet: "cyrillic" | "any";
  phoneCodes: readonly string[] | "any";
  /** Two cards with one e-mail: `merge` makes them one, `none` leaves the address with the older. */
  duplicates: "merge" | "none";
  perMinute: number;
}

const both = ["sync", "async"] as const;

/** As our user guide asks the Mindbox manager for it. */
export const guideProject: Project = {
  endpointId: "ExampleStore.Saleor",
  brand: "ExampleStore",
  operations: {
    "Saleor.ImportCustomer": { kind: "import", findBy: ["saleorId"], modes: both },
    "Saleor.GetCustomer": { kind: "get", findBy: ["saleorId", "mindboxId", "email"], modes: ["sync"] },
    "Saleor.EditCustomer": { kind: "edit", findBy: ["saleorId"], modes: both },
    "Saleor.ConfirmMobilePhone": { kind: "confirmPhone", findBy: ["saleorId"], modes: both },
    "Loyalty.RankUp": { kind: "event", findBy: ["saleorId"], modes: both },
  },
  idKeys: ["saleorId"],
  customFields: {
    saleorTags: "list",
    registeredAt: "dateTime",
    city: "text",
    language: "text",
    vipPoints: "integer",
    vipRank: "text",
    firstPurchase: "date",
    isWholesale: "boolean",
    balance: "decimal",
  },
  topics: ["news", "birthday"],
  alphabet: "any",
  phoneCodes: "any",
  duplicates: "merge",
  perMinute: 8_000,
};

/** Names as they are met in the field. */
export const unusualProject: Project = {
  ...guideProject,
  endpointId: "MyShop.Kassa",
  brand: "My-Brand",
  operations: {
    KlientImportirovanieKlienta: { kind: "import", findBy: ["SaleorID"], modes: both },
    GetUserByMindboxId: { kind: "get", findBy: ["SaleorID", "mindboxId", "email"], modes: ["sync"] },
    "Offline.EditUser": { kind: "edit", findBy: ["SaleorID"], modes: both },
    AutoConfirmMobilePhone: { kind: "confirmPhone", findBy: ["SaleorID"], modes: both },
  },
  idKeys: ["SaleorID", "WebsiteID"],
  customFields: { ...guideProject.customFields, ShopTags: "list" },
};
