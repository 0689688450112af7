/** What this process counts about itself, in Prometheus' form. Labels hold providers, lanes and outcomes: never a shop, never a person. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What is read from the database at the moment of asking: the same from every process. */
export interface QueueNumbers {
  dueByLane: Readonly<Record<string, number>>;
  oldestDueSeconds: number;
  connectionsByHealth: Readonly<Record<string, number>>;
}

export interface Metrics {
  outcomes(provider: string, kinds: readonly string[]): void;
  drained(provider: string, seconds: number): void;
  caughtUp(result: "complete" | "broken", seconds: number, customers: number): void;
  text(queue: QueueNumbers): Promise<{ contentType: string; body: string }>;
}

const SECONDS = [0.05, 0.2, 1, 5, 20, 60, 300, 1800];

const store = globalThis as { __crmMetrics?: Metrics };

/** The process's own. On `globalThis`: Next builds pages and instrumentation as separate module graphs. */
export function metrics(): Metrics {
  store.__crmMetrics ??= createMetrics();
  return store.__crmMetrics;
}

function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const on = { registers: [registry] };
  const outcomes = new Counter({ ...on, name: "crm_outcomes_total", help: "Customers settled.", labelNames: ["provider", "outcome"] });
  const drains = new Histogram({
    ...on,
    name: "crm_drain_seconds",
    help: "Time that one limit key was served for.",
    labelNames: ["provider"],
    buckets: SECONDS,
  });
  const catchUps = new Histogram({
    ...on,
    name: "crm_catch_up_seconds",
    help: "Time that one shop's catch-up took.",
    labelNames: ["result"],
    buckets: SECONDS,
  });
  const seen = new Counter({ ...on, name: "crm_catch_up_customers_total", help: "Customers that catch-up looked at." });
  const due = new Gauge({
    ...on,
    name: "crm_due_rows",
    help: "Customers due now; counted up to 10,000 for each connection.",
    labelNames: ["lane"],
  });
  const age = new Gauge({ ...on, name: "crm_oldest_due_seconds", help: "How long the customer that waits longest has been due." });
  const health = new Gauge({ ...on, name: "crm_connections", help: "Connections by health.", labelNames: ["health"] });
  return {
    outcomes(provider, kinds) {
      for (const outcome of kinds) outcomes.inc({ provider, outcome });
    },
    drained: (provider, seconds) => drains.observe({ provider }, seconds),
    caughtUp(result, seconds, customers) {
      catchUps.observe({ result }, seconds);
      seen.inc(customers);
    },
    async text(queue) {
      health.reset();
      for (const [lane, rows] of Object.entries(queue.dueByLane)) due.set({ lane }, rows);
      for (const [word, count] of Object.entries(queue.connectionsByHealth)) health.set({ health: word }, count);
      age.set(queue.oldestDueSeconds);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
