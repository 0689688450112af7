/** What stands around customers: the account, its sites, its settings and its dictionary of fields. */
import type { Call } from "./customers";
import { listAt, type Params, textAt } from "./params";
import { invalid, mapOrList, type Reply, refusal, said, success } from "./replies";

export function credentials({ key }: Call): Reply {
  return success(200, {
    credentials: ["/api/customers"],
    scopes: key.scopes,
    siteAccess: key.sites === null ? "access_full" : "access_selective",
    ...(key.sites !== null && { sitesAvailable: key.sites }),
  });
}

export const apiVersions = (): Reply => success(200, { versions: ["3.0", "4.0", "5.0"] });

export const systemInfo = ({ world }: Pick<Call, "world">): Reply =>
  success(200, {
    systemVersion: "8.10.1",
    publicUrl: `https://${world.account.publicHost}`,
    technicalUrl: `https://${world.account.technicalHost}`,
  });

export const settings = ({ world }: Call): Reply =>
  success(200, {
    settings: {
      default_currency: { value: "RUB", updated_at: "2026-01-01 00:00:00" },
      system_language: { value: "ru" },
      timezone: { value: world.account.timezone },
      work_times: [],
      non_working_days: [],
    },
  });

/** An object by code; every site of the account, whatever the key may see. */
export function sites({ world }: Call): Reply {
  const all = [...world.sites.values()].map((site, ordering) => [
    site.code,
    { ...site, ordering, url: `https://${site.code}.example`, phones: [], ymlUrl: "", loadFromYml: false, active: true },
  ]);
  return success(200, { sites: mapOrList(Object.fromEntries(all)) });
}

export function customFields({ world, given }: Call): Reply {
  const filter = (typeof given.filter === "object" && !Array.isArray(given.filter) ? given.filter : {}) as Params;
  const entity = textAt(filter, "entity");
  const codes = listAt(filter, "code");
  const found = world.customFields.filter((field) => (entity === "" || field.entity === entity) && (!codes || codes.includes(field.code)));
  const shown = found.map((field) => ({
    ...field,
    inFilter: true,
    inList: true,
    inGroupActions: false,
    ordering: 10,
    displayArea: "customer",
  }));
  return paged({ world, given }, "customFields", shown);
}

const FIELD_TYPES = ["boolean", "date", "datetime", "dictionary", "email", "integer", "numeric", "string", "text"];

/** Refused without a name, a type it knows, or a code of its alphabet that nobody has. */
export function createCustomField({ world, params, given }: Call): Reply {
  const entity = params.entity;
  if (entity !== "customer" && entity !== "order") return refusal(world, 404, "notFound");
  const sent = objectIn(textAt(given, "customField"));
  if (!sent) return said(400, "Parameter 'customField' is missing");
  const { code = "", name = "", type = "" } = sent;
  const errors: Record<string, string> = {};
  if (!/^\w[\w:-]*$/.test(code)) errors.code = "Invalid value";
  if (world.customFields.some((field) => field.entity === entity && field.code === code)) errors.code = "This value is already used";
  if (name === "" || name.length > 255) errors.name = "Invalid value";
  if (!FIELD_TYPES.includes(type)) errors.type = "Invalid value";
  if (Object.keys(errors).length > 0) return invalid(world, errors);
  const viewMode = sent.viewMode === "not_editable" || sent.viewMode === "miss" ? sent.viewMode : "editable";
  world.customFields.push({ code, name, type, entity, required: false, viewMode });
  return success(201, { code });
}

function objectIn(json: string): Record<string, string> | null {
  try {
    return JSON.parse(json) as Record<string, string>;
  } catch {
    return null;
  }
}

export const dictionaries = ({ world, given }: Call): Reply => paged({ world, given }, "customDictionaries", world.dictionaries);

function paged({ world, given }: Pick<Call, "world" | "given">, name: string, all: readonly object[]): Reply {
  const limit = Number(textAt(given, "limit") || 20);
  const page = Number(textAt(given, "page") || 1);
  if (![20, 50, 100].includes(limit)) return refusal(world, 400, "input");
  return success(200, {
    [name]: all.slice((page - 1) * limit, page * limit),
    pagination: { limit, totalCount: all.length, currentPage: page, totalPageCount: Math.max(1, Math.ceil(all.length / limit)) },
  });
}
