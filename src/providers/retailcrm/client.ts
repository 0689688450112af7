/**
 * RetailCRM's API v5 in its own words, nothing of ours. In: a link. Out: typed answers or the problem. Bodies are forms
 * whose fields hold JSON; the key goes in a header, which no access log shows. Never logs bodies, keys, addresses.
 */
import type { z } from "zod";
import { type HttpResult, send, TIMEOUT_MS } from "../kit/http";
import { wayTo } from "../kit/vendor-host";
import * as says from "./answers";
import { isThrottle, type Problem, readProblem } from "./failures";
import { HOSTS, type RetailCrmLink } from "./settings";

export type Said<T> = { kind: "ok"; value: T } | { kind: "problem"; problem: Problem };

/** `limit` takes only fixed values; this is the largest. */
export const PAGE = 100;
/** Fifty entities have to be written one by one at the vendor. */
const UPLOAD_TIMEOUT_MS = 60_000;

interface Ask<T> {
  path: string;
  /** The permission that the method needs: it is named when access is denied. */
  scope: string | null;
  schema: z.ZodType<T>;
  query?: [string, string][];
  /** Makes it a POST. */
  form?: Record<string, string>;
  /** A status above 399 that carries an answer all the same. */
  also?: number;
  timeoutMs?: number;
}

export type RetailCrm = ReturnType<typeof createRetailCrm>;

const clients = new WeakMap<RetailCrmLink, RetailCrm>();

/** One client for each link, gone with it. */
export function retailCrmOf(link: RetailCrmLink): RetailCrm {
  const client = clients.get(link) ?? createRetailCrm(link);
  clients.set(link, client);
  return client;
}

/** Where requests go and how; `null` = nowhere: the host is neither the vendor's nor one that the operator allows. */
export function baseOf({ credentials, endpoints, hosts }: RetailCrmLink): { base: string; publicOnly: boolean } | null {
  const account = new URL(credentials.address).hostname.split(".")[0] ?? "";
  if (endpoints.api) return { base: endpoints.api.replace("{account}", account).replace(/(\/api(\/v5)?)?\/*$/, ""), publicOnly: false };
  const way = wayTo(credentials.address, HOSTS, hosts);
  return way && { base: credentials.address, publicOnly: way === "public" };
}

function createRetailCrm(link: RetailCrmLink) {
  const site = link.target;

  async function ask<T>(request: Ask<T>): Promise<Said<T>> {
    const result = await exchange(link, request);
    if (!isAnswer(result, request.also)) return { kind: "problem", problem: report(link, result, request) };
    const parsed = request.schema.safeParse(result.json);
    if (parsed.success) return { kind: "ok", value: parsed.data };
    const paths = parsed.error.issues.slice(0, 3).map((issue) => issue.path.join("."));
    link.log.warn({ paths, path: pathFor(request) }, "retailcrm answer not understood");
    return { kind: "problem", problem: readProblem({ kind: "response", status: 502, json: null, contentType: "" }, request.scope) };
  }

  const list = (filter: [string, string][], page = 1) =>
    ask({
      path: "/api/v5/customers",
      scope: "customer_read",
      schema: says.customers,
      query: [...filter, ["filter[sites][]", site], ["limit", String(PAGE)], ["page", String(page)]],
    });
  const write = <T>(path: string, form: Record<string, string>, schema: z.ZodType<T>) =>
    ask({ path: `/api/v5/customers/${path}`, scope: "customer_write", schema, form: { site, ...form } });

  return {
    credentials: () => ask({ path: "/api/credentials", scope: null, schema: says.credentials }),
    systemInfo: () => ask({ path: "/api/system-info", scope: null, schema: says.systemInfo }),
    settings: () => ask({ path: "/api/v5/settings", scope: null, schema: says.accountSettings }),
    sites: () => ask({ path: "/api/v5/reference/sites", scope: "reference_read", schema: says.sites }),
    customFields: (page: number) =>
      ask({
        path: "/api/v5/custom-fields",
        scope: "custom_fields_read",
        schema: says.customFields,
        query: [
          ["filter[entity]", "customer"],
          ["limit", String(PAGE)],
          ["page", String(page)],
        ],
      }),
    createCustomField: (wish: object) =>
      ask({
        path: "/api/v5/custom-fields/customer/create",
        scope: "custom_fields_write",
        schema: says.fieldMade,
        form: { customField: JSON.stringify(wish) },
      }),
    dictionaries: (page: number) =>
      ask({
        path: "/api/v5/custom-fields/dictionaries",
        scope: "custom_fields_read",
        schema: says.dictionaries,
        query: [
          ["limit", String(PAGE)],
          ["page", String(page)],
        ],
      }),
    /** How many customers another site has; the page itself is not needed. */
    countOf: (code: string) =>
      ask({
        path: "/api/v5/customers",
        scope: "customer_read",
        schema: says.customers,
        query: [
          ["filter[sites][]", code],
          ["limit", "20"],
        ],
      }),
    everybody: (page: number) => list([], page),
    byIds: (ids: readonly string[]) => list(ids.map((id) => ["filter[ids][]", id])),
    byExternalIds: (ids: readonly string[]) => list(ids.map((id) => ["filter[externalIds][]", id])),
    /** Any part of an address fits, whatever its case: the caller compares. */
    byEmail: (email: string, page: number) => list([["filter[email]", email]], page),
    /** `page` must not stand beside `sinceId` (400 since 2023-05-15): every question is for the first page. */
    history: (filter: { sinceId: number } | { startDate: string }) =>
      ask({
        path: "/api/v5/customers/history",
        scope: "customer_read",
        schema: says.history,
        query: [
          ...Object.entries(filter).map(([name, value]): [string, string] => [`filter[${name}]`, String(value)]),
          ["limit", String(PAGE)],
        ],
      }),
    customer: (id: string) =>
      ask({
        path: `/api/v5/customers/${encodeURIComponent(id)}`,
        scope: "customer_read",
        schema: says.oneCustomer,
        query: [
          ["by", "id"],
          ["site", site],
        ],
      }),
    create: (customer: object) => write("create", { customer: JSON.stringify(customer) }, says.written),
    edit: (id: number, customer: object) => write(`${id}/edit`, { by: "id", customer: JSON.stringify(customer) }, says.written),
    /** 460: some were not loaded. A 200 may say the same. */
    upload: (customers: readonly object[]) =>
      ask({
        path: "/api/v5/customers/upload",
        scope: "customer_write",
        schema: says.uploaded,
        form: { site, customers: JSON.stringify(customers) },
        also: 460,
        timeoutMs: UPLOAD_TIMEOUT_MS,
      }),
  };
}

async function exchange(link: RetailCrmLink, { path, query, form, timeoutMs }: Ask<unknown>): Promise<HttpResult> {
  const at = baseOf(link);
  if (!at) return { kind: "address_refused" };
  const task = () =>
    send({
      method: form ? "POST" : "GET",
      url: `${at.base}${path}${query ? `?${new URLSearchParams(query)}` : ""}`,
      headers: { "x-api-key": link.credentials.apiKey },
      ...(form && { body: new URLSearchParams(form) }),
      timeoutMs: timeoutMs ?? TIMEOUT_MS,
      signal: link.signal,
      publicOnly: at.publicOnly,
    });
  try {
    const result = await link.limiter.run(task, link.signal);
    // A kept connection that the vendor closed under a question looks like an outage; a question may be asked again.
    return result.kind === "network" && !form ? await link.limiter.run(task, link.signal) : result;
  } catch (error) {
    if (link.signal.aborted) return { kind: "aborted" };
    throw error;
  }
}

/** Success is said twice, and only both count. */
function isAnswer(result: HttpResult, also: number | undefined): result is Extract<HttpResult, { kind: "response" }> {
  if (result.kind !== "response") return false;
  if (also !== undefined && result.status === also && result.json !== null) return true;
  return result.status < 300 && (result.json as { success?: unknown } | null)?.success === true;
}

function report(link: RetailCrmLink, result: HttpResult, request: Ask<unknown>): Problem {
  if (result.kind === "response" && isThrottle(result)) link.limiter.throttled(result.retryAfterSeconds);
  const problem = readProblem(result, request.scope);
  // 404 is how "not there" is said.
  if (problem.status !== 404 && result.kind !== "aborted")
    link.log.warn({ path: pathFor(request), answer: result.kind, status: problem.status }, "retailcrm request failed");
  return problem;
}

/** For the log: without anybody's number. */
const pathFor = ({ path }: Pick<Ask<unknown>, "path">) => path.replace(/\/customers\/\d+/, "/customers/{id}");
