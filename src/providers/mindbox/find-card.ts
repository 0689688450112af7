/** Looking a customer up. Whoever is asked for by two identifiers that belong to two cards is asked for again by one. */
import type { Failure } from "@/model/outcome";
import { type Card, idUnder } from "./answers";
import type { Settings } from "./settings";
import type { Visit } from "./visit";

export type Found = { kind: "card"; card: Card } | { kind: "none" } | Failure;

/** Before Mindbox has told its own id (an operation that only queues tells none) ours stands in for it. */
const OURS = "saleor:";
export const ownKey = (customerId: string): string => `${OURS}${customerId}`;

export interface Who {
  ids: Record<string, string>;
  email?: string;
}

export const bySaleorId = ({ customerIdKey }: Settings, id: string): Who => ({ ids: { [customerIdKey]: id } });

export function byRemoteKey(settings: Settings, remoteKey: string): Who {
  if (remoteKey.startsWith(OURS)) return bySaleorId(settings, remoteKey.slice(OURS.length));
  return { ids: { [settings.mindboxIdKey]: remoteKey } };
}

export async function findCard(visit: Visit, who: Who): Promise<Found> {
  const found = await ask(visit, who);
  const isAmbiguous = found.kind === "refused" && found.reason === "ambiguous";
  if (!isAmbiguous || !who.email || Object.keys(who.ids).length === 0) return found;
  const byId = await ask(visit, { ids: who.ids });
  return byId.kind === "none" ? ask(visit, { ids: {}, email: who.email }) : byId;
}

async function ask(visit: Visit, { ids, email }: Who): Promise<Found> {
  const body = { customer: { ...(Object.keys(ids).length > 0 && { ids }), ...(email && { email }) } };
  const said = await visit.call({ operation: visit.settings.getOperation, mode: "sync", body });
  if (said.kind === "problem") return visit.fail(said.problem, [...Object.values(ids), ...(email ? [email] : [])]);
  const { customer } = said.value;
  switch (customer?.processingStatus) {
    case "Ambiguous":
      return { kind: "refused", reason: "ambiguous" };
    case "NotFound":
    case undefined:
      // An operation that returns nothing of the customer cannot tell us anybody.
      return customer && mindboxId(visit.settings, customer) ? { kind: "card", card: customer } : { kind: "none" };
    default:
      return customer ? { kind: "card", card: customer } : { kind: "none" };
  }
}

export const mindboxId = ({ mindboxIdKey }: Settings, card: Card): string | null => idUnder(card.ids, mindboxIdKey);
