/** What change rules add to a delivery, once: tags and fields go with the contact, events follow when it stands. */
import type { ChangeEvent, Effects } from "@/mapping/change-rules";
import type { RuleState } from "@/model/change-rules";
import type { Contact } from "@/model/contact";
import type { Outcome, Receipt } from "@/model/outcome";
import type { ContactEvent } from "@/providers/contract";
import type { BatchWork, DeliverStep } from "./deliver";
import type { DrainDeps } from "./deps";
import { describe } from "./describe";
import { eventId } from "./identity";

/** Tags that the customer's own metadata wants are not taken off: that wish stands, a rule speaks once. */
export function withEffects(contact: Contact, effects: Effects): WithEffects {
  const { mapped } = contact;
  const { addTags, removeTags } = effects;
  const withFields = { ...contact, mapped: { ...mapped, fields: { ...mapped.fields, ...effects.fields } } };
  const once = { events: effects.events, tags: [] as string[] };
  if (addTags.length + removeTags.length === 0) return { contact: withFields, once, problems: [] };
  // Saleor would not show the tags: nothing is said about any.
  if (mapped.tags === null) return { contact: withFields, once, problems: ["change_tags_left"] };
  const standing = new Set(mapped.tags.map(fold));
  const added = addTags.filter((tag) => !standing.has(fold(tag)));
  const removed = removeTags.filter((tag) => !standing.has(fold(tag)));
  const tagged = { ...withFields.mapped, tags: [...mapped.tags, ...added] };
  return {
    contact: { ...withFields, mapped: tagged, ownedTags: [...contact.ownedTags, ...removed] },
    once: { ...once, tags: added },
    problems: [],
  };
}

export interface Once {
  events: readonly ChangeEvent[];
  /** Added by rules alone. */
  tags: readonly string[];
}

interface WithEffects {
  contact: Contact;
  once: Once;
  problems: string[];
}

const fold = (tag: string) => tag.toLowerCase();

export interface Told {
  outcome: Outcome;
  /** What to remember although the delivery did not come to its end: of rules whose event is on its way. */
  ruleState?: RuleState;
}

/** Events of contacts that stand now. One that could not be sent makes the whole delivery one to be tried again. */
export async function tellEvents(
  deps: DrainDeps,
  work: BatchWork,
  steps: readonly DeliverStep[],
  outcomeOf: (step: DeliverStep) => Outcome,
): Promise<Map<DeliverStep, Told>> {
  const due = steps.flatMap((step) => (hasArrived(outcomeOf(step)) ? eventsOf(step) : []));
  const answers = due.length > 0 ? await sendEvents(deps, work, due) : new Map<string, Answer>();
  return new Map(steps.map((step) => [step, told(step, outcomeOf(step), answers)]));
}

type Answer = { kind: "sent" } | Extract<Outcome, { kind: "retry" | "refused" | "auth" }>;

const hasArrived = ({ kind }: Outcome) => kind === "delivered" || kind === "unchanged";

const eventsOf = ({ row, contact, once }: DeliverStep): ContactEvent[] =>
  once.events.map(({ name, properties, occurrence }) => ({
    id: eventId(row, occurrence),
    key: row.customerId,
    email: contact.mapped.email,
    name,
    properties,
  }));

async function sendEvents(
  deps: DrainDeps,
  { provider, connection, link }: BatchWork,
  events: readonly ContactEvent[],
): Promise<ReadonlyMap<string, Answer>> {
  const refused: Answer = { kind: "refused", reason: "events_not_offered" };
  if (!provider.events) return new Map(events.map(({ id }) => [id, refused]));
  try {
    const answers = await provider.events.send(link, events);
    deps.log.info({ provider: provider.id, connection: connection.id, count: events.length }, "events sent");
    return answers;
  } catch (error) {
    if (!link.signal.aborted)
      deps.log.error({ provider: provider.id, connection: connection.id, error: describe(error) }, "adapter threw over events");
    return new Map(events.map(({ id }) => [id, { kind: "retry", reason: "internal_error" }]));
  }
}

function told(step: DeliverStep, outcome: Outcome, answers: ReadonlyMap<string, Answer>): Told {
  const own = withoutOnceTags(step, outcome);
  const { events } = step.once;
  if (events.length === 0 || !hasArrived(outcome)) return { outcome: own };
  const said = events.map((event) => ({
    ...event,
    answer: answers.get(eventId(step.row, event.occurrence)) ?? ({ kind: "retry", reason: "no_answer" } as const),
  }));
  const failure = said.find(({ answer }) => answer.kind === "auth" || answer.kind === "retry")?.answer;
  const warnings = said.flatMap(({ answer, name }) => (answer.kind === "refused" ? [`event_refused:${name}`] : []));
  if (!failure || failure.kind === "sent") return { outcome: withWarnings(own, warnings) };
  const done = said.filter(({ answer }) => answer.kind === "sent" || answer.kind === "refused");
  const moved = Object.fromEntries(done.map(({ ruleId }) => [ruleId, step.sent.ruleState[ruleId]]));
  const ruleState = { ...step.row.ruleState, ...moved } as RuleState;
  return { outcome: { ...failure, partly: partlyOf(step, own) }, ruleState };
}

function partlyOf({ contact }: DeliverStep, outcome: Outcome) {
  const receipt: Receipt = { consents: contact.mapped.consents, ...receiptOf(outcome) };
  return { change: outcome.kind === "delivered" ? outcome.change : ("none" as const), receipt };
}

const receiptOf = (outcome: Outcome): Receipt => ("receipt" in outcome ? (outcome.receipt ?? {}) : {});

function withWarnings(outcome: Outcome, warnings: readonly string[]): Outcome {
  if (warnings.length === 0 || (outcome.kind !== "delivered" && outcome.kind !== "unchanged")) return outcome;
  const receipt = receiptOf(outcome);
  return { ...outcome, receipt: { ...receipt, warnings: [...(receipt.warnings ?? []), ...warnings] } };
}

/** A tag that a rule put there stays until a rule or a person takes it off: it is not ours, lest the next delivery does. */
function withoutOnceTags({ once }: DeliverStep, outcome: Outcome): Outcome {
  if (once.tags.length === 0) return outcome;
  const tags = new Set(once.tags.map(fold));
  const without = (receipt: Receipt): Receipt =>
    receipt.ownedTags ? { ...receipt, ownedTags: receipt.ownedTags.filter((tag) => !tags.has(fold(tag))) } : receipt;
  if ("receipt" in outcome && outcome.receipt) return { ...outcome, receipt: without(outcome.receipt) } as Outcome;
  if ("partly" in outcome && outcome.partly) return { ...outcome, partly: { ...outcome.partly, receipt: without(outcome.partly.receipt) } };
  return outcome;
}
