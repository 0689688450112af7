/**
 * A webhook block in a scenario that runs when somebody unsubscribes (reference 9): the body as the marketer typed it, its
 * parameters filled in. One attempt; three more after 5xx and 429 where the transaction's id stands in the request.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Card } from "./cards";
import type { World } from "./world";

export interface Scenario {
  url: string;
  /** Parameters are called `${Customer.email}`, `${Customer.ids.<key>}` in this project's editor. */
  body: string;
  /** The vendor's three attempts take six minutes. */
  pauseMs?: number;
  /** Deliveries are doubled now and then. */
  isDoubled?: boolean;
}

export interface SentWebhook {
  status: number;
  transactionId: string;
  answer: string;
}

/** As it stands in a body. */
export const parameter = (name: string): string => `\${${name}}`;
const TRANSACTION = parameter("WebhookRequest.TransactionalId");

export async function runScenario(world: World, card: Card): Promise<void> {
  const { scenario } = world;
  if (!scenario) return;
  const transactionId = crypto.randomUUID();
  const body = filled(scenario.body, card, transactionId);
  const most = scenario.body.includes(TRANSACTION) ? 4 : 1;
  for (let copy = 0; copy < (scenario.isDoubled ? 2 : 1); copy++) {
    for (let attempt = 1; attempt <= most; attempt++) {
      const sent = await post(scenario.url, body);
      world.webhooks.push({ ...sent, transactionId });
      if (sent.status < 500 && sent.status !== 429) break;
      await wait(scenario.pauseMs ?? 300);
    }
  }
}

async function post(url: string, body: string): Promise<{ status: number; answer: string }> {
  try {
    const headers = { "content-type": "application/json" };
    const said = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) });
    return { status: said.status, answer: await said.text() };
  } catch {
    return { status: 599, answer: "" };
  }
}

/** A parameter that nobody knows is sent as it stands. */
function filled(template: string, card: Card, transactionId: string): string {
  const ids = Object.entries({ ...card.ids, mindboxId: card.mindboxId });
  const values = new Map([
    [TRANSACTION, transactionId],
    [parameter("Customer.email"), card.email],
    ...ids.map(([key, value]): [string, string] => [parameter(`Customer.ids.${key}`), value]),
  ]);
  return template.replace(/\$\{[^}]*\}/g, (name) => values.get(name) ?? name);
}
