/** Change rules before they are saved: what they would do about one change, and what they must not say. */
import { z } from "zod";
import { tryRule } from "@/mapping/change-rules";
import { mappingOf } from "@/mapping/map-customer";
import { readerOf } from "@/mapping/source";
import { type ChangeRule, changeRule, contradictionsIn } from "@/model/change-rules";
import type { EngineSettings } from "@/model/connection";
import type { FieldRule } from "@/model/rules";
import { readCustomers } from "@/saleor/read-customers";
import { saleorReason } from "@/saleor/reasons";
import { findCustomer } from "./customers";
import type { OpenedFor } from "./mapping";
import type { Admitted } from "./trpc";
import type { ChangeTrial } from "./views";

const typed = z.string().max(16_384);
export const trial = z.object({
  rule: changeRule,
  before: typed,
  /** Empty with a customer = that customer's value now. */
  after: typed,
  /** E-mail or id; empty = nobody, the typed values alone. */
  who: z.string().trim().max(320),
});

type Unanswered = Exclude<ChangeTrial, { kind: "trial" }>;

export async function tryChange(
  ctx: Admitted,
  opened: OpenedFor,
  { rule, before, after, who }: z.output<typeof trial>,
): Promise<ChangeTrial> {
  const seen = who === "" ? { kind: "seen" as const, value: "", skipped: null } : await look(ctx, opened, rule, who);
  if (seen.kind !== "seen") return seen;
  const value = after === "" ? seen.value : after;
  const { kind: what, effects, problems } = tryRule(rule, before, value);
  return {
    kind: "trial",
    what,
    value: value.slice(0, 500),
    skipped: seen.skipped,
    addTags: effects.addTags,
    removeTags: effects.removeTags,
    fields: Object.entries(effects.fields).map(([id, one]) => ({ id, value: String(one ?? "") })),
    events: effects.events.map(({ name, properties }) => ({ name, properties })),
    problems,
  };
}

async function look(
  ctx: Admitted,
  { connection, provider }: OpenedFor,
  rule: ChangeRule,
  who: string,
): Promise<{ kind: "seen"; value: string; skipped: string | null } | Unanswered> {
  const client = await ctx.rooms.clientOf(ctx.shop);
  if (!client) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
  const found = await findCustomer(ctx, who);
  if (found.kind !== "found") return found;
  const settings = { ...connection.settings, changeRules: [{ ...rule, on: true }] } as EngineSettings & Record<string, unknown>;
  const mapping = mappingOf(provider, settings);
  const read = await readCustomers(client, [found.id], mapping.plan);
  if (read.kind === "unreadable") return { kind: "unavailable", reason: saleorReason(read.reason) };
  const customer = read.found.get(found.id);
  if (!customer) return { kind: "not_found" };
  const raw = readerOf(rule.source)(customer);
  const mapped = mapping.map(customer);
  return { kind: "seen", value: typeof raw === "string" ? raw : "", skipped: mapped.kind === "skipped" ? mapped.reason : null };
}

/** What the rules say to each other, and of this provider; rules that are not handed in stand as they were saved. */
export function objectionTo(
  { connection, provider }: OpenedFor,
  rules: { fieldRules?: FieldRule[] | undefined; changeRules?: ChangeRule[] | undefined },
): { name: string; messageKey: string } | null {
  const saved = connection.settings as unknown as EngineSettings;
  const changes = rules.changeRules ?? saved.changeRules;
  const [contradiction] = contradictionsIn(changes, rules.fieldRules ?? saved.fieldRules);
  if (contradiction) return { name: `changeRules.${contradiction.rules[1]}`, messageKey: "rules_contradict" };
  for (const [n, { actions }] of changes.entries())
    for (const action of actions)
      if (action.kind === "send_event" && !provider.events?.form.test(action.name))
        return { name: `changeRules.${n}`, messageKey: provider.events ? "event_name_form" : "events_not_offered" };
  return null;
}
