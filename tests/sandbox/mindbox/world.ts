import { Cards } from "./cards";
import type { Fault } from "./faults";
import { guideProject, type Project } from "./project";
import type { Scenario, SentWebhook } from "./scenario";

export interface Request {
  operation: string;
  mode: string;
  status: number;
  at: number;
  changed: boolean;
  transactionId: string;
  inFlight: number;
}

/** A subscription written to a card that existed. */
export interface StatusWrite {
  mindboxId: string;
  subscriptions: readonly object[];
}

/** What an operation of the kind `event` noted. */
export interface EventNoted {
  operation: string;
  mindboxId: string;
}

export interface World {
  project: Project;
  cards: Cards;
  secretKey: string;
  requests: Request[];
  statusWrites: StatusWrite[];
  events: EventNoted[];
  violations: string[];
  /** What an operation that only queues does not tell its caller. */
  operationLog: string[];
  /** GUID -> what it was used for. */
  transactions: Map<string, string>;
  faults: Fault[];
  latencyMs: number;
  inFlight: number;
  maxInFlight: number;
  /** Calls with a wrong URL, by time. */
  wrongAddresses: number[];
  blockedUntil: number;
  queued: number;
  /** The block that a marketer set up, if any, and what it sent. */
  scenario: Scenario | null;
  webhooks: SentWebhook[];
}

export function createWorld(project: Project = guideProject): World {
  return {
    project,
    cards: new Cards(project),
    secretKey: "sandbox-secret-key-5e1f9a7c",
    requests: [],
    statusWrites: [],
    events: [],
    violations: [],
    operationLog: [],
    transactions: new Map(),
    faults: [],
    latencyMs: 0,
    inFlight: 0,
    maxInFlight: 0,
    wrongAddresses: [],
    blockedUntil: 0,
    queued: 0,
    scenario: null,
    webhooks: [],
  };
}

/** Data, faults and journals begin anew; the key keeps working. */
export function resetWorld(world: World): void {
  const { project, secretKey, inFlight } = world;
  Object.assign(world, createWorld(project), { secretKey: secretKey.replace(/^revoked-/, ""), inFlight });
}
