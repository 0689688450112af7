/** What the customer's word does to the e-mail marketing flag of one customer. Pure. */
import type { Contact } from "@/model/contact";
import type { Receipt } from "@/model/outcome";
import { type Followed, followWord, type Standing } from "../kit/follow-word";
import type { Held } from "./answers";
import type { Settings } from "./settings";

/** What a consent rule may speak of. */
export const CHANNEL = "email";

/** @param held `null` = the customer is created now, so that the word as it stands counts rather than a change of it. */
export function consentFor({ consentRules }: Settings, contact: Contact, held: Held | null): Followed {
  const word = (held ? contact.consentChanges : contact.mapped.consents)[CHANNEL];
  const standing = standingOf(contact, held);
  if (word === undefined) return { write: null, isOurs: standing.isOurs };
  return followWord(
    word,
    standing,
    consentRules.find(({ channel }) => channel === CHANNEL),
  );
}

/** Whoever is not unsubscribed may receive marketing, whether they asked for it or not: that is no yes of theirs. */
function standingOf({ remoteKey, ownedOptOuts }: Contact, held: Held | null): Standing {
  if (!held?.unsubscribed) return { now: "none", isOurs: false };
  // What we wrote to another customer says nothing of this one.
  return { now: "out", isOurs: String(held.id) === remoteKey && ownedOptOuts.includes(CHANNEL) };
}

export const consentReceipt = ({ mapped }: Contact, { isOurs }: Followed): Pick<Receipt, "consents" | "ownedOptOuts"> => ({
  consents: mapped.consents,
  ownedOptOuts: isOurs ? [CHANNEL] : [],
});
