/**
 * A RetailCRM to test against: a real HTTP server with the vendor's memory and refusals. In: what an app would send to
 * `https://{account}.retailcrm.ru/api/…`. Where the vendor's behaviour is not established, `habits` has both positions.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { absorb } from "./customers";
import { addFault, type FaultSpec } from "./faults";
import { noteChange, snapshot } from "./history";
import { serve } from "./server";
import {
  addCustomer,
  type Customer,
  createWorld,
  customersOf,
  type Habits,
  localTime,
  type Options,
  type Request,
  resetWorld,
  revokeKeys,
  type World,
} from "./world";

export type { Customer, Habits } from "./world";

export type CustomerSeed = Partial<Omit<Customer, "id" | "touched" | "by">> & { email: string };

export interface RetailCrmSandbox {
  /** Origin: the API under `/api`, a page for people at `/`. */
  readonly url: string;
  /** As a merchant would type it. */
  readonly address: string;
  readonly keys: World["keys"];
  readonly habits: Habits;
  readonly requests: Request[];
  readonly violations: World["violations"];
  readonly statusWrites: World["statusWrites"];
  readonly tagReplacements: World["tagReplacements"];
  /** Requests that came too fast. */
  readonly throttled: number;
  readonly maxInFlight: number;
  latencyMs: number;
  timezone: string;
  /** Of one site; the first one unless told. */
  customers(site?: string): Customer[];
  customer(email: string, site?: string): Customer | undefined;
  seed(customers: readonly CustomerSeed[]): Customer[];
  /** What a manager does at the vendor's screen. */
  change(id: number, changes: Partial<Customer>): void;
  /** Somebody follows the link in a letter, or tells a manager. */
  unsubscribe(id: number): void;
  /** How long records are kept is not known. */
  forgetHistory(): void;
  combine(from: number, into: number): void;
  deleteCustomer(id: number): void;
  deleteSite(code: string): void;
  /** Permissions of the key that sees everything. */
  grant(scopes: readonly string[]): void;
  fail(fault: FaultSpec): void;
  heal(): void;
  revokeKeys(): void;
  /** Data, faults, habits and journals begin anew; keys keep working. */
  reset(): void;
  close(): Promise<void>;
}

export const FIRST_SITE = "main-shop";

export async function startRetailCrm(options: Options = {}): Promise<RetailCrmSandbox> {
  const world = createWorld(options);
  const server = createServer((req, res) => void serve(world, req, res).catch((error: unknown) => console.error(error)));
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(world.port, "127.0.0.1", resolve));
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return sandboxOf(world, close);
}

function changeByHand(world: World, id: number, changes: Partial<Customer>): void {
  const customer = world.customers.get(id);
  if (!customer) return;
  const before = snapshot(customer);
  Object.assign(customer, changes, { touched: ++world.clock });
  noteChange(world, null, before, customer);
}

function sandboxOf(world: World, close: () => Promise<void>): RetailCrmSandbox {
  const live = <K extends keyof World>(name: K) => ({ get: () => world[name], enumerable: true });
  const acts = {
    url: world.url,
    address: `https://${world.account.publicHost}`,
    customers: (site = FIRST_SITE) => customersOf(world, site),
    customer: (email: string, site = FIRST_SITE) => customersOf(world, site).find((one) => one.email.toLowerCase() === email.toLowerCase()),
    seed: (customers: readonly CustomerSeed[]) => customers.map((one) => addCustomer(world, { site: FIRST_SITE, ...one })),
    change: (id: number, changes: Partial<Customer>) => changeByHand(world, id, changes),
    unsubscribe: (id: number) => changeByHand(world, id, { subscribed: false, unsubscribedAt: localTime(world) }),
    forgetHistory: () => {
      world.history = [];
    },
    combine: (from: number, into: number) => absorb(world, from, into),
    deleteCustomer: (id: number) => world.customers.delete(id),
    deleteSite: (code: string) => world.sites.delete(code),
    grant: (scopes: readonly string[]) => {
      world.keys.main = { ...world.keys.main, scopes };
    },
    fail: (fault: FaultSpec) => addFault(world, fault),
    heal: () => {
      world.faults = [];
    },
    revokeKeys: () => revokeKeys(world),
    reset: () => resetWorld(world),
    close,
  };
  return Object.defineProperties(acts, {
    keys: live("keys"),
    habits: live("habits"),
    requests: live("requests"),
    violations: live("violations"),
    statusWrites: live("statusWrites"),
    tagReplacements: live("tagReplacements"),
    throttled: live("throttled"),
    maxInFlight: live("maxInFlight"),
    latencyMs: { get: () => world.latencyMs, set: (ms: number) => (world.latencyMs = ms) },
    timezone: { get: () => world.account.timezone, set: (zone: string) => (world.account.timezone = zone) },
  }) as unknown as RetailCrmSandbox;
}
