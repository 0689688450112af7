/** Writing: what an app may change, with Saleor's codes for what it may not. */
import { type GraphQLSchema, parse, validate } from "graphql";
import { type CustomerActions, merged } from "./customer-actions";
import { nowMicros } from "./instants";
import { needApp, needAppOwner, needPersonMetadata } from "./permissions";
import type { Context } from "./resolvers";
import { eventsOf } from "./subscriptions";
import type { AppProblem, StoredWebhook } from "./types";
import type { World } from "./world";

const MAX_PROBLEMS = 100;

interface WebhookInput {
  name?: string | null;
  targetUrl?: string | null;
  asyncEvents?: string[] | null;
  isActive?: boolean | null;
  query?: string | null;
}
interface Failure {
  field: string | null;
  message: string;
  code: string;
}
const failed = (field: string, code: string, message: string): { errors: Failure[] } => ({ errors: [{ field, message, code }] });

export function writingResolvers(world: World, actions: CustomerActions, schema: () => GraphQLSchema) {
  return { ...metadataMutations(world, actions), ...webhookMutations(world, schema), ...problemMutations(world) };
}

function metadataMutations({ store, behaviour }: World, actions: CustomerActions) {
  async function write(id: string, values: Readonly<Record<string, string | null>>, { caller }: Context) {
    const app = store.apps.get(id);
    if (app) {
      needAppOwner(caller, id);
      store.apps.set(id, Object.assign(app, { privateMeta: merged(app.privateMeta, values) }));
      return { errors: [], item: { __typename: "App", ...app } };
    }
    const person = store.get(id);
    if (!person) return failed("id", "NOT_FOUND", `Couldn't resolve to an object: ${id}`);
    needPersonMetadata(caller, person, behaviour);
    const by = caller.kind === "app" ? ({ __typename: "App", id: caller.app.id } as const) : undefined;
    return { errors: [], item: { __typename: "User", ...(await actions.setPrivateMeta(id, values, { by })) } };
  }
  return {
    updatePrivateMetadata(_root: unknown, { id, input }: { id: string; input: { key: string; value: string }[] }, context: Context) {
      if (input.some(({ key }) => !key.trim())) return failed("input", "REQUIRED", "Metadata key cannot be empty.");
      return write(id, Object.fromEntries(input.map(({ key, value }) => [key, value])), context);
    },
    deletePrivateMetadata: (_root: unknown, { id, keys }: { id: string; keys: string[] }, context: Context) =>
      write(id, Object.fromEntries(keys.map((key) => [key, null])), context),
  };
}

function webhookMutations({ store }: World, schema: () => GraphQLSchema) {
  function own(id: string, { caller }: Context): StoredWebhook | null {
    const app = needApp(caller);
    const webhook = store.webhooks.get(id);
    return webhook?.appId === app.id ? webhook : null;
  }

  function faultIn({ targetUrl, query }: WebhookInput): { errors: Failure[] } | null {
    if (targetUrl != null && !/^https?:\/\//.test(targetUrl)) return failed("targetUrl", "INVALID", "Invalid target URL.");
    if (query == null) return null;
    try {
      const mistakes = validate(schema(), parse(query));
      return mistakes.length > 0 ? failed("query", "GRAPHQL_ERROR", mistakes[0]!.message) : null;
    } catch (error) {
      return failed("query", "SYNTAX", error instanceof Error ? error.message : "Syntax error");
    }
  }

  return {
    webhookCreate(_root: unknown, { input }: { input: WebhookInput }, { caller }: Context) {
      const app = needApp(caller);
      const fault = faultIn(input);
      if (fault) return fault;
      if (!input.targetUrl) return failed("targetUrl", "REQUIRED", "This field is required.");
      const webhook: StoredWebhook = {
        id: store.takeId("Webhook"),
        appId: app.id,
        name: input.name ?? "",
        targetUrl: input.targetUrl,
        isActive: input.isActive ?? true,
        query: input.query ?? null,
        events: input.asyncEvents?.length ? input.asyncEvents : eventsOf(input.query ?? ""),
      };
      store.webhooks.set(webhook.id, webhook);
      return { errors: [], webhook };
    },
    webhookUpdate(_root: unknown, { id, input }: { id: string; input: WebhookInput }, context: Context) {
      const webhook = own(id, context);
      if (!webhook) return failed("id", "NOT_FOUND", `Couldn't resolve to a node: ${id}`);
      const fault = faultIn(input);
      if (fault) return fault;
      const { name, targetUrl, isActive, query, asyncEvents } = input;
      const events = asyncEvents?.length ? asyncEvents : query ? eventsOf(query) : webhook.events;
      const given = Object.entries({ name, targetUrl, isActive, query }).filter(([, value]) => value != null);
      const changed: StoredWebhook = { ...webhook, ...Object.fromEntries(given), events };
      store.webhooks.set(id, changed);
      return { errors: [], webhook: changed };
    },
    webhookDelete(_root: unknown, { id }: { id: string }, context: Context) {
      const webhook = own(id, context);
      if (!webhook) return failed("id", "NOT_FOUND", `Couldn't resolve to a node: ${id}`);
      store.webhooks.delete(id);
      return { errors: [], webhook };
    },
  };
}

/** Repeats within the period are merged; `aggregationPeriod: 0` always makes a new one (core 3.22.36). */
function problemMutations({ store }: World) {
  interface ProblemInput {
    message: string;
    key: string;
    criticalThreshold?: number | null;
    aggregationPeriod?: number | null;
  }
  return {
    appProblemCreate(_root: unknown, { input }: { input: ProblemInput }, { caller }: Context) {
      const app = needApp(caller);
      const { message, key, criticalThreshold } = input;
      if (message.length < 3) return failed("message", "INVALID", "Message must be at least 3 characters long.");
      if (key.length < 3 || key.length > 128) return failed("key", "INVALID", "Key must be 3 to 128 characters long.");
      const now = nowMicros();
      const openUntil = now - (input.aggregationPeriod ?? 60) * 60_000_000;
      const before = store.problems.find((one) => one.appId === app.id && one.key === key && !one.dismissed && one.updatedAt > openUntil);
      const problem: AppProblem = before ?? newProblem(store.takeId("AppProblem"), app.id, key, now);
      const count = problem.count + 1;
      const isCritical = criticalThreshold != null && count >= criticalThreshold;
      Object.assign(problem, { count, isCritical, message: message.slice(0, 2048), updatedAt: now });
      if (!before) store.problems.push(problem);
      if (store.problems.length > MAX_PROBLEMS) store.problems.shift();
      return { errors: [], appProblem: problem };
    },
    appProblemDismiss(_root: unknown, { input }: { input: { byApp?: { ids?: string[]; keys?: string[] } } }, { caller }: Context) {
      const app = needApp(caller);
      const { ids, keys } = input.byApp ?? {};
      if (!ids === !keys) return failed("byApp", "INVALID", "Provide either ids or keys.");
      for (const problem of store.problems) {
        if (problem.appId === app.id && (ids?.includes(problem.id) || keys?.includes(problem.key))) problem.dismissed = true;
      }
      return { errors: [] };
    },
  };
}

const newProblem = (id: string, appId: string, key: string, now: number): AppProblem => ({
  id,
  appId,
  key,
  message: "",
  count: 0,
  isCritical: false,
  createdAt: now,
  updatedAt: now,
  dismissed: false,
});
