/**
 * The one way in which the status of an existing contact is written: the customer's word on the channel changed in
 * Saleor. The contact is looked at right before, because the word of somebody who unsubscribed at Mailchimp outweighs
 * every rule, and because what we opt out we may opt in again.
 */
import type { Contact } from "@/model/contact";
import type { Failure, Outcome } from "@/model/outcome";
import type { Member } from "./answers";
import { isMissing } from "./failures";
import { ownedAfter } from "./payload";
import { CHANNEL, consentRuleOf } from "./settings";
import type { Visit } from "./visit";
import type { Step, Written } from "./write-member";

type Decision =
  | { kind: "write"; status: "subscribed" | "pending" | "unsubscribed"; ownedOptOuts: readonly string[] }
  | { kind: "leave"; warning?: string; ownedOptOuts: readonly string[] };

export async function followConsent(visit: Visit, contact: Contact, step: Step): Promise<Step> {
  const word = contact.consentChanges[CHANNEL];
  if (step.kind !== "written" || word === undefined) return step;
  const seen = await visit.api.member(step.member.hash);
  if (seen.kind === "problem") return unfollowed(step, contact, await visit.fail(seen.problem));
  const isConfirmed = consentRuleOf(visit.settings)?.optIn !== "direct";
  const decision = decide({ word, status: seen.value.status, isConfirmed, ours: contact.ownedOptOuts });
  if (decision.kind === "leave") return followed(step, seen.value, decision);
  return write(visit, contact, { step, before: seen.value, decision });
}

interface Question {
  word: boolean;
  status: string;
  isConfirmed: boolean;
  ours: readonly string[];
}

function decide({ word, status, isConfirmed, ours }: Question): Decision {
  const isIn = status === "subscribed" || status === "pending";
  if (!word) {
    if (isIn) return { kind: "write", status: "unsubscribed", ownedOptOuts: [CHANNEL] };
    return { kind: "leave", ownedOptOuts: status === "unsubscribed" ? ours : [] };
  }
  if (status === "cleaned") return { kind: "leave", warning: "address_bounced", ownedOptOuts: [] };
  if (status === "unsubscribed" && !ours.includes(CHANNEL)) return { kind: "leave", warning: "opted_out_at_provider", ownedOptOuts: [] };
  // Whoever is pending was asked already, perhaps because they came back from the archive.
  if (isIn) return { kind: "leave", ownedOptOuts: [] };
  return { kind: "write", status: isConfirmed ? "pending" : "subscribed", ownedOptOuts: [] };
}

interface Writing {
  step: Written;
  before: Member;
  decision: Extract<Decision, { kind: "write" }>;
}

async function write(visit: Visit, contact: Contact, { step, before, decision }: Writing): Promise<Step> {
  const { status } = decision;
  const said = await visit.api.patchMember(before.hash, { status });
  if (said.kind === "ok") {
    visit.link.log.info({ from: before.status, to: said.value.status }, "mailchimp status written on the customer's word");
    return followed({ ...step, change: step.change === "none" ? "updated" : step.change }, said.value, decision);
  }
  // Erased in the meantime: the next look makes it anew.
  if (isMissing(said.problem)) return unfollowed(step, contact, await visit.fail(said.problem));
  const failure = await visit.fail(said.problem, [contact.mapped.email]);
  // They unsubscribed by themselves, or their address bounced: only they can undo that, and asking again changes nothing.
  if (failure.reason === "compliance_state") return followed(step, before, { warning: failure.reason, ownedOptOuts: [] });
  return unfollowed(step, contact, failure);
}

function followed(
  step: Written,
  member: Member,
  { warning, ownedOptOuts }: { warning?: string; ownedOptOuts: readonly string[] },
): Written {
  return { ...step, member, ownedOptOuts, warnings: warning ? [...step.warnings, warning] : step.warnings };
}

/** The contact stands, the word was not followed: it is kept for the next attempt. */
function unfollowed({ change, member }: Written, contact: Contact, failure: Failure): Outcome {
  const receipt = { ...(member.contactId && { remoteKey: member.contactId }), ownedFields: ownedAfter(contact) };
  return { ...failure, partly: { change, receipt } };
}
