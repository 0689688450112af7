/**
 * A Mailchimp to test against: a real HTTP server with Mailchimp's memory and Mailchimp's refusals. In: what an app would
 * send to `login.mailchimp.com` and `{dc}.api.mailchimp.com`. Where the vendor's behaviour is not established the harsher
 * reading is taken, so that what passes here passes there.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { addFault, type FaultSpec, heal } from "./faults";
import { type AudienceHandle, audienceHandle } from "./handle";
import { serve } from "./server";
import {
  type Account,
  audienceNamed,
  createWorld,
  deleteAudience,
  issueToken,
  type Options,
  type Request,
  resetWorld,
  revokeAll,
  type StatusWrite,
  type TagWrite,
  type Violation,
  type World,
} from "./world";

export { hashOf } from "./addresses";
export { hasContract } from "./contract";
export type { FaultSpec } from "./faults";
export type { AudienceHandle, MemberSeed } from "./handle";
export { exampleStore, manyStores, otherStore } from "./world";

interface AccountHandle {
  readonly accountId: string;
  readonly name: string;
  readonly dc: string;
  /** For the API-key way of connecting; `revokeAll` replaces it. */
  readonly apiKey: string;
  readonly lists: { id: string; name: string }[];
  /** An access token as OAuth would give it, without the dance. */
  token(): string;
  /** Mailchimp's review of the account: `subscribed` comes back as `pending`. */
  underReview: boolean;
}

export interface MailchimpSandbox {
  /** Origin: API under `/3.0`, OAuth under `/oauth2`, a page for people at `/`. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly accounts: AccountHandle[];
  readonly requests: Request[];
  readonly violations: Violation[];
  readonly maxInFlight: number;
  latencyMs: number;
  /** Of the first account, unless told. */
  token(accountId?: string): string;
  /** Whatever opens an account or was handed out for it: nothing of it may rest in the clear. */
  credentials(): string[];
  /** By id, or by (the start of) its name; without it the first one. */
  audience(list?: string): AudienceHandle;
  deleteAudience(listId: string): void;
  /** A person's visit to the consent page; the address the browser is sent to. */
  consent(authorizeUrl: string, answer?: { decision?: "allow" | "deny"; accountId?: string }): Promise<string>;
  fail(fault: FaultSpec): void;
  heal(): void;
  revokeAll(): void;
  /** The "signed up to a lot of lists" addresses are accepted from now on. */
  allowSignups(): void;
  /** Every status written over the API to a contact that existed, refused ones included. */
  statusWrites(): StatusWrite[];
  tagWrites(): TagWrite[];
  /** Data, faults and journals begin anew; tokens keep working. */
  reset(): void;
  close(): Promise<void>;
}

export async function startMailchimp(options: Options = {}): Promise<MailchimpSandbox> {
  const world = createWorld(options);
  const server = createServer((req, res) => void serve(world, req, res).catch((error: unknown) => console.error(error)));
  // Longer than any client keeps its side: a socket closed under a request would look like a fault nobody asked for.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(world.options.port, "127.0.0.1", resolve));
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return sandboxOf(world, close);
}

function sandboxOf(world: World, close: () => Promise<void>): MailchimpSandbox {
  return {
    url: world.url,
    clientId: world.options.clientId,
    clientSecret: world.options.clientSecret,
    accounts: world.accounts.map((account) => accountHandle(world, account)),
    get requests() {
      return world.requests;
    },
    get violations() {
      return world.violations;
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
    token: (accountId) => issueToken(world, accountById(world, accountId)),
    credentials: () => [world.options.clientSecret, ...world.tokens.keys(), ...world.accounts.map(({ apiKey }) => apiKey)],
    audience: (list) => audienceHandle(audienceNamed(world, list)),
    deleteAudience: (listId) => deleteAudience(world, listId),
    consent: (authorizeUrl, answer) => consent(authorizeUrl, answer),
    fail: (fault) => addFault(world, fault),
    heal: () => heal(world),
    revokeAll: () => revokeAll(world),
    allowSignups: () => {
      world.signupsAllowed = true;
    },
    statusWrites: () => world.statusWrites,
    tagWrites: () => world.tagWrites,
    reset: () => resetWorld(world),
    close,
  };
}

function accountHandle(world: World, account: Account): AccountHandle {
  const { accountId, name, dc } = account.seed;
  return {
    accountId,
    name,
    dc,
    get apiKey() {
      return account.apiKey;
    },
    get lists() {
      return [...account.audiences.values()].map((audience) => ({ id: audience.id, name: audience.name }));
    },
    token: () => issueToken(world, account),
    get underReview() {
      return account.underReview;
    },
    set underReview(on) {
      account.underReview = on;
    },
  };
}

function accountById(world: World, accountId: string | undefined): Account {
  const account = accountId ? world.accounts.find((one) => one.seed.accountId === accountId) : world.accounts[0];
  if (!account) throw new Error(`The stand-in has no account ${accountId ?? ""}`);
  return account;
}

async function consent(authorizeUrl: string, answer: { decision?: "allow" | "deny"; accountId?: string } = {}): Promise<string> {
  const url = new URL(authorizeUrl);
  const form = new URLSearchParams(url.searchParams);
  form.set("decision", answer.decision ?? "allow");
  if (answer.accountId) form.set("account", answer.accountId);
  const page = await fetch(url.origin + url.pathname, { method: "POST", body: form, redirect: "manual" });
  const location = page.headers.get("location");
  if (!location) throw new Error(`The consent page answered ${page.status}`);
  return location;
}
