/** Ways for Mailchimp to misbehave, switched on by tests and by the demo's panel. */
import type { ServerResponse } from "node:http";
import { internalError, keyInvalid, type Problem, tooManyRequests } from "./problems";
import type { World } from "./world";

export const FAULT_KINDS = [
  "throttle429",
  "throttle403",
  "error500",
  "html503",
  "hang",
  "cut",
  "latency",
  "revoked",
  "garbage",
  "metadata_error",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultSpec {
  kind: FaultKind;
  /** How many requests it hits; without it, all until `heal()`. */
  times?: number;
  /** Tested against the path; without it every API request is hit, OAuth is not. */
  match?: string | RegExp;
  method?: string;
  /** `latency`: how long. `hang`: cut after so long; without it the answer never comes. */
  ms?: number;
  /** `hang` and `cut` only: the write is done, its answer is lost. */
  afterwards?: boolean;
}

export interface Fault extends FaultSpec {
  left: number;
  pattern: RegExp;
}

export function addFault(world: World, spec: FaultSpec): void {
  const everywhere = spec.kind === "metadata_error" ? /^\/oauth2\/metadata/ : /^\/3\.0/;
  const pattern = spec.match === undefined ? everywhere : new RegExp(spec.match);
  world.faults.push({ ...spec, pattern, left: spec.times ?? Number.POSITIVE_INFINITY });
}

export function heal(world: World): void {
  world.faults = [];
}

/** The delay of all matching `latency` faults, and the first other fault that matches; both are used up by one. */
export function takeFaults(world: World, method: string, path: string): { delayMs: number; fault: Fault | undefined } {
  const hits = world.faults.filter((fault) => fault.pattern.test(path) && (!fault.method || fault.method === method));
  const slow = hits.filter((fault) => fault.kind === "latency");
  const fault = hits.find((one) => one.kind !== "latency");
  for (const used of fault ? [...slow, fault] : slow) used.left -= 1;
  world.faults = world.faults.filter((one) => one.left > 0);
  return { delayMs: slow.reduce((sum, one) => sum + (one.ms ?? 0), 0), fault };
}

export interface RawReply {
  status: number;
  contentType: string;
  text: string;
}

/** What the client gets instead of an answer. */
export function spoiled(fault: Fault): RawReply | Problem | "lost" {
  switch (fault.kind) {
    case "throttle429":
      return tooManyRequests();
    case "error500":
      return internalError();
    case "revoked":
      return keyInvalid();
    case "throttle403":
      return { status: 403, contentType: "text/plain", text: "" };
    case "html503":
      return { status: 503, contentType: "text/html", text: "<html>Request Blocked ... Reference Number: 00.0.0.0</html>" };
    case "garbage":
      return { status: 200, contentType: "application/json; charset=utf-8", text: '{"id": "0a1b' };
    case "metadata_error":
      return {
        status: 200,
        contentType: "application/json",
        text: JSON.stringify({ error: "invalid_token", error_description: "The token is not valid" }),
      };
    case "hang":
    case "cut":
    case "latency":
      return "lost";
  }
}

export function lose(fault: Fault, res: ServerResponse): void {
  if (fault.kind === "cut") res.destroy();
  else if (fault.ms !== undefined) setTimeout(() => res.destroy(), fault.ms).unref();
}
