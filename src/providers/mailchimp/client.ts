/**
 * Mailchimp's API in Mailchimp's words, nothing of ours. In: a link. Out: typed answers or the problem. The official
 * client builds the requests; its transport (superagent 3, no keep-alive, one global configuration) is replaced by ours,
 * so that every request passes the link's limiter and no two shops can share a token. Never logs bodies, tokens, addresses.
 */
import sdk, { type ApiClient } from "@mailchimp/mailchimp_marketing";
import { z } from "zod";
import type { Endpoints } from "../contract";
import { BATCH_TIMEOUT_MS, type HttpResult, send, TIMEOUT_MS } from "../kit/http";
import * as says from "./answers";
import { isThrottle, type Problem, readProblem } from "./failures";
import { type Credentials, dataCentre, type MailchimpLink } from "./settings";

export type Said<T> = { kind: "ok"; value: T } | { kind: "problem"; problem: Problem };

class NotAccepted extends Error {
  constructor(readonly problem: Problem) {
    super("Mailchimp did not accept the request");
  }
}

const UNINTELLIGIBLE: HttpResult = { kind: "response", status: 502, json: null, contentType: "" };
const MEMBER_FIELDS = ["id", "contact_id", "email_address", "status", "merge_fields", "tags", "tags_count"];
const inPage = (fields: readonly string[], list: string) => [...fields.map((field) => `${list}.${field}`), "total_items"];

export type Mailchimp = ReturnType<typeof createMailchimp>;

const clients = new WeakMap<MailchimpLink, Mailchimp>();

/** One client for each link, gone with it. */
export function mailchimpOf(link: MailchimpLink): Mailchimp {
  const client = clients.get(link) ?? createMailchimp(link);
  clients.set(link, client);
  return client;
}

function createMailchimp(link: MailchimpLink) {
  const { root, lists } = createApiClient(link);
  const list = link.target;

  async function ask<T>(call: Promise<unknown>, schema: z.ZodType<T>): Promise<Said<T>> {
    try {
      const parsed = schema.safeParse(await call);
      if (parsed.success) return { kind: "ok", value: parsed.data };
      link.log.warn({ paths: parsed.error.issues.slice(0, 3).map((issue) => issue.path.join(".")) }, "mailchimp answer not understood");
      return { kind: "problem", problem: readProblem(UNINTELLIGIBLE) };
    } catch (error) {
      if (error instanceof NotAccepted) return { kind: "problem", problem: error.problem };
      throw error;
    }
  }

  return {
    account: () => ask(root.getRoot({ fields: ["account_id", "account_name", "email", "role"] }), says.account),
    audiences: (offset: number) =>
      ask(
        lists.getAllLists({
          fields: inPage(["id", "name", "double_optin", "stats.member_count", "stats.total_contacts"], "lists"),
          include_total_contacts: true,
          count: 1000,
          offset,
        }),
        says.audiences,
      ),
    audience: () => ask(lists.getList(list, { fields: ["id"] }), z.unknown()),
    mergeFields: (audience: string) =>
      ask(lists.getListMergeFields(audience, { exclude_fields: ["_links", "merge_fields._links"], count: 1000 }), says.mergeFields),
    createMergeField: (body: object) => ask(lists.addListMergeField(list, body), says.mergeField),
    webhooks: () => ask(lists.getListWebhooks(list), says.webhooks),
    createWebhook: (body: object) => ask(lists.createListWebhook(list, body), z.unknown()),
    deleteWebhook: (id: string) => ask(lists.deleteListWebhook(list, id), z.unknown()),
    members: (options: { offset: number; status?: "archived" }) =>
      ask(lists.getListMembersInfo(list, { fields: inPage(MEMBER_FIELDS, "members"), count: 1000, ...options }), says.members),
    /** `who`: MD5 of the address or `contact_id`. */
    member: (who: string) => ask(lists.getListMember(list, who, { fields: [...MEMBER_FIELDS, "web_id", "last_changed"] }), says.member),
    putMember: (who: string, body: object) => ask(lists.setListMember(list, who, body), says.member),
    postMember: (body: object) => ask(lists.addListMember(list, body), says.member),
    patchMember: (who: string, body: object) => ask(lists.updateListMember(list, who, body), says.member),
    archiveMember: (who: string) => ask(lists.deleteListMember(list, who), z.unknown()),
    eraseMember: (hash: string) => ask(lists.deleteListMemberPermanent(list, hash), z.unknown()),
    createMembers: (members: readonly object[]) =>
      ask(
        lists.batchListMembers(list, { members, update_existing: false, sync_tags: false }, { skip_duplicate_check: true }),
        says.batchMembers,
      ),
    postTags: (hash: string, body: object) => ask(lists.updateListMemberTags(list, hash, body), z.unknown()),
    events: (hash: string) => ask(lists.getListMemberEvents(list, hash, { fields: ["events.properties"], count: 1000 }), says.events),
    postEvent: (hash: string, body: object) => ask(lists.createListMemberEvent(list, hash, body), z.unknown()),
    segments: (offset: number) =>
      ask(lists.listSegments(list, { type: "static", fields: inPage(["id", "name"], "segments"), count: 1000, offset }), says.segments),
    createSegment: (name: string) => ask(lists.createSegment(list, { name, static_segment: [] }), says.segment),
    changeSegment: (id: number, body: { members_to_add?: string[]; members_to_remove?: string[] }) =>
      ask(lists.batchSegmentMembers(body, list, String(id)), says.segmentChange),
  };
}

/** One instance per link, its transport replaced. */
function createApiClient(link: MailchimpLink): ApiClient {
  const client = new sdk.constructor();
  const base = apiBase(link.credentials, link.endpoints);
  const authorization = authorizationOf(link.credentials);
  client.callApi = async (path, method, pathParams, queryParams, _headers, _form, body) => {
    const url = `${base}${fill(path, pathParams)}${query(queryParams)}`;
    const timeoutMs = isBatch(path, method) ? BATCH_TIMEOUT_MS : TIMEOUT_MS;
    const result = await limited(link, () => send({ method, url, headers: { authorization }, body, timeoutMs, signal: link.signal }));
    if (isSuccess(result)) return { data: result.json };
    throw new NotAccepted(report(link, result, { method, path }));
  };
  return client;
}

async function limited(link: MailchimpLink, task: () => Promise<HttpResult>): Promise<HttpResult> {
  try {
    return await link.limiter.run(task, link.signal);
  } catch (error) {
    if (link.signal.aborted) return { kind: "aborted" };
    throw error;
  }
}

function report(link: MailchimpLink, result: HttpResult, request: { method: string; path: string }): Problem {
  if (result.kind === "response" && isThrottle(result)) link.limiter.throttled(result.retryAfterSeconds);
  const problem = readProblem(result);
  // 404 is how "not a contact yet" is said; everything else is worth a line. `instance` is what Mailchimp's support asks for.
  if (problem.status !== 404 && result.kind !== "aborted") {
    link.log.warn({ ...request, answer: result.kind, status: problem.status, instance: problem.instance }, "mailchimp request failed");
  }
  return problem;
}

/** An HTML page with status 200 is a proxy speaking, not Mailchimp. */
function isSuccess(result: HttpResult): result is Extract<HttpResult, { kind: "response" }> {
  if (result.kind !== "response" || result.status < 200 || result.status > 299) return false;
  return result.status === 204 || result.json !== null;
}

const isBatch = (path: string, method: string) => method === "POST" && /^\/lists\/\{list_id\}(\/segments\/\{segment_id\})?$/.test(path);

function fill(path: string, params: Record<string, unknown>): string {
  return path.replace(/\{([\w-]+)\}/g, (_, key: string) => encodeURIComponent(String(params[key] ?? "")));
}

function query(params: Record<string, unknown>): string {
  const pairs = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

/** From the checked data centre only: `api_endpoint` of an answer or typed text could send the token to another host. */
function apiBase(credentials: Credentials, endpoints: Endpoints): string {
  const dc = dataCentre(credentials) ?? "";
  const origin = endpoints.api ? endpoints.api.replace("{dc}", dc) : `https://${dc}.api.mailchimp.com`;
  return `${origin.replace(/\/+$/, "").replace(/\/3\.0$/, "")}/3.0`;
}

/** Bearer for OAuth tokens, Basic with any user name for API keys (contract 3.0.55). */
function authorizationOf({ accessToken, apiKey }: Credentials): string {
  return accessToken ? `Bearer ${accessToken}` : `Basic ${Buffer.from(`any:${apiKey ?? ""}`).toString("base64")}`;
}
