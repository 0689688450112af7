/**
 * Two customers who swap addresses. An address that comes to a card while another one has it makes Mindbox merge the two
 * for good, or drop the address without a word, as the project's rules for duplicates say (reference 5.3, 2026-08). In
 * Saleor an address is one customer's: whoever still has it at Mindbox has left it, and is emptied of it before anybody
 * takes it. A card of nobody in Saleor is left to those rules.
 */
import type { Contact } from "@/model/contact";
import type { Failure } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import { idUnder } from "./answers";
import { findCard, mindboxId } from "./find-card";
import { CLEAR, customerBody, transactionId } from "./payload";
import type { Visit } from "./visit";

type Freed = { kind: "free" } | Failure;

/** To be over before the first of the contacts is written: what is emptied later might have its new address already. */
export async function freeAddresses(visit: Visit, contacts: readonly Contact[]): Promise<Map<CustomerId, Failure>> {
  const moving = contacts.filter(({ emailChanged }) => emailChanged);
  const answers = await visit.each<Contact, Freed>(moving, (contact) => free(visit, contact));
  return new Map([...answers].flatMap(([key, answer]) => (answer.kind === "free" ? [] : [[key, answer as Failure] as const])));
}

async function free(visit: Visit, { key, remoteKey, repeatId, mapped }: Contact): Promise<Freed> {
  const { settings } = visit;
  const found = await findCard(visit, { ids: {}, email: mapped.email.trim() });
  if (found.kind === "none") return { kind: "free" };
  if (found.kind !== "card") return found;
  const owner = idUnder(found.card.ids, settings.customerIdKey);
  if (!owner || owner === key || mindboxId(settings, found.card) === remoteKey) return { kind: "free" };
  const { importOperation: operation } = settings;
  const body = customerBody({ [settings.customerIdKey]: owner }, { email: CLEAR });
  // Never only queued: the address is taken right afterwards.
  const said = await visit.call({ operation, mode: "sync", body, transactionId: transactionId(repeatId, operation, body) });
  return said.kind === "ok" ? { kind: "free" } : visit.fail(said.problem, [owner, mapped.email]);
}
