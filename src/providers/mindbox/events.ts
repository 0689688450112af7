/**
 * Something happened to a customer: an operation of the project, by its name, with the customer's id and nothing else. It is
 * always queued (`async`): only then does Mindbox drop a repeat with the same `transactionId` (reference 2.3, 2026-08).
 */
import type { Failure } from "@/model/outcome";
import type { ContactEvent, Events } from "../contract";
import { bySaleorId } from "./find-card";
import type { MindboxLink } from "./settings";
import { Visit } from "./visit";

export const events: Events<MindboxLink> = { form: /^\S{1,200}$/u, send };

type Answer = { kind: "sent" } | Failure;

async function send(link: MindboxLink, all: readonly ContactEvent[]): Promise<ReadonlyMap<string, Answer>> {
  const visit = new Visit(link);
  const items = all.map((event) => ({ key: event.id, event }));
  const answers = await visit.each<(typeof items)[number], Answer>(items, ({ event }) => sendOne(visit, event));
  return answers as ReadonlyMap<string, Answer>;
}

async function sendOne(visit: Visit, { id, key, name, email }: ContactEvent): Promise<Answer> {
  const body = { customer: bySaleorId(visit.settings, key) };
  const said = await visit.call({ operation: name, mode: "async", body, transactionId: id });
  return said.kind === "ok" ? { kind: "sent" } : ofThisEvent(visit.fail(said.problem, [email]));
}

const ABOUT_ONE_OPERATION = /^(operation_unknown|device_required|protocol_error)\b/;

/** An operation that a rule names wrongly is no reason to stop everybody's customers. */
function ofThisEvent(failure: Failure): Failure {
  return ABOUT_ONE_OPERATION.test(failure.reason) ? { ...failure, kind: "refused", reason: "event_refused" } : failure;
}
