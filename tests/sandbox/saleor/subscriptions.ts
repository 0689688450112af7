import { parse, visit } from "graphql";

/** The events a subscription listens to, read from its type conditions: CustomerCreated -> CUSTOMER_CREATED. */
export function eventsOf(query: string): string[] {
  const events = new Set<string>();
  let depth = 0;
  visit(parse(query), {
    Field: { enter: () => void depth++, leave: () => void depth-- },
    InlineFragment: (node) => {
      if (depth === 1 && node.typeCondition) events.add(node.typeCondition.name.value.replace(/(?<!^)[A-Z]/g, "_$&").toUpperCase());
    },
  });
  return [...events];
}
