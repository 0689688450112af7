/** What Mindbox says, in our words. The texts of its errors are not documented: only their plainest words are relied on. */
import type { Failure } from "@/model/outcome";
import { classifyHttp } from "../kit/classify-http";
import type { HttpResult } from "../kit/http";
import { scrub } from "../kit/scrub";
import { readEnvelope } from "./answers";

export interface Problem {
  /** HTTP status; 0 when there was no answer. */
  status: number;
  /** Mindbox's own word: `ValidationError`, `ProtocolError`, …; empty when it said none. */
  state: string;
  message: string;
  validation: readonly { message: string; location: string }[];
  /** Mindbox's support asks for it. */
  errorId: string;
  operation: string;
  endpointId: string;
  result: HttpResult;
}

export function readProblem(result: HttpResult, operation: string, endpointId: string): Problem {
  const envelope = result.kind === "response" ? readEnvelope(result.json) : null;
  return {
    status: result.kind === "response" ? result.status : 0,
    state: envelope?.status ?? "",
    message: envelope?.errorMessage ?? "",
    validation: (envelope?.validationMessages ?? []).map(({ message = "", location = "" }) => ({ message, location })),
    errorId: envelope?.errorId ?? "",
    operation,
    endpointId,
    result,
  };
}

/** `given`: the customer's own values, which Mindbox may quote back at us. */
export function classify(problem: Problem, given: readonly string[] = []): Failure {
  const failure = judge(problem);
  const said = [problem.message, ...problem.validation.map(({ message, location }) => `${fieldAt(location) ?? ""} ${message}`)];
  const text = scrub(said.join(" "), given);
  return text ? { ...failure, vendorText: text } : failure;
}

function judge(problem: Problem): Failure {
  const { result, state } = problem;
  if (result.kind !== "response") return classifyHttp(result);
  if (state === "ValidationError") return invalid(problem);
  if (state === "InternalServerError") return { kind: "retry", reason: "vendor_error" };
  if (state === "ProtocolError") return protocol(problem);
  // Without Mindbox's own words a firewall or a proxy is speaking; nothing follows from that about the key.
  if (problem.status === 401 || problem.status === 403) return { kind: "retry", reason: "vendor_error" };
  if (isWrongAddress(problem)) return { kind: "auth", reason: "wrong_address" };
  return problem.status === 429 ? classifyHttp(result) : { kind: "retry", reason: "vendor_error" };
}

/** A wrong URL is answered with 404 and no word; many of them get the caller's address blocked. */
export const isWrongAddress = ({ status }: Problem): boolean => status === 404;

function invalid({ validation }: Problem): Failure {
  const field = validation.map(({ location }) => fieldAt(location)).find((name) => name !== null);
  return { kind: "refused", reason: field ? `field_invalid:${field}` : "invalid" };
}

const MISSING = /not found|unknown|not exist|no such|не найден|не существует|неизвестн/i;

/** What a person has to mend stops the connection: it would be the answer for every customer. */
function protocol(problem: Problem): Failure {
  const { status, result, message, operation, endpointId } = problem;
  if (status === 401 || status === 403) return { kind: "auth", reason: "credentials_refused" };
  if (status === 429 && result.kind === "response") return classifyHttp(result);
  if (/unambiguous|однозначно/i.test(message)) return { kind: "refused", reason: "ambiguous" };
  if (/device/i.test(message)) return { kind: "auth", reason: `device_required:${operation}` };
  if (MISSING.test(message)) {
    if (message.includes(operation) || /operation|операци/i.test(message))
      return { kind: "auth", reason: `operation_unknown:${operation}` };
    if (message.includes(endpointId) || /endpoint|точк/i.test(message)) return { kind: "auth", reason: "endpoint_unknown" };
  }
  return { kind: "refused", reason: "protocol_error" };
}

/** Fields of ours that Mindbox points at and that can be left out; empty when something else is wrong as well. */
export function droppableFields({ state, validation }: Problem): string[] {
  if (state !== "ValidationError" || validation.length === 0) return [];
  const fields = validation.map(({ location }) => fieldAt(location));
  return fields.every((field): field is string => field !== null) ? [...new Set(fields)] : [];
}

/** `/customer/customFields/ltv` -> `customFields.ltv`. Identifiers cannot be left out; a path we do not know may hold data. */
function fieldAt(location: string): string | null {
  const path = location.replace(/^\/?(operation\/)?customer\//, "");
  if (path === location) return null;
  const [first = "", second = ""] = path.split("/").map((part) => part.replace(/\[\d+\]$/, ""));
  if (!/^[A-Za-z]\w{0,99}$/.test(first) || first === "ids") return null;
  return first === "customFields" && /^[A-Za-z]\w{0,99}$/.test(second) ? `customFields.${second}` : first;
}
