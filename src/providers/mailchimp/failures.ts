/**
 * Mailchimp's refusals in our three words. In: an answer that was not a success. Out: `retry`, `refused` or `auth` with
 * a reason code and the vendor's own text, scrubbed. Titles and details are matched because `type` is one generic URL
 * for all of them (glossary of errors and recorded traffic, read 2026-08; see NOTES.md).
 */
import { z } from "zod";
import type { Failure } from "@/model/outcome";
import { classifyHttp } from "../kit/classify-http";
import type { HttpResult } from "../kit/http";
import { scrub } from "../kit/scrub";

export interface Problem {
  /** 0 when there was no answer. */
  status: number;
  title: string;
  detail: string;
  errors: readonly { field: string; message: string }[];
  /** Mailchimp's id of the failed request: its support asks for it. */
  instance: string;
  result: HttpResult;
}

const problemDocument = z.object({
  title: z.string().catch(""),
  detail: z.string().catch(""),
  instance: z.string().catch(""),
  errors: z.array(z.object({ field: z.string().catch(""), message: z.string().catch("") })).catch([]),
});

export function readProblem(result: HttpResult): Problem {
  const status = result.kind === "response" ? result.status : 0;
  const parsed = problemDocument.safeParse(result.kind === "response" ? result.json : null);
  const said = parsed.success ? parsed.data : { title: "", detail: "", instance: "", errors: [] };
  return { status, result, ...said };
}

/** An item's error inside a 200 answer reads like the 400 that the same contact would have got alone. */
export function batchProblem(error: string, field: string, message: string): Problem {
  const errors = field ? [{ field, message }] : [];
  const result: HttpResult = { kind: "response", status: 400, json: null, contentType: "" };
  return { status: 400, title: "", detail: error, errors, instance: "", result };
}

const EDGE_SECONDS = 60;
/** "has signed up to a lot of lists very recently": Mailchimp lets go after minutes to days; the row's backoff grows from here. */
const SIGNUP_SECONDS = 300;

interface Rule {
  status: readonly number[];
  text: RegExp;
  failure: Failure;
}

const RULES: readonly Rule[] = [
  { status: [400], text: /compliance state/i, failure: { kind: "refused", reason: "compliance_state" } },
  { status: [400], text: /permanently deleted|forgotten email/i, failure: { kind: "refused", reason: "forgotten" } },
  { status: [400], text: /looks fake or invalid/i, failure: { kind: "refused", reason: "address_looks_fake" } },
  { status: [400], text: /valid email address/i, failure: { kind: "refused", reason: "address_invalid" } },
  {
    status: [400],
    text: /signed up to a lot of lists|too many recent signup requests/i,
    failure: { kind: "retry", reason: "too_many_signups", afterSeconds: SIGNUP_SECONDS },
  },
  { status: [400], text: /verify the URL is working|invalid url/i, failure: { kind: "refused", reason: "address_unreachable" } },
  { status: [400], text: /limit of merge fields/i, failure: { kind: "refused", reason: "field_limit" } },
  { status: [400], text: /merge field with the tag .* already exists/i, failure: { kind: "refused", reason: "field_exists" } },
  { status: [400], text: /member exists|already a list member/i, failure: { kind: "retry", reason: "member_exists" } },
  { status: [403], text: /linked to datacenter/i, failure: { kind: "auth", reason: "wrong_data_centre" } },
  {
    status: [403],
    text: /user ?disabled|account (has been|is) (disabled|deactivated|suspended|closed)/i,
    failure: { kind: "auth", reason: "account_disabled" },
  },
  { status: [503], text: /method has been disabled/i, failure: { kind: "auth", reason: "account_disabled" } },
];

/** `given`: the contact's own values, which Mailchimp may quote back at us. */
export function classify(problem: Problem, given: readonly string[] = []): Failure {
  const failure = judge(problem);
  const text = scrub(
    [problem.detail || problem.title, ...problem.errors.map((e) => `${fieldTag(e.field)}: ${e.message}`)].join(" "),
    given,
  );
  return text ? { ...failure, vendorText: text } : failure;
}

function judge(problem: Problem): Failure {
  const { result } = problem;
  if (result.kind !== "response") return classifyHttp(result);
  if (isThrottle(result)) return throttle(result);
  return byRule(problem) ?? byField(problem) ?? (result.status === 403 ? { kind: "auth", reason: "forbidden" } : classifyHttp(result));
}

function byRule({ status, title, detail }: Problem): Failure | null {
  return RULES.find((rule) => rule.status.includes(status) && rule.text.test(`${title} ${detail}`))?.failure ?? null;
}

function byField({ status, errors }: Problem): Failure | null {
  const first = status === 400 ? errors.find(({ field }) => field) : undefined;
  if (!first) return null;
  const missing = errors.find(isRequired);
  return missing
    ? { kind: "refused", reason: `required_field_missing:${fieldTag(missing.field)}` }
    : { kind: "refused", reason: `field_invalid:${fieldTag(first.field)}` };
}

/**
 * 429, and at very high volume a 403 without a JSON body (Mailchimp fundamentals, 2026-08), and the edge firewall's
 * HTML page. None of them is lost authorization; Mailchimp names no waiting time.
 */
export function isThrottle(result: HttpResult): boolean {
  if (result.kind !== "response") return false;
  const { status, json, contentType } = result;
  return status === 429 || (status === 403 && json === null) || (status === 503 && contentType.includes("html"));
}

function throttle(result: Extract<HttpResult, { kind: "response" }>): Failure {
  const afterSeconds = result.retryAfterSeconds ?? (result.contentType.includes("html") ? EDGE_SECONDS : undefined);
  return { kind: "retry", reason: "throttled", throttled: true, ...(afterSeconds === undefined ? {} : { afterSeconds }) };
}

export const isMissing = (problem: Problem): boolean => problem.status === 404;

/** Recorded for a rename without `title`-specific `type`: only the text is reliable. */
export const isMemberExists = (problem: Problem): boolean => byRule(problem)?.reason === "member_exists";

/** Tags of the fields whose value has the wrong form; empty when a required one is missing, which dropping cannot mend. */
export function droppableFields(problem: Problem): string[] {
  if (problem.status !== 400 || byRule(problem) || problem.errors.some(isRequired)) return [];
  return problem.errors.flatMap(({ field }) => (field ? [fieldTag(field)] : []));
}

const isRequired = ({ message }: { message: string }): boolean => /enter a value/i.test(message);

/** `merge_fields.FNAME` and `FNAME` are the same; anything else is not repeated, it could be the contact's data. */
function fieldTag(field: string): string {
  const tag = field.replace(/^merge_fields\./, "");
  return /^\w{1,20}$/.test(tag) ? tag : "UNKNOWN";
}
