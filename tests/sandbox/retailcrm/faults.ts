/** Ways for the vendor to misbehave, switched on by tests and by the demo's panel. */
import type { ServerResponse } from "node:http";
import { type Reply, refusal } from "./replies";
import type { World } from "./world";

export const FAULT_KINDS = [
  "throttle",
  "throttleText",
  "error500",
  "html502",
  "hang",
  "cut",
  "latency",
  "revoked",
  "denied",
  "garbage",
  "noAccount",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultSpec {
  kind: FaultKind;
  /** How many requests it hits; without it, all until `heal()`. */
  times?: number;
  /** Tested against path and query. */
  match?: string | RegExp;
  method?: string;
  /** `latency`: how long. */
  ms?: number;
  /** `hang` and `cut` only: the write is done, its answer is lost. */
  afterwards?: boolean;
}

export interface Fault extends FaultSpec {
  left: number;
  pattern: RegExp;
}

export function addFault(world: World, spec: FaultSpec): void {
  world.faults.push({ ...spec, pattern: new RegExp(spec.match ?? "^/api"), left: spec.times ?? Number.POSITIVE_INFINITY });
}

/** The delay of all matching `latency` faults, and the first other one; both are used up by one. */
export function takeFaults(world: World, method: string, path: string): { delayMs: number; fault: Fault | undefined } {
  const hits = world.faults.filter((fault) => fault.pattern.test(path) && (!fault.method || fault.method === method));
  const slow = hits.filter((fault) => fault.kind === "latency");
  const fault = hits.find((one) => one.kind !== "latency");
  for (const used of fault ? [...slow, fault] : slow) used.left -= 1;
  world.faults = world.faults.filter((one) => one.left > 0);
  return { delayMs: slow.reduce((sum, one) => sum + (one.ms ?? 0), 0), fault };
}

/** What the client gets instead of an answer. */
export function spoiled(world: World, fault: Fault, method: string): Reply | "lost" {
  switch (fault.kind) {
    case "throttle":
      return refusal(world, world.habits.throttleStatus, "throttled");
    case "throttleText":
      return { status: 503, contentType: "text/plain", text: "" };
    case "error500":
      return refusal(world, 500, "internal");
    case "html502":
      return { status: 502, contentType: "text/html", text: "<html><body>Bad Gateway</body></html>" };
    case "revoked":
      return refusal(world, world.habits.wrongKeyStatus, "wrongKey");
    case "denied":
      return refusal(world, 403, "denied");
    case "garbage":
      return { status: 200, contentType: "application/json", text: '{"success": tr' };
    case "noAccount":
      return method === "GET" ? refusal(world, 404, "noAccount") : { status: 405, contentType: "text/html", text: "<html>405</html>" };
    case "hang":
    case "cut":
    case "latency":
      return "lost";
  }
}

/** `hang`: the answer never comes. */
export function lose(fault: Fault, res: ServerResponse): void {
  if (fault.kind === "cut") res.destroy();
}
