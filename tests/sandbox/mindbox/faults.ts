/** Ways for Mindbox to misbehave, switched on by tests and by the demo's panel. */
import type { ServerResponse } from "node:http";
import type { World } from "./world";

export const FAULT_KINDS = [
  "throttle429",
  "blocked429",
  "error500",
  "html502",
  "error503",
  "empty",
  "garbage",
  "cut",
  "revoked",
  "wrongAddress",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultSpec {
  kind: FaultKind;
  /** How many requests it hits; without it, all until `heal()`. */
  times?: number;
  /** Only this operation. */
  operation?: string;
  /** `cut` only: the work is done, its answer is lost. */
  afterwards?: boolean;
}

export interface Fault extends FaultSpec {
  left: number;
}

export function addFault(world: World, spec: FaultSpec): void {
  world.faults.push({ ...spec, left: spec.times ?? Number.POSITIVE_INFINITY });
}

export function takeFault(world: World, operation: string): Fault | undefined {
  const fault = world.faults.find((one) => one.operation === undefined || one.operation === operation);
  if (fault) fault.left -= 1;
  world.faults = world.faults.filter((one) => one.left > 0);
  return fault;
}

const json = (status: number, state: string, errorMessage: string) => ({
  status,
  contentType: "application/json; charset=utf-8",
  text: JSON.stringify({ status: state, errorMessage, errorId: crypto.randomUUID(), httpStatusCode: status }),
});

export interface RawReply {
  status: number;
  contentType: string;
  text: string;
}

export const tooMany = (): RawReply => json(429, "ProtocolError", "The limit of calls of this operation is exceeded.");
export const blocked = (): RawReply => ({ status: 429, contentType: "text/html", text: "<html>Too many requests</html>" });
export const nothingHere = (): RawReply => ({ status: 404, contentType: "text/plain", text: "" });
export const keyRefused = (): RawReply => json(403, "ProtocolError", "The secret key is not valid.");

/** What the client gets instead of an answer. */
export function spoiled(fault: Fault): RawReply | "lost" {
  switch (fault.kind) {
    case "throttle429":
      return tooMany();
    case "blocked429":
      return blocked();
    case "error500":
      return json(500, "InternalServerError", "Temporarily unavailable.");
    case "error503":
      return json(503, "InternalServerError", "Temporarily unavailable.");
    case "html502":
      return { status: 502, contentType: "text/html", text: "<html>502 Bad Gateway</html>" };
    case "empty":
      return { status: 200, contentType: "application/json; charset=utf-8", text: "" };
    case "garbage":
      return { status: 200, contentType: "application/json; charset=utf-8", text: '{"status": "Succ' };
    case "revoked":
      return keyRefused();
    case "wrongAddress":
      return nothingHere();
    case "cut":
      return "lost";
  }
}

export function lose(response: ServerResponse): void {
  response.destroy();
}
