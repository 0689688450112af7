/** What the rules may speak of and what they make of one customer. Looks only, except for a field that a person asks for. */
import { z } from "zod";
import { mappingOf } from "@/mapping/map-customer";
import { previewRules } from "@/mapping/preview";
import type { EngineSettings } from "@/model/connection";
import type { FieldRule } from "@/model/rules";
import type { AnyProvider, Link } from "@/providers/contract";
import { readCustomers } from "@/saleor/read-customers";
import { saleorReason } from "@/saleor/reasons";
import { findCustomer } from "./customers";
import type { OpenedFor } from "./mapping";
import type { Admitted } from "./trpc";
import type { FieldCreated, FieldsView, RulesPreview } from "./views";

const PATIENCE_MS = 20_000;

export const newField = z.object({ label: z.string().trim().min(1).max(100), type: z.enum(["text", "number", "date"]) });

export async function fieldsOf(ctx: Admitted, opened: OpenedFor): Promise<FieldsView> {
  const answer = await opened.provider.fields(linkFor(ctx, opened));
  return answer.kind === "ok" ? { kind: "ok", fields: answer.value.map(asView) } : failed(answer);
}

export async function createField(ctx: Admitted, opened: OpenedFor, wish: z.output<typeof newField>): Promise<FieldCreated> {
  const answer = await opened.provider.createField?.(linkFor(ctx, opened), wish);
  if (!answer) return { kind: "failed", reason: "not_offered", vendorText: null };
  return answer.kind === "ok" ? { kind: "ok", field: asView(answer.value) } : failed(answer);
}

type Definition = Extract<Awaited<ReturnType<AnyProvider["fields"]>>, { kind: "ok" }>["value"][number];
const asView = ({ choices, ...field }: Definition) => ({ ...field, ...(choices && { choices: [...choices] }) });

const failed = ({ reason, vendorText }: { reason: string; vendorText?: string }) =>
  ({ kind: "failed", reason, vendorText: vendorText ?? null }) as const;

function linkFor(ctx: Admitted, { connection, provider }: OpenedFor): Link {
  return ctx.rooms.linkTo({ ...connection, provider, shop: ctx.shop, signal: AbortSignal.timeout(PATIENCE_MS) });
}

export async function previewFor(
  ctx: Admitted,
  { connection, provider }: OpenedFor,
  { who, rules }: { who: string; rules: FieldRule[] },
): Promise<RulesPreview> {
  const client = await ctx.rooms.clientOf(ctx.shop);
  if (!client) return { kind: "unavailable", reason: saleorReason("shop_not_installed") };
  const found = await findCustomer(ctx, who);
  if (found.kind !== "found") return found;
  const settings = { ...connection.settings, fieldRules: rules } as EngineSettings & Record<string, unknown>;
  const mapping = mappingOf(provider, settings);
  const read = await readCustomers(client, [found.id], mapping.plan);
  if (read.kind === "unreadable") return { kind: "unavailable", reason: saleorReason(read.reason) };
  const customer = read.found.get(found.id);
  if (!customer) return { kind: "not_found" };
  const mapped = mapping.map(customer);
  const whole = mapped.kind === "contact" ? [...(provider.customers.check?.(settings, mapped.contact) ?? [])] : [];
  return {
    kind: "preview",
    customerId: found.id,
    skipped: mapped.kind === "skipped" ? mapped.reason : null,
    rows: previewRules(rules, customer).map(({ source, result, problems }, n) => ({
      source: source === null ? null : source.slice(0, 500),
      result: result === null || result === undefined ? null : String(result),
      isKept: result === undefined,
      problems: [...problems, ...whole.filter((problem) => isAbout(problem, rules[n]!))],
    })),
  };
}

/** `address_incomplete:ADDRESS` is about every part of it. */
function isAbout(problem: string, { target }: FieldRule): boolean {
  const about = problem.slice(problem.indexOf(":") + 1);
  return target.id === about || target.id.startsWith(`${about}.`);
}
