/**
 * Webhooks as core 3.23.28 sends them (read 2026-08): the payload is built from the stored subscription right after the
 * change, every attempt carries the same bytes, 5xx, time-outs and lost connections are tried five times more, anything
 * else is final. No delivery id, no order.
 */
import { execute, type GraphQLSchema, parse } from "graphql";
import { nowMicros } from "./instants";
import type { Person } from "./people";
import type { Attempt, Delivery, InstalledApp, StoredWebhook } from "./types";
import { schemaVersionOf } from "./versions";
import type { World } from "./world";

const RETRY_SECONDS = [10, 20, 40, 80, 160] as const;
const KEPT_DELIVERIES = 20_000;

/** GraphQL type of an event: CUSTOMER_CREATED -> CustomerCreated. */
const typeNameOf = (event: string) => event.toLowerCase().replace(/(^|_)([a-z])/g, (_all, _sep, letter: string) => letter.toUpperCase());
const permissionFor = (event: string) => (event.startsWith("APP_") ? null : "MANAGE_USERS");

export interface Happening {
  event: string;
  person?: Person;
  /** The row is gone: its private metadata cannot be read any more. */
  gone?: boolean;
  app?: InstalledApp;
  principal: { __typename: "App" | "User"; id: string } | null;
}

export interface SignedRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Courier {
  readonly deliveries: Delivery[];
  /** Sends to every webhook that listens. Resolves when the payloads are stored, not when they have arrived. */
  fire(happening: Happening): Promise<void>;
  /** The request as it would be sent, without sending it; `null` if nothing would be. */
  draft(webhook: StoredWebhook, happening: Happening): Promise<SignedRequest | null>;
  /** Resolves when nothing is on its way and no retry is waiting. */
  settled(): Promise<void>;
  close(): void;
}

export function makeCourier(world: World, schema: () => GraphQLSchema): Courier {
  const deliveries: Delivery[] = [];
  const waits = new Set<NodeJS.Timeout>();
  const open = new Set<Promise<void>>();
  const closing = new AbortController();
  let lastId = 0;

  const pause = (ms: number) =>
    new Promise<void>((wake) => {
      const timer = setTimeout(() => {
        waits.delete(timer);
        wake();
      }, ms);
      waits.add(timer);
    });

  async function deliver(delivery: Delivery, webhookId: string): Promise<void> {
    for (const wait of [...RETRY_SECONDS, null]) {
      const answer = await attempt(world, delivery, webhookId, closing.signal);
      if (closing.signal.aborted) return;
      delivery.attempts.push({ at: Date.now(), answer });
      delivery.status = isSuccess(answer) ? "success" : "failed";
      if (!isRetried(answer) || wait === null) return;
      delivery.status = "pending";
      await pause(wait * 1000 * world.dials.retryScale);
    }
  }

  function dispatch(webhook: StoredWebhook, happening: Happening, body: string): void {
    lastId += 1;
    const delivery: Delivery = {
      id: lastId,
      event: happening.event,
      appId: webhook.appId,
      webhookName: webhook.name,
      targetUrl: webhook.targetUrl,
      customerId: happening.person?.id ?? null,
      status: "pending",
      attempts: [],
      body,
    };
    deliveries.push(delivery);
    if (deliveries.length > KEPT_DELIVERIES) deliveries.splice(0, 1000);
    const task = deliver(delivery, webhook.id).finally(() => open.delete(task));
    open.add(task);
  }

  return {
    deliveries,
    async fire(happening) {
      for (const webhook of listeners(world, happening)) {
        const body = await payloadOf(world, schema(), webhook, happening);
        if (body !== null && !closing.signal.aborted) dispatch(webhook, happening, body);
      }
    },
    async draft(webhook, happening) {
      const body = await payloadOf(world, schema(), webhook, happening);
      return body === null ? null : { url: webhook.targetUrl, headers: await headersFor(world, happening.event, body), body };
    },
    async settled() {
      while (open.size > 0) await Promise.all(open);
    },
    close() {
      closing.abort();
      for (const timer of waits) clearTimeout(timer);
    },
  };
}

const isSuccess = (answer: Attempt["answer"]) => typeof answer === "number" && answer >= 200 && answer < 300;
const isRetried = (answer: Attempt["answer"]) => (typeof answer === "number" ? answer >= 500 : answer !== "inactive");

function listeners({ store, behaviour }: World, { event, app: subject }: Happening): StoredWebhook[] {
  return [...store.webhooks.values()].filter((webhook) => {
    const app = store.apps.get(webhook.appId);
    if (!app || !webhook.isActive || !webhook.query || !webhook.events.includes(event)) return false;
    // Before 3.23.5 life-cycle events went to active apps holding MANAGE_APPS, which no app can ask for: never to the subject.
    if (event.startsWith("APP_")) return behaviour.ownLifecycleEvents && app.id === subject?.id;
    if (event === "CUSTOMER_DELETED" && !behaviour.deletionEvents) return false;
    return app.active && !app.removed && app.permissions.includes(permissionFor(event)!);
  });
}

/** The body is the event object itself. A query that yields nothing sends nothing. */
async function payloadOf(world: World, schema: GraphQLSchema, webhook: StoredWebhook, happening: Happening): Promise<string | null> {
  const app = world.store.apps.get(webhook.appId);
  if (!app || !webhook.query) return null;
  const { event, person, principal, gone, app: subject } = happening;
  const rootEvent = {
    __typename: typeNameOf(event),
    issuedAt: nowMicros(),
    version: world.version,
    recipient: app,
    issuingPrincipal: principal ? resolvePrincipal(world, principal) : null,
    user: person ?? null,
    app: subject ?? null,
  };
  const contextValue = { caller: { kind: "app", app }, goneId: gone ? person?.id : undefined };
  const result = await execute({ schema, document: parse(webhook.query), rootValue: { event: rootEvent }, contextValue });
  const data = result.data?.event as Record<string, unknown> | null | undefined;
  if (!data || Object.keys(data).length === 0) return null;
  return JSON.stringify(result.errors ? { ...data, errors: result.errors } : data);
}

function resolvePrincipal(world: World, { __typename, id }: { __typename: "App" | "User"; id: string }) {
  const known = __typename === "App" ? world.store.apps.get(id) : world.store.get(id);
  return known ? { ...known, __typename } : { __typename, id };
}

async function headersFor(world: World, event: string, body: string): Promise<Record<string, string>> {
  const [name, domain, signature] = [event.toLowerCase(), new URL(world.apiUrl).host, await world.keys.signWebhook(body)];
  return {
    "content-type": "application/json",
    "saleor-event": name,
    "x-saleor-event": name,
    "saleor-domain": domain,
    "x-saleor-domain": domain,
    "saleor-signature": signature,
    "x-saleor-signature": signature,
    "saleor-api-url": world.apiUrl,
    "user-agent": `Saleor/${schemaVersionOf(world.version)}`,
  };
}

async function attempt(world: World, delivery: Delivery, webhookId: string, closing: AbortSignal): Promise<Attempt["answer"]> {
  const webhook = world.store.webhooks.get(webhookId);
  const app = world.store.apps.get(delivery.appId);
  if (!webhook?.isActive || !app || (!app.active && delivery.event !== "APP_DELETED")) return "inactive";
  try {
    const answer = await fetch(webhook.targetUrl, {
      method: "POST",
      headers: await headersFor(world, delivery.event, delivery.body),
      body: delivery.body,
      redirect: "manual",
      signal: AbortSignal.any([closing, AbortSignal.timeout(world.dials.webhookTimeoutMs)]),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    return error instanceof DOMException && error.name === "TimeoutError" ? "timeout" : "connection";
  }
}
