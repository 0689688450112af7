/**
 * A stand-in Saleor: a small real HTTP server with memory. It answers the part of Saleor's API that the app uses, signs
 * and delivers webhooks, mints staff tokens, installs the app and can be told to have a bad day.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GraphQLSchema } from "graphql";
import { createSchema } from "graphql-yoga";
import { makeApi, sendJson } from "./api";
import { makeControl } from "./control";
import { type Courier, makeCourier, type SignedRequest } from "./courier";
import { type CustomerActions, makeCustomerActions } from "./customer-actions";
import { type Fault, makeFaults } from "./faults";
import { type Installation, type InstallOptions, install } from "./install";
import { makeKeys } from "./keys";
import { writingResolvers } from "./mutations";
import { makePeople } from "./people";
import { readingResolvers } from "./resolvers";
import { sdlFor } from "./schema";
import { Store } from "./store";
import type { AppProblem, Delivery, InstalledApp, JournalledRequest, StaffTokenOptions, StoredWebhook } from "./types";
import { behaviourOf } from "./versions";
import type { Dials, World } from "./world";

export interface SaleorOptions extends Partial<Dials> {
  /** Default 0: any free port. */
  port?: number;
  host?: string;
  /** Default 3.23.28; also tried: 3.22.67, 3.21.69. */
  version?: string;
  /** How many made-up customers the shop starts with. From 20 on there are odd ones among them. */
  customers?: number;
  seed?: number;
}

export interface SaleorSandbox {
  readonly origin: string;
  /** `http://127.0.0.1:<port>/graphql/` */
  readonly apiUrl: string;
  readonly version: string;
  readonly customers: CustomerActions;
  /** May be changed at any time. */
  readonly dials: Dials;
  readonly requests: JournalledRequest[];
  readonly deliveries: readonly Delivery[];
  /** Installs as the Dashboard does; throws `InstallationFailed` with the sentence a merchant would read. */
  install(manifestUrl: string, options?: InstallOptions): Promise<Installation>;
  uninstall(appId: string): Promise<void>;
  deactivate(appId: string): void;
  activate(appId: string): void;
  app(appId: string): InstalledApp | undefined;
  /** Those not removed, oldest first. */
  installedApps(): InstalledApp[];
  /** Of every installation there ever was. */
  appTokens(): string[];
  webhooks(appId: string): StoredWebhook[];
  problems(appId: string): AppProblem[];
  staffToken(options: StaffTokenOptions): Promise<string>;
  /** New signing key; what was signed with the old one no longer verifies. */
  rotateKeys(): Promise<void>;
  signWebhook(rawBody: string): Promise<string>;
  /** A signed request as Saleor would send it for this customer, not sent: for replays, forgeries and benchmarks. */
  draftWebhook(input: { appId: string; event: string; customerId: string }): Promise<SignedRequest>;
  fail(fault: Fault): void;
  heal(): void;
  /** Resolves when every webhook has arrived or has been given up. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_DIALS: Dials = {
  replicaLagMs: 0,
  requestLimitPerMinute: null,
  pageDelayMs: 0,
  cors: "any",
  legacyUpdateEvents: true,
  retryScale: 1,
  webhookTimeoutMs: 20_000,
};

export async function startSaleor(options: SaleorOptions = {}): Promise<SaleorSandbox> {
  const { port = 0, host = "127.0.0.1", version = "3.23.28", customers = 0, seed, ...dials } = options;
  const world: World = {
    version,
    behaviour: behaviourOf(version),
    store: new Store(makePeople(customers, seed)),
    keys: await makeKeys(),
    dials: { ...DEFAULT_DIALS, ...dials },
    origin: "",
    apiUrl: "",
  };
  const courier = makeCourier(world, () => schema);
  const actions = makeCustomerActions(world, courier);
  const schema: GraphQLSchema = createSchema({
    typeDefs: sdlFor(version),
    resolvers: { ...readingResolvers(world), Mutation: writingResolvers(world, actions, () => schema) },
    resolverValidationOptions: { requireResolversToMatchSchema: "ignore" },
  });
  const faults = makeFaults();
  const api = makeApi(world, schema, faults);

  const sandbox: SaleorSandbox = {
    ...appsOf(world, courier),
    get origin() {
      return world.origin;
    },
    get apiUrl() {
      return world.apiUrl;
    },
    version,
    customers: actions,
    dials: world.dials,
    requests: api.requests,
    deliveries: courier.deliveries,
    install: (manifestUrl, installOptions) => install(world, schema, manifestUrl, installOptions),
    rotateKeys: () => world.keys.rotate(),
    signWebhook: (rawBody) => world.keys.signWebhook(rawBody),
    fail: (fault) => faults.order(fault),
    heal: () => faults.heal(),
    settled: () => courier.settled(),
    async close() {
      courier.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const control = makeControl(sandbox);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://stand-in");
    if (pathname === "/graphql/") return api.graphql(request, response);
    if (pathname === "/.well-known/jwks.json") return api.jwks(response);
    if (pathname.startsWith("/__control/")) return control(request, response);
    return sendJson(response, 404, { error: "not found" });
  }

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        sendJson(response, 500, { errors: [{ message: error instanceof Error ? error.message : "Internal Server Error" }] });
    });
  });
  // Longer than any client keeps its side: a socket closed under a request would look like a fault nobody asked for.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((listening) => server.listen(port, host, listening));
  world.origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  world.apiUrl = `${world.origin}/graphql/`;
  return sandbox;
}

type AppPart =
  | "uninstall"
  | "deactivate"
  | "activate"
  | "app"
  | "installedApps"
  | "appTokens"
  | "webhooks"
  | "problems"
  | "staffToken"
  | "draftWebhook";

function appsOf(world: World, courier: Courier): Pick<SaleorSandbox, AppPart> {
  const { store, keys } = world;
  const must = (appId: string): InstalledApp => {
    const app = store.apps.get(appId);
    if (!app) throw new Error(`the stand-in Saleor has no app ${appId}`);
    return app;
  };
  const webhooks = (appId: string) => [...store.webhooks.values()].filter((webhook) => webhook.appId === appId);
  return {
    app: (appId) => store.apps.get(appId),
    appTokens: () => [...store.apps.values()].map(({ token }) => token),
    installedApps: () => [...store.apps.values()].filter((app) => !app.removed),
    webhooks,
    problems: (appId) => store.problems.filter((problem) => problem.appId === appId),
    /** The token is dead before the event is on its way. */
    async uninstall(appId) {
      const app = Object.assign(must(appId), { removed: true, active: false });
      await courier.fire({ event: "APP_DELETED", app, principal: null });
    },
    deactivate: (appId) => void Object.assign(must(appId), { active: false }),
    activate: (appId) => void Object.assign(must(appId), { active: true }),
    async staffToken(options) {
      const app = store.apps.get(options.appId);
      const extension = app?.extensions.find(({ id }) => id === options.extensionId);
      const held = options.permissions ?? ["MANAGE_APPS", "MANAGE_USERS"];
      // `AppExtension.accessToken` is null then, and the Dashboard passes an empty string (core 3.23.28).
      if (extension?.permissions.some((needed) => !held.includes(needed))) return "";
      return keys.staffToken(world.apiUrl, options, extension?.permissions ?? app?.permissions ?? ["MANAGE_USERS"]);
    },
    async draftWebhook({ appId, event, customerId }) {
      const webhook = webhooks(appId).find((one) => one.events.includes(event));
      const person = store.get(customerId);
      const request = webhook && person ? await courier.draft(webhook, { event, person, principal: null }) : null;
      if (!request) throw new Error(`the stand-in Saleor would send nothing for ${event}`);
      return request;
    },
  };
}
