/** Everything the stand-in remembers: accounts, tokens, faults, and what was asked of it. */
import { createHash, randomBytes } from "node:crypto";
import { defaultAudiences, standardFields } from "./example-data";
import type { Fault } from "./faults";
import { Audience, type AudienceSeed, type Status, type WriteStatus } from "./state";

export interface AccountSeed {
  accountId: string;
  name: string;
  email: string;
  dc: string;
  audiences: AudienceSeed[];
}

export interface Account {
  readonly seed: AccountSeed;
  readonly audiences: Map<string, Audience>;
  apiKey: string;
  /** Mailchimp's own review: `subscribed` comes back as `pending`. */
  underReview: boolean;
  inFlight: number;
}

export interface Request {
  method: string;
  /** Without e-mail addresses. */
  path: string;
  /** 0 until answered, and for ever when the connection was cut. */
  status: number;
  at: number;
  tokenHash: string;
  /** Requests in flight for the account when this one came, itself included. */
  inFlight: number;
}

export interface Violation {
  method: string;
  path: string;
  kind: "operation" | "query" | "body";
  message: string;
}

/** A write over the API that carried a status for a contact that existed already. */
export interface StatusWrite {
  listId: string;
  email: string;
  from: Status;
  requested: WriteStatus;
  to: Status;
  refused: boolean;
  via: "POST" | "PUT" | "PATCH" | "batch";
  at: string;
}

export interface TagWrite {
  listId: string;
  email: string;
  name: string;
  status: "active" | "inactive";
  isSyncing: boolean;
}

interface Code {
  account: Account;
  redirectUri: string;
  expires: number;
}

export interface Options {
  port?: number;
  clientId?: string;
  clientSecret?: string;
  codeLifetimeMs?: number;
  latencyMs?: number;
  accounts?: AccountSeed[];
  /** Whether pages of members hold archived ones unasked: not established, so off unless a test wants it. */
  archivedInPages?: boolean;
}

export interface World {
  readonly options: Required<Options>;
  url: string;
  latencyMs: number;
  accounts: Account[];
  readonly tokens: Map<string, Account>;
  readonly codes: Map<string, Code>;
  faults: Fault[];
  requests: Request[];
  violations: Violation[];
  statusWrites: StatusWrite[];
  tagWrites: TagWrite[];
  inFlight: number;
  maxInFlight: number;
  /** Set by `allowSignups`: the magic addresses of `addresses.ts` pass from then on. */
  signupsAllowed: boolean;
}

export const exampleStore = (): AccountSeed => ({
  accountId: "8d3a3db4d97663a9074efcc16",
  name: "Example Store",
  email: "owner@store.example",
  dc: "us21",
  audiences: defaultAudiences(),
});

/** For tests and demos of "another account than before". */
export const otherStore = (): AccountSeed => ({
  accountId: "5c1b7f0a2e9d4486b3a0d7e12",
  name: "Other Store",
  email: "owner@other.example",
  dc: "us6",
  audiences: [{ name: "Other Store customers", mergeFields: standardFields() }],
});

/** As many accounts as a test has shops, each with one audience that is named like the account. */
export const manyStores = (count: number): AccountSeed[] =>
  Array.from({ length: count }, (_, n) => {
    const name = `Store ${String(n + 1).padStart(2, "0")}`;
    const accountId = createHash("sha256").update(name).digest("hex").slice(0, 25);
    return { accountId, name, email: `owner@store${n + 1}.example`, dc: "us1", audiences: [{ name, mergeFields: standardFields() }] };
  });

const newKey = (dc: string) => `${randomBytes(16).toString("hex")}-${dc}`;
export const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);

function openAccount(seed: AccountSeed): Account {
  const account: Account = { seed, audiences: new Map(), apiKey: newKey(seed.dc), underReview: false, inFlight: 0 };
  fillAccount(account);
  return account;
}

function fillAccount(account: Account): void {
  account.audiences.clear();
  account.underReview = false;
  account.seed.audiences.forEach((seed, index) => {
    const audience = new Audience(seed, account.seed.accountId, 300_001 + index);
    account.audiences.set(audience.id, audience);
  });
}

export function createWorld(options: Options): World {
  const filled = {
    port: 0,
    clientId: "sandbox-client",
    clientSecret: "sandbox-secret",
    codeLifetimeMs: 600_000,
    latencyMs: 0,
    accounts: [exampleStore()],
    archivedInPages: false,
    ...options,
  };
  return {
    options: filled,
    url: "",
    latencyMs: filled.latencyMs,
    accounts: filled.accounts.map(openAccount),
    tokens: new Map(),
    codes: new Map(),
    faults: [],
    requests: [],
    violations: [],
    statusWrites: [],
    tagWrites: [],
    inFlight: 0,
    maxInFlight: 0,
    signupsAllowed: false,
  };
}

/** Data, faults and journals begin anew; tokens that were handed out keep working. */
export function resetWorld(world: World): void {
  world.accounts.forEach(fillAccount);
  world.faults = [];
  world.requests = [];
  world.violations = [];
  world.statusWrites = [];
  world.tagWrites = [];
  world.maxInFlight = world.inFlight;
  world.signupsAllowed = false;
}

export function issueToken(world: World, account: Account): string {
  const token = randomBytes(16).toString("hex");
  world.tokens.set(token, account);
  return token;
}

/** Ends every credential handed out so far; connecting again works. */
export function revokeAll(world: World): void {
  world.tokens.clear();
  for (const account of world.accounts) account.apiKey = newKey(account.seed.dc);
}

/** By id, or by the start of its name; without it the first one. */
export function audienceNamed(world: World, list?: string): Audience {
  const all = world.accounts.flatMap((account) => [...account.audiences.values()]);
  const found = list === undefined ? all[0] : all.find((one) => one.id === list || one.name.startsWith(list));
  if (!found) throw new Error(`The stand-in has no audience ${list ?? ""}`);
  return found;
}

export function deleteAudience(world: World, listId: string): void {
  for (const account of world.accounts) account.audiences.delete(listId);
}
