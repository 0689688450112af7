/** "Confirm mobile phone" without a code: said by somebody in Saleor, who set the key that the merchant named to `true`. */
import type { Contact } from "@/model/contact";
import type { Failure } from "@/model/outcome";
import type { Card } from "./answers";
import { bySaleorId } from "./find-card";
import { customerBody, given, heldBy, phoneOf, saysPhoneConfirmed, transactionId } from "./payload";
import type { Visit } from "./visit";

type Confirmed = { kind: "nothing_to_do" } | { kind: "done" } | { kind: "refused" } | { kind: "failed"; failure: Failure };

export async function confirmPhone(visit: Visit, contact: Contact, card: Card | null): Promise<Confirmed> {
  const { settings } = visit;
  if (!saysPhoneConfirmed(settings, contact.mapped)) return { kind: "nothing_to_do" };
  const mobilePhone = phoneOf(contact.mapped);
  if (card?.isMobilePhoneConfirmed && heldBy(card, "mobilePhone").replace(/\D/g, "") === mobilePhone) return { kind: "nothing_to_do" };
  const body = customerBody(bySaleorId(settings, contact.key).ids, { mobilePhone });
  const { confirmOperation: operation, confirmMode: mode } = settings;
  const said = await visit.call({ operation, mode, body, transactionId: transactionId(contact.repeatId, operation, body) });
  if (said.kind === "ok")
    return said.value.mobilePhoneConfirmation?.processingStatus === "NotFound" ? { kind: "refused" } : { kind: "done" };
  const failure = visit.fail(said.problem, given(contact));
  return failure.kind === "refused" ? { kind: "refused" } : { kind: "failed", failure };
}
