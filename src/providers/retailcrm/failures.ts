/**
 * RetailCRM's refusals in our three words. In: an answer that was not a success. Out: `retry`, `refused` or `auth` with
 * a reason code and the vendor's own text, scrubbed. Texts may come in the account's language, so status and the names
 * in `errors` decide (api-client-go `error.go`, api-client-php `ErrorTest.php`, read 2026-11; see NOTES.md).
 */
import { z } from "zod";
import type { Failure } from "@/model/outcome";
import { classifyHttp } from "../kit/classify-http";
import type { HttpResult } from "../kit/http";
import { scrub } from "../kit/scrub";

export interface Problem {
  /** 0 when there was no answer. */
  status: number;
  text: string;
  errors: readonly { field: string; message: string }[];
  /** The customer that absorbed the one asked for. */
  combinedTo: number | null;
  /** The permission that the method needs. */
  scope: string | null;
  result: HttpResult;
}

/** Both shapes occur with real payloads, and an empty map is a list. */
const errors = z.union([
  z.array(z.string()).transform((list) => list.map(splitError)),
  z.record(z.string(), z.unknown()).transform((map) => Object.entries(map).map(([field, said]) => ({ field, message: String(said) }))),
]);

const refusal = z.object({
  errorMsg: z.string().catch(""),
  errors: errors.catch([]),
  combinedTo: z.number().nullable().catch(null),
});

/** `items[0].offer.id: Offer with id 7 not found.` */
function splitError(text: string): { field: string; message: string } {
  const named = /^([\w.[\]-]+): /.exec(text);
  return named ? { field: named[1] ?? "", message: text.slice(named[0].length) } : { field: "", message: text };
}

export function readProblem(result: HttpResult, scope: string | null = null): Problem {
  const status = result.kind === "response" ? result.status : 0;
  const parsed = refusal.safeParse(result.kind === "response" ? result.json : null);
  const said = parsed.success ? parsed.data : { errorMsg: "", errors: [], combinedTo: null };
  return { status, text: said.errorMsg, errors: said.errors, combinedTo: said.combinedTo, scope, result };
}

/** 503 says it, and 429 is handled as such by the vendor's own client. An HTML page with 503 is maintenance: also "later". */
export function isThrottle(result: HttpResult): boolean {
  return result.kind === "response" && (result.status === 503 || result.status === 429);
}

export const isMissing = (problem: Problem): boolean => problem.status === 404;

/** The account's name leads nowhere: 404 for a GET, an HTML page with 405 for a POST. */
export function isAccountUnknown({ status, text, result }: Problem): boolean {
  const isPage = result.kind === "response" && result.contentType.includes("html");
  return (status === 404 && /account does not exist/i.test(text)) || (isPage && (status === 404 || status === 405));
}

/** What refuses the asker rather than the record. A wrong key is 403 here and 404 there; only another question tells. */
export const isDenied = ({ status }: Problem): boolean => status === 401 || status === 403 || status === 404;

/** `given`: the customer's own values, which may be quoted back at us. */
export function classify(problem: Problem, given: readonly string[] = []): Failure {
  const failure = judge(problem);
  const text = scrub([problem.text, ...problem.errors.map(({ field, message }) => `${fieldName(field)}: ${message}`)].join(" "), given);
  return text && failure.reason !== "throttled" ? { ...failure, vendorText: text } : failure;
}

function judge(problem: Problem): Failure {
  const { result, errors } = problem;
  if (result.kind !== "response") return classifyHttp(result);
  if (isThrottle(result)) {
    const wait = result.retryAfterSeconds === undefined ? {} : { afterSeconds: result.retryAfterSeconds };
    return { kind: "retry", reason: "throttled", throttled: true, ...wait };
  }
  if (isAccountUnknown(problem)) return { kind: "auth", reason: "account_unknown" };
  const first = result.status === 400 ? errors.find(({ field }) => field) : undefined;
  if (first)
    return { kind: "refused", reason: keyOf(first.field) === "email" ? "address_invalid" : `field_invalid:${fieldName(first.field)}` };
  // `success: false` under a status that says otherwise is about the record.
  const isRefusal = result.status < 300 && (result.json as { success?: unknown } | null)?.success === false;
  return isRefusal ? { kind: "refused", reason: "vendor_refused" } : classifyHttp(result);
}

/** Keys of ours (`address.city`, `phones`) that the refusal names; empty when something else is wrong as well. */
export function droppableKeys(problem: Problem, sent: readonly string[]): string[] {
  if (problem.status !== 400 || problem.errors.length === 0) return [];
  const keys = problem.errors.map(({ field }) => keyOf(field));
  const isOurs = (key: string) => key !== "email" && sent.includes(key);
  return keys.every(isOurs) ? [...new Set(keys)] : [];
}

/** `customer.phones[0].number` -> `phones`; `customFields[tier]` -> `customFields.tier`. */
function keyOf(field: string): string {
  const path = field
    .replace(/^customers?(\[\d+\])?\./, "")
    .replace(/\[(\w*[a-z_]\w*)\]/gi, ".$1")
    .replace(/\[\d*\]/g, "");
  return path.startsWith("phones") ? "phones" : path;
}

/** For people, and safe to repeat: anything else could be the customer's data. */
function fieldName(field: string): string {
  const name = keyOf(field).replace(/^(customFields|address)\./, "");
  return /^[\w.:-]{1,60}$/.test(name) ? name : "UNKNOWN";
}
