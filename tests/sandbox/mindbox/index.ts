/**
 * A Mindbox to test against: a real HTTP server with the memory of one project. In: what an app would send to
 * `api.mindbox.ru`. Where the vendor's behaviour is not established the harsher reading is taken (README.md).
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Card } from "./cards";
import { addFault, type FaultSpec } from "./faults";
import { guideProject, type Project } from "./project";
import { runScenario, type Scenario, type SentWebhook } from "./scenario";
import { serve } from "./server";
import { createWorld, type EventNoted, type Request, resetWorld, type StatusWrite } from "./world";

export type { FaultSpec } from "./faults";
export { guideProject, type Project, unusualProject } from "./project";

export interface CardSeed {
  ids?: Record<string, string>;
  email?: string;
  firstName?: string;
  mobilePhone?: string;
  customFields?: Record<string, unknown>;
  subscriptions?: Record<string, boolean>;
}

export interface MindboxSandbox {
  readonly url: string;
  readonly project: Project;
  readonly secretKey: string;
  readonly requests: Request[];
  readonly violations: string[];
  /** Errors of calls that were only queued. */
  readonly operationLog: string[];
  readonly maxInFlight: number;
  latencyMs: number;
  /** Set up otherwise from now on; its cards stay. */
  change(project: Partial<Project>): void;
  cards(): Card[];
  card(key: string, value: string): Card | undefined;
  /** As if they had been there before us. */
  seed(cards: readonly CardSeed[]): void;
  /** Queued calls are done. */
  settled(): Promise<void>;
  fail(fault: FaultSpec): void;
  heal(): void;
  revoke(): void;
  /** Sets up a webhook block for whoever unsubscribes; `null` takes it away. */
  setScenario(scenario: Scenario | null): void;
  /** A person leaves a channel, or a topic of it (`Email/news`): every attempt of the block has been made when this is done. */
  unsubscribe(card: Card, channel: string): Promise<void>;
  readonly webhooks: SentWebhook[];
  /** Every subscription written to a card that existed. */
  statusWrites(): StatusWrite[];
  /** What happened to a customer, by the operation that said so. */
  events(card: Card | undefined): string[];
  reset(): void;
  close(): Promise<void>;
}

export async function startMindbox(options: { project?: Project; port?: number } = {}): Promise<MindboxSandbox> {
  const world = createWorld(options.project ?? guideProject);
  const server = createServer((request, response) => void serve(world, request, response).catch((error: unknown) => console.error(error)));
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  await new Promise<void>((listening) => server.listen(options.port ?? 0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get project() {
      return world.project;
    },
    get secretKey() {
      return world.secretKey;
    },
    get requests() {
      return world.requests;
    },
    get violations() {
      return world.violations;
    },
    get operationLog() {
      return world.operationLog;
    },
    get maxInFlight() {
      return world.maxInFlight;
    },
    get latencyMs() {
      return world.latencyMs;
    },
    set latencyMs(ms) {
      world.latencyMs = ms;
    },
    change: (project) => {
      world.project = Object.assign(world.project, project);
    },
    cards: () => world.cards.people(),
    card: (key, value) => world.cards.find(key, value),
    seed: (cards) => {
      for (const seed of cards) plant(world, seed);
    },
    settled: async () => {
      while (world.queued > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    },
    fail: (fault) => addFault(world, fault),
    heal: () => {
      world.faults = [];
      world.wrongAddresses = [];
      world.blockedUntil = 0;
    },
    revoke: () => {
      world.secretKey = `revoked-${world.secretKey}`;
    },
    setScenario: (scenario) => {
      world.scenario = scenario;
    },
    unsubscribe: (card, channel) => {
      const topics = channel.includes("/") ? [] : world.project.topics.map((topic) => `${channel}/${topic}`);
      for (const name of [channel, ...topics]) card.subscriptions.set(name.toLowerCase(), false);
      world.cards.touch(card);
      return runScenario(world, card);
    },
    get webhooks() {
      return world.webhooks;
    },
    statusWrites: () => world.statusWrites,
    events: (card) => world.events.flatMap(({ operation, mindboxId }: EventNoted) => (mindboxId === card?.mindboxId ? [operation] : [])),
    reset: () => resetWorld(world),
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function plant(world: ReturnType<typeof createWorld>, seed: CardSeed): void {
  const card = world.cards.create(seed.ids ?? {});
  if (seed.firstName) card.values.firstName = seed.firstName;
  Object.assign(card.customFields, seed.customFields);
  for (const [channel, yes] of Object.entries(seed.subscriptions ?? {})) card.subscriptions.set(channel, yes);
  if (seed.email) world.cards.setContact(card, "email", seed.email);
  if (seed.mobilePhone) world.cards.setContact(card, "mobilePhone", seed.mobilePhone);
}
