/** `/__control/*`: a JSON door through which a demo page or another process moves the stand-in. Never part of Saleor. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { readBody, sendJson } from "./api";
import { InstallationFailed } from "./install";
import { isoOf } from "./instants";
import type { Person } from "./people";
import type { SaleorSandbox } from "./saleor";

const strings = z.record(z.string(), z.string());
const changes = z.record(z.string(), z.string().nullable());
const plain = z.object({
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  languageCode: z.string().optional(),
  isActive: z.boolean().optional(),
  isConfirmed: z.boolean().optional(),
});
const newCustomer = plain.extend({
  email: z.string().optional(),
  meta: strings.optional(),
  privateMeta: strings.optional(),
  silent: z.boolean().optional(),
});
const patch = plain.extend({
  email: z.string().optional(),
  meta: changes.optional(),
  privateMeta: changes.optional(),
  isStaff: z.literal(true).optional(),
  silent: z.boolean().optional(),
});
const fault = z.object({
  kind: z.enum(["latency", "error500", "graphqlError", "nulls", "hang", "hangAfterwards", "cut", "html", "rateLimit"]),
  times: z.number().int().positive().optional(),
  after: z.number().int().positive().optional(),
  ms: z.number().positive().optional(),
  operation: z.string().optional(),
  auth: z.enum(["app", "staff"]).optional(),
  where: z.enum(["graphql", "jwks"]).optional(),
});
const dials = z
  .object({
    replicaLagMs: z.number(),
    requestLimitPerMinute: z.number().nullable(),
    pageDelayMs: z.number(),
    cors: z.enum(["any", "refuse"]),
    legacyUpdateEvents: z.boolean(),
    retryScale: z.number(),
    webhookTimeoutMs: z.number(),
  })
  .partial();
const installation = z.object({ manifestUrl: z.url(), permissions: z.array(z.string()).optional(), activate: z.boolean().optional() });
const tokenWish = z.object({
  appId: z.string(),
  permissions: z.array(z.string()).optional(),
  expiresInSeconds: z.number().optional(),
  email: z.string().optional(),
});

interface Call {
  id: string;
  query: URLSearchParams;
  body: unknown;
}
type Handler = (call: Call) => unknown;

const readable = (person: Person) => ({
  ...person,
  dateJoined: isoOf(person.dateJoined),
  updatedAt: isoOf(person.updatedAt),
  lastLogin: person.lastLogin === null ? null : isoOf(person.lastLogin),
});

export function makeControl(saleor: SaleorSandbox) {
  const { customers } = saleor;
  const handlers: Readonly<Record<string, Handler>> = {
    "GET customers": ({ query }) => search(customers.all(), query),
    "GET customers/:id": ({ id }) => found(customers.get(id)),
    "POST customers": async ({ body }) => {
      const { silent, ...customer } = newCustomer.parse(body ?? {});
      return readable(await customers.create(customer, { silent }));
    },
    "PATCH customers/:id": ({ id, body }) => change(saleor, id, patch.parse(body)),
    "DELETE customers/:id": async ({ id, query }) => {
      const how = { silent: query.has("silent") };
      await (query.has("self") ? customers.selfDelete(id, how) : customers.delete(id, how));
      return { deleted: id };
    },
    "GET requests": () => saleor.requests,
    "DELETE requests": () => ({ forgotten: saleor.requests.splice(0).length }),
    "GET deliveries": () => saleor.deliveries,
    "POST faults": ({ body }) => {
      saleor.fail(fault.parse(body));
      return { ordered: true };
    },
    "DELETE faults": () => {
      saleor.heal();
      return { healed: true };
    },
    "GET dials": () => saleor.dials,
    "PUT dials": ({ body }) => Object.assign(saleor.dials, dials.parse(body)),
    "POST install": ({ body }) => {
      const { manifestUrl, ...options } = installation.parse(body);
      return saleor.install(manifestUrl, options);
    },
    "POST token": async ({ body }) => ({ token: await saleor.staffToken(tokenWish.parse(body)) }),
    "POST rotate-keys": async () => {
      await saleor.rotateKeys();
      return { rotated: true };
    },
  };

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS");
    response.setHeader("access-control-allow-headers", "content-type");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://stand-in");
    const [room = "", id = ""] = pathname.slice("/__control/".length).split("/");
    const handler = handlers[`${request.method} ${room}${id ? "/:id" : ""}`];
    if (!handler) return sendJson(response, 404, { error: "no such control" });
    try {
      const text = await readBody(request);
      const call = { id: decodeURIComponent(id), query: searchParams, body: text ? (JSON.parse(text) as unknown) : undefined };
      sendJson(response, 200, await handler(call));
    } catch (error) {
      const status = error instanceof z.ZodError || error instanceof SyntaxError || error instanceof InstallationFailed ? 400 : 404;
      sendJson(response, status, { error: error instanceof Error ? error.message : "failed" });
    }
  };
}

function search(people: readonly Person[], query: URLSearchParams) {
  const text = (query.get("search") ?? "").toLowerCase();
  const hits = people.filter((one) => `${one.email} ${one.firstName} ${one.lastName}`.toLowerCase().includes(text));
  const limit = Number(query.get("limit") ?? 50);
  return { total: hits.length, customers: hits.slice(0, limit).map(readable) };
}

function found(person: Person | undefined) {
  if (!person) throw new Error("no such customer");
  return readable(person);
}

async function change(
  { customers }: SaleorSandbox,
  id: string,
  { email, meta, privateMeta, isStaff, silent, ...fields }: z.output<typeof patch>,
) {
  const how = { silent };
  if (Object.keys(fields).length > 0) await customers.update(id, fields, how);
  if (email !== undefined && email !== customers.get(id)?.email) await customers.changeEmail(id, email, how);
  if (meta) await customers.setMeta(id, meta, how);
  if (privateMeta) await customers.setPrivateMeta(id, privateMeta, how);
  if (isStaff) await customers.promoteToStaff(id, how);
  return found(customers.get(id));
}
