/**
 * Attributes of customers, from Saleor 3.23. An older core refuses the question: then nobody has any. Anything else that
 * goes wrong is "could not look".
 */
import { CustomerAttributesDocument } from "@graphql/generated/graphql";
import { z } from "zod";
import type { Customer } from "@/model/customer";
import type { CustomerId } from "@/model/shop";
import type { SaleorClient } from "./client";
import { unreadable } from "./unreadable";

/** The question was understood, and was too large. */
const TOO_MUCH = new Set(["QueryCostError", "body_too_large"]);

const named = z.object({ name: z.string().nullable() });

/** Each kind of attribute has its value under a name of its own; of kinds that we do not ask for there is none. */
const attribute = z.object({
  attribute: z.object({ slug: z.string().nullable() }),
  number: z.number().nullish(),
  text: z.string().nullish(),
  yes: z.boolean().nullish(),
  day: z.string().nullish(),
  instant: z.string().nullish(),
  choice: named.nullish(),
  swatch: named.nullish(),
  choices: z.array(named).nullish(),
});

const page = z.object({
  customers: z.object({ edges: z.array(z.object({ node: z.object({ id: z.string(), assignedAttributes: z.array(attribute) }) })) }),
});

export type ReadAttributes =
  | { kind: "read"; found: ReadonlyMap<CustomerId, Readonly<Record<string, string>>> }
  | { kind: "none" }
  | { kind: "unreadable"; reason: string; afterSeconds?: number };

export async function readAttributes(client: SaleorClient, ids: CustomerId[], options: { signal?: AbortSignal }): Promise<ReadAttributes> {
  const answer = await client.request(CustomerAttributesDocument, { ids }, options);
  if (answer.kind === "refused" && !answer.codes.some((code) => TOO_MUCH.has(code))) return { kind: "none" };
  if (answer.kind !== "ok") return unreadable(answer);
  const parsed = page.safeParse(answer.data);
  if (answer.errors.length > 0 || !parsed.success) return { kind: "unreadable", reason: "unexpected_answer" };
  return {
    kind: "read",
    found: new Map(parsed.data.customers.edges.map(({ node }) => [node.id, bySlug(node.assignedAttributes)])),
  };
}

function bySlug(attributes: z.output<typeof attribute>[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ attribute: { slug }, ...values }) => [slug ?? "", textOf(values)]));
}

/** Several choices become a JSON list, as lists in metadata are. */
function textOf({ number, text, yes, day, instant, choice, swatch, choices }: Omit<z.output<typeof attribute>, "attribute">): string {
  if (choices) return choices.length > 0 ? JSON.stringify(choices.map(({ name }) => name ?? "")) : "";
  return String(number ?? text ?? yes ?? day ?? instant ?? choice?.name ?? swatch?.name ?? "");
}

/** Somebody who is in one answer and not in the other came or went in between: without attributes for now. */
export function withAttributes(
  customers: ReadonlyMap<CustomerId, Customer>,
  read: Exclude<ReadAttributes, { kind: "unreadable" }>,
): ReadonlyMap<CustomerId, Customer> {
  const of = (id: CustomerId) => (read.kind === "read" ? (read.found.get(id) ?? null) : null);
  return new Map([...customers].map(([id, customer]) => [id, { ...customer, attributes: of(id) }]));
}
