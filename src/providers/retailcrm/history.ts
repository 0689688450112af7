/**
 * Opt-outs in RetailCRM, from its history of changes: nothing there tells us by itself. The history is walked by the id of
 * its records; a record is a hint, and where the customer stands is read again. Changes by our own key are left out.
 */
import { z } from "zod";
import type { Failure } from "@/model/outcome";
import type { CustomerId } from "@/model/shop";
import type { Answer, History, HistoryPage } from "../contract";
import type { Held, HistoryRecord } from "./answers";
import { CHANNEL } from "./consent";
import { findKnown } from "./find";
import { customerIdOf, localTime } from "./payload";
import type { RetailCrmLink } from "./settings";
import { Visit } from "./visit";

/** A date = unsubscribed then, nothing = subscribed again (woocommerce-module, prestashop-module; reference 2.8, 2026-11). */
const FIELD = "email_marketing_unsubscribed_at";

/** The last record that was read, and when it was made, on the account's wall clock: where the id is not taken any more. */
const position = z.object({ id: z.number().nullable(), at: z.string() });
type Position = z.output<typeof position>;

async function optOutsSince(link: RetailCrmLink, cursor: string | null): Promise<Answer<HistoryPage>> {
  const visit = new Visit(link);
  const problem = await visit.begin();
  if (problem) return problem;
  const from = readPosition(cursor);
  if (!from) return begin(visit);
  const said = await pageAfter(visit, from);
  if (said.kind === "problem") return visit.fail(said.problem);
  const records = said.value.history.filter(({ id }) => id > (from.id ?? 0)).sort((a, b) => a.id - b.id);
  const optOuts = await standing(visit, records.filter(isOptOut(visit)));
  if ("kind" in optOuts) return optOuts;
  const last = records.at(-1);
  const next = last ? { id: last.id, at: last.createdAt || from.at } : from;
  const isMore = last !== undefined && said.value.pagination.totalPageCount > 1;
  return { kind: "ok", value: { optOuts, cursor: JSON.stringify(next), isMore } };
}

function readPosition(cursor: string | null): Position | null {
  try {
    return cursor === null ? null : position.parse(JSON.parse(cursor));
  } catch {
    return null;
  }
}

/** The vendor's own clock says when "now" is; ours only asks. */
async function begin(visit: Visit): Promise<Answer<HistoryPage>> {
  const timezone = await visit.timezone();
  if (timezone !== null && typeof timezone === "object") return timezone;
  const now = new Date().toISOString();
  const ours = localTime(now, timezone ?? "UTC") ?? now.slice(0, 19).replace("T", " ");
  const said = await visit.api.history({ startDate: ours });
  if (said.kind === "problem") return visit.fail(said.problem);
  const at = said.value.generatedAt || ours;
  return { kind: "ok", value: { optOuts: [], cursor: JSON.stringify({ id: null, at }), isMore: false } };
}

/** How long records are kept is not known: an id that is not taken any more gives way to its date. */
async function pageAfter({ api }: Visit, { id, at }: Position) {
  if (id === null) return api.history({ startDate: at });
  const said = await api.history({ sinceId: id });
  return said.kind === "problem" && said.problem.status === 400 ? api.history({ startDate: at }) : said;
}

/** A key sees every site it may: what happened on others is not ours. */
function isOptOut({ link }: Visit): (record: HistoryRecord) => boolean {
  return ({ field, newValue, source, isOurs, site, customerId }) =>
    field === FIELD && Boolean(newValue) && !(source === "api" && isOurs) && (site === "" || site === link.target) && customerId !== null;
}

/** Who of them is unsubscribed still, each with the last record about them. */
async function standing(visit: Visit, records: readonly HistoryRecord[]): Promise<HistoryPage["optOuts"] | Failure> {
  const byCustomer = new Map(records.map((record) => [String(record.customerId), record]));
  const optOuts: HistoryPage["optOuts"][number][] = [];
  if (byCustomer.size === 0) return optOuts;
  const said = await visit.api.byIds([...byCustomer.keys()]);
  if (said.kind === "problem") return visit.fail(said.problem);
  const held = new Map<string, Held>(said.value.customers.map((one) => [String(one.id), one]));
  for (const [id, record] of byCustomer) {
    // Not listed: deleted, or absorbed by another.
    const found = held.has(id) ? null : await findKnown(visit, id);
    if (found && found.kind !== "held" && found.kind !== "none" && found.kind !== "several") return found;
    const now = held.get(id) ?? (found?.kind === "held" ? found.held : undefined);
    if (now?.unsubscribed) optOuts.push({ ...whoIs(now), channels: [CHANNEL], evidence: evidenceOf(record) });
  }
  return optOuts;
}

function whoIs({ externalId, email }: Held): { customerId?: CustomerId; email: string } {
  const customerId = customerIdOf(externalId);
  return customerId === null ? { email } : { customerId, email };
}

const evidenceOf = ({ id, source, createdAt }: HistoryRecord) => `history ${id} ${source} ${createdAt}`.trim().slice(0, 200);

export const history: History<RetailCrmLink> = { optOutsSince };
