import type { Failure } from "@/model/outcome";
import type { HttpResult } from "./http";

export type Response = Extract<HttpResult, { kind: "response" }>;

/**
 * The default reading of an answer; a vendor's `failures.ts` asks here for what it does not know better.
 * Silence and trouble are `retry`, a refused credential is `auth`, any other 4xx is about the record itself.
 */
export function classifyHttp(result: HttpResult): Failure {
  switch (result.kind) {
    case "network":
      return { kind: "retry", reason: "vendor_unreachable" };
    case "timeout":
      return { kind: "retry", reason: "vendor_timeout" };
    case "aborted":
      return { kind: "retry", reason: "stopped" };
    case "address_refused":
      return { kind: "auth", reason: "address_refused" };
    case "response":
      return classifyResponse(result);
  }
}

function classifyResponse({ status, retryAfterSeconds }: Response): Failure {
  const wait = retryAfterSeconds === undefined ? {} : { afterSeconds: retryAfterSeconds };
  if (status === 429) return { kind: "retry", reason: "throttled", throttled: true, ...wait };
  if (status === 401 || status === 403) return { kind: "auth", reason: "credentials_refused" };
  if (status === 408) return { kind: "retry", reason: "vendor_timeout", ...wait };
  if (status >= 400 && status < 500) return { kind: "refused", reason: "vendor_refused" };
  // 5xx, a redirect we do not follow, or a 2xx that could not be understood (an HTML page of a proxy).
  return { kind: "retry", reason: "vendor_error", ...wait };
}
