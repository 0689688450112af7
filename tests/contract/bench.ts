/**
 * What the contract suite needs to know of a provider's stand-in. Each provider brings `tests/contract/<id>.bench.ts`
 * that exports `startBench`; nothing else here knows a vendor.
 */

import type { Contact, MappedContact } from "@/model/contact";
import type { AnyProvider, Link } from "@/providers/contract";
import { createLimiter } from "@/providers/kit/limiter";

export interface SeenContact {
  email: string;
  status: string;
  tags: readonly string[];
  firstName: string;
  archived: boolean;
}

export type Trouble = "throttle" | "throttleWithoutJson" | "down" | "html" | "garbage" | "cut";

export interface Bench {
  readonly endpoints: Readonly<Record<string, string>>;
  /** What this account asks a merchant to set beyond the defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  credentials(): Record<string, unknown>;
  wrongCredentials(): Record<string, unknown>;
  /** Where contacts go, and a place that does not exist. */
  readonly target: string;
  readonly missingTarget: string;
  /** Every contact at the vendor, archived ones included where it knows such. */
  contacts(): SeenContact[];
  /** As if they had been there before us. `optedOut`: must never receive marketing again. `archived` only where the vendor archives. */
  seed(contacts: readonly { email: string; firstName?: string; tags?: readonly string[]; state?: "optedOut" | "archived" }[]): void;
  /** Writes of a status to a contact that existed. */
  statusWritesToExisting(): number;
  /** Where a contact stands on the provider's first channel. `asked`: the provider waits for their confirmation. */
  consentOf(email: string): "in" | "out" | "asked" | "none";
  /** The person opts out at the vendor, by themselves. */
  optOut(email: string): void;
  /** What the vendor sends us when that happens, where it sends anything. */
  delivery?(email: string): string;
  /** A manager fills a field at the vendor that we were never told of. @returns its name in what the provider reads. */
  fillByHand(email: string): string;
  /** Requests that change something, and all of them. */
  writes(): number;
  requests(): number;
  /** An address that the vendor refuses, in good form. `null`: the vendor takes anything. */
  readonly refusedEmail: string | null;
  latency(ms: number): void;
  trouble(kind: Trouble, times?: number): void;
  heal(): void;
  revoke(): void;
  /** Requests that broke the vendor's published contract. */
  violations(): readonly unknown[];
  reset(): void;
  close(): Promise<void>;
}

export interface LogLine {
  fields: Record<string, unknown>;
  message: string;
}

export interface BenchLink extends Link {
  readonly lines: LogLine[];
  stop(): void;
}

export function linkTo(
  provider: AnyProvider,
  bench: Pick<Bench, "endpoints" | "credentials" | "target" | "settings">,
  more: Partial<Link> & { settings?: Record<string, unknown> } = {},
): BenchLink {
  const lines: LogLine[] = [];
  const note = (fields: Record<string, unknown>, message: string) => void lines.push({ fields, message });
  const stop = new AbortController();
  return {
    credentials: bench.credentials(),
    target: bench.target,
    endpoints: bench.endpoints,
    hosts: { allowed: [], allowLoopback: true },
    // Places as in life; the pace is tested where time is the subject.
    limiter: createLimiter({ ...provider.limits, perSecond: undefined, window: undefined }),
    cache: new Map(),
    log: { info: note, warn: note, error: note },
    signal: stop.signal,
    ...more,
    settings: provider.settings.parse({ ...bench.settings, ...more.settings }),
    lines,
    stop: () => stop.abort(new Error("lease lost")),
  };
}

export const email = (n: number) => `customer-${n}@shop.example`;

export function aContact(n: number, more: Partial<Omit<Contact, "mapped">> & { mapped?: Partial<MappedContact> } = {}): Contact {
  return {
    key: Buffer.from(`User:${n}`).toString("base64"),
    remoteKey: null,
    emailChanged: false,
    ownedTags: [],
    ownedFields: [],
    consentChanges: {},
    ownedOptOuts: [],
    archivedFrom: null,
    repeatId: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    historic: false,
    force: false,
    ...more,
    mapped: {
      email: email(n),
      firstName: `Firstname${n}`,
      lastName: `Lastname${n}`,
      languageCode: "EN",
      phone: "",
      phones: [],
      dateJoined: "2026-01-01T00:00:00+00:00",
      address: null,
      fields: {},
      consents: {},
      meta: {},
      tags: ["Saleor Import"],
      problems: [],
      ...more.mapped,
    },
  };
}

export const contacts = (count: number, more: Parameters<typeof aContact>[1] = {}, from = 1): Contact[] =>
  Array.from({ length: count }, (_, n) => aContact(from + n, more));
