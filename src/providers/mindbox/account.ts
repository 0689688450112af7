/** What stands behind the credentials: one integration point of one project. Mindbox lists nothing, neither brands nor fields. */
import type { Account, Answer, FieldDefinition, Target } from "../contract";
import { call, wayOf } from "./client";
import { classify, isWrongAddress } from "./failures";
import { bySaleorId } from "./find-card";
import { type FIELD_TYPES, type MindboxLink, placeOf } from "./settings";

/** Nobody's id: asking for it changes nothing. */
export const NOBODY = "saleor-connection-test";

/**
 * Runs "get customer" for a made-up id. Host, key and integration point are proven by any answer of an operation, also by
 * "no such operation": the name is a setting, and the merchant is told to look at it.
 */
export async function connect(link: MindboxLink): Promise<Answer<Account>> {
  if (!wayOf(link)) return { kind: "refused", reason: "host_unknown" };
  const { settings } = link;
  const body = { customer: bySaleorId(settings, NOBODY) };
  const said = await call(link, { operation: settings.getOperation, mode: "sync", body });
  if (said.kind === "ok") return account(link, []);
  if (isWrongAddress(said.problem)) return { kind: "auth", reason: "wrong_address" };
  const failure = classify(said.problem);
  if (failure.reason.startsWith("operation_unknown:")) return account(link, [failure.reason]);
  // The project answered; what it did not like is the call, and the check button says more about that.
  if (failure.kind === "refused") return account(link, [`operation_differs:${settings.getOperation}`]);
  return failure;
}

function account({ credentials }: MindboxLink, notes: string[]): Answer<Account> {
  const host = credentials.host.toLowerCase().replace(/^https?:\/\//, "");
  const { endpointId } = credentials;
  return { kind: "ok", value: { limitKey: `${host}/${endpointId}`, name: placeOf(credentials), detail: `${host}, ${endpointId}`, notes } };
}

export async function targets({ credentials }: MindboxLink): Promise<Answer<readonly Target[]>> {
  const place = placeOf(credentials);
  return { kind: "ok", value: [{ id: place, name: place, contacts: null, notes: [] }] };
}

const BUILT_IN: readonly FieldDefinition[] = [
  { id: "middleName", label: "Middle name", type: "text", required: false, maxLength: 100 },
  { id: "birthDate", label: "Birth date", type: "date", required: false },
  { id: "sex", label: "Sex", type: "choice", required: false, choices: ["male", "female"] },
  { id: "timeZone", label: "Time zone", type: "text", required: false },
];

const TYPES: Readonly<Record<(typeof FIELD_TYPES)[number], FieldDefinition["type"]>> = {
  text: "text",
  integer: "number",
  decimal: "number",
  boolean: "boolean",
  date: "date",
  dateTime: "date",
};

/** Built-in fields that a rule may fill, and what the merchant declared. */
export async function fields({ settings }: MindboxLink): Promise<Answer<readonly FieldDefinition[]>> {
  const own = settings.customFields.map(({ name, type }): FieldDefinition => {
    const kind = TYPES[type];
    return { id: `customFields.${name}`, label: name, type: kind, required: false, ...(kind === "text" && { maxLength: 1_000 }) };
  });
  return { kind: "ok", value: [...BUILT_IN, ...own] };
}

/** Nobody is subscribed by a sync, and Mindbox does not charge by contact through this door. */
export const consequences = () => [];
