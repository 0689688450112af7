/**
 * Mindbox drops values it does not like without a word: names in Latin letters and foreign phones in a project left at its
 * defaults, addresses that another card keeps. The first customers after connecting are read again, and what is missing is named.
 */
import type { Contact } from "@/model/contact";
import type { Reason } from "@/model/outcome";
import { bySaleorId, findCard } from "./find-card";
import { CLEAR, differing, fieldsToSend } from "./payload";
import type { Visit } from "./visit";

const CUSTOMERS = 10;
const READ = "read back";

export async function readBack(visit: Visit, contact: Contact, warnings: readonly Reason[]): Promise<Reason[]> {
  const { cache } = visit.link;
  const seen = Number(cache.get(READ) ?? 0);
  // What is only queued is not there yet.
  if (seen >= CUSTOMERS || visit.settings.importMode === "async") return [];
  cache.set(READ, seen + 1);
  const found = await findCard(visit, bySaleorId(visit.settings, contact.key));
  if (found.kind !== "card") return [];
  const sent = Object.entries(fieldsToSend(visit.settings, contact)).filter(([, value]) => value !== CLEAR);
  const named = new Set(warnings.map((warning) => warning.replace(/^field_dropped:/, "")));
  return differing(found.card, Object.fromEntries(sent))
    .filter((field) => !named.has(field))
    .map((field) => `not_taken:${field}`);
}
