/**
 * The loop that serves one limit key: lease -> due customers -> read -> map -> provider -> settle. Whatever wakes it,
 * the ledger says what is due; whatever it loses, the ledger still says so.
 */
import { randomUUID } from "node:crypto";
import { dueRows, type TakeInput } from "@/ledger/due";
import { acquireLease, type Lease, leaveAlone, providerAnswers, releaseLease } from "@/ledger/lease";
import type { DueRow } from "@/ledger/row";
import { settle } from "@/ledger/settle";
import type { ConnectionId } from "@/model/shop";
import type { AnyProvider, Link } from "@/providers/contract";
import type { Limiter } from "@/providers/kit/limiter";
import { Addresses } from "./addresses";
import { backoffSeconds, pauseSeconds } from "./backoff";
import { type BatchResult, deliverBatch } from "./batch";
import { describe } from "./deliver";
import type { DrainDeps } from "./deps";
import { asBefore } from "./judge";
import { keepLease, onlyWhileHeld } from "./keep-lease";

/** How many batches are worked on at once; the limiter decides how many requests that makes. */
const WORKERS = 6;
/**
 * Changes trickle in one by one, and each batch costs a read of Saleor and several statements whatever its size: after a
 * few came, the next ones are gathered this long. The first after a rest goes at once, and a full sync is no trickle.
 */
const GATHER_MS = 200;
const FEW = 0.25;
/** A look that found little says that there is no more: until something is marked, or for this long. */
const LITTLE_LASTS_MS = 400;
const CACHE_LIFETIME_MS = 10 * 60_000;

/** Look-ups that survive between slices: one map per connection and settings version. */
const caches = new Map<string, { map: Map<string, unknown>; until: number }>();

export interface DrainControl {
  /** No further batch. */
  stop: AbortSignal;
  /** Nor may what is on the wire go on: the process ends. */
  cut: AbortSignal;
  /** The slice is over: others have their turn. */
  isOver(): boolean;
  /** Resolves when something new was marked for this key, or soon. */
  poked(): Promise<void>;
  /** When that was last, by `performance.now()`. */
  pokedAt(): number;
}

/** @returns whether more is due: the caller wakes again, after the others had their turn. */
export async function drain(deps: DrainDeps, limitKey: string, control: DrainControl): Promise<{ more: boolean }> {
  const provider = deps.providers[limitKey.split(":", 1)[0] ?? ""];
  if (!provider) return unknownProvider(deps, limitKey);
  const asked = performance.now();
  const lease = await acquireLease(deps.db, limitKey, deps.owner, deps.leaseSeconds);
  if (!lease) return { more: false };
  const lost = new AbortController();
  const keeper = keepLease(deps, lease, lost, asked);
  const guarded = (limiter: Limiter) => onlyWhileHeld(limiter, keeper, lost);
  // Not AbortSignal.any: on Node 20 it keeps every slice alive for as long as the process's signal lives.
  const cut = () => lost.abort(control.cut.reason);
  control.cut.addEventListener("abort", cut, { once: true });
  try {
    return await new Slice(deps, { provider, lease, signal: lost.signal, guarded, control }).run();
  } catch (error) {
    deps.log.error({ limitKey, error: describe(error) }, "drain failed");
    return { more: false };
  } finally {
    keeper.end();
    control.cut.removeEventListener("abort", cut);
    await releaseLease(deps.db, lease).catch(() => {});
  }
}

const told = new Set<string>();

/** Written by a release that knows more than this one: what is due there waits for it. Said once. */
function unknownProvider(deps: DrainDeps, limitKey: string): { more: boolean } {
  if (!told.has(limitKey)) deps.log.error({ limitKey }, "no provider of this name, what is due there is set aside");
  told.add(limitKey);
  return { more: false };
}

interface SliceInput {
  provider: AnyProvider;
  lease: Lease;
  signal: AbortSignal;
  guarded(limiter: Limiter): Limiter;
  control: DrainControl;
}

class Slice {
  private readonly busy = new Set<string>();
  private readonly stopped = new Set<ConnectionId>();
  private readonly addresses = new Addresses();
  private failures: number;
  /** The provider asked to be left alone, or does not answer: no further batch in this slice. */
  private halted = false;
  private more = false;
  private taking: Promise<unknown> = Promise.resolve();
  /** Nothing is taken before. */
  private gatheredAt = 0;
  /** When a look at everything that is due last found less than was asked for. */
  private foundLittleAt = Number.NEGATIVE_INFINITY;
  private lastMove: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly deps: DrainDeps,
    private readonly input: SliceInput,
  ) {
    this.failures = input.lease.failures;
  }

  async run(): Promise<{ more: boolean }> {
    // After shared failures one customer goes first, as a probe: thousands would tell us nothing more.
    if (this.failures > 0 && !(await this.step(1, "probe"))) return { more: false };
    if (!this.halted) await Promise.all(Array.from({ length: WORKERS }, (_, index) => this.work(index === 0 ? "fresh" : "any")));
    return { more: this.more && !this.halted };
  }

  /** The first worker takes no history, so that a fresh change never waits behind a backfill. */
  private async work(which: TakeInput["which"]): Promise<void> {
    while (this.mayGoOn()) {
      if (await this.step(this.input.provider.limits.batchSize, which)) continue;
      if (!this.mayGoOn()) break;
      if (this.busy.size === 0) return;
      await this.input.control.poked();
    }
    this.more = true;
  }

  private mayGoOn(): boolean {
    const { control, signal } = this.input;
    return !this.halted && !control.stop.aborted && !signal.aborted && !control.isOver();
  }

  /** @returns false when nothing was due. */
  private async step(limit: number, which: TakeInput["which"]): Promise<boolean> {
    const rows = await this.take(limit, which);
    if (rows.length === 0) return false;
    try {
      await Promise.all([...groupByConnection(rows)].map(([id, group]) => this.deliverFor(id, group)));
    } finally {
      for (const row of rows) this.busy.delete(busyKey(row));
    }
    return true;
  }

  /** One at a time, so that two workers never take the same row. */
  private take(limit: number, which: TakeInput["which"]): Promise<DueRow[]> {
    const take = this.taking.then(async () => {
      const { lease, provider } = this.input;
      await this.gather();
      if (!this.mayGoOn() || this.knowsOfNone()) return [];
      const looked = performance.now();
      const rows = await dueRows(this.deps.db, {
        limitKey: lease.limitKey,
        limit,
        which,
        busy: [...this.busy],
        cutOffSeconds: provider.limits.vendorCutOffSeconds,
      });
      const going = rows.filter((row) => !this.stopped.has(row.connectionId));
      for (const row of going) this.busy.add(busyKey(row));
      if (which !== "fresh" && rows.length < limit) this.foundLittleAt = looked;
      if (going.length > 0 && going.length < limit * FEW) this.gatheredAt = performance.now() + GATHER_MS;
      return going;
    });
    this.taking = take.catch(() => {});
    return take;
  }

  /** Six workers are woken at once; the first one's look is enough. While none is busy, everyone looks: the slice may end. */
  private knowsOfNone(): boolean {
    const sinceThen = this.foundLittleAt > this.input.control.pokedAt() && performance.now() - this.foundLittleAt < LITTLE_LASTS_MS;
    return sinceThen && this.busy.size > 0;
  }

  private async gather(): Promise<void> {
    const wait = this.gatheredAt - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  }

  private async deliverFor(connectionId: ConnectionId, rows: readonly DueRow[]): Promise<void> {
    const { deps, input } = this;
    const opened = await deps.openConnection(connectionId);
    if (opened.kind !== "open") return this.cannotOpen(connectionId, rows, opened.kind);
    const { connection } = opened;
    if (!connection.target) return this.stop(connectionId, "target_gone", "no_target");
    const limiter = input.guarded(deps.limiter(input.lease.limitKey, input.provider.limits));
    const link: Link = {
      settings: connection.settings,
      credentials: connection.credentials,
      target: connection.target,
      endpoints: deps.endpoints(input.provider),
      hosts: deps.hosts,
      limiter: rows.some((row) => !row.historic) ? limiter.urgent() : limiter,
      cache: cacheFor(connectionId, connection.version),
      log: deps.log,
      signal: input.signal,
    };
    const oneAtATime = <T>(task: () => Promise<T>) => this.afterTheOthers(task);
    const work = { provider: input.provider, connection, link, lease: input.lease, addresses: this.addresses, oneAtATime };
    await this.conclude(connectionId, await deliverBatch(deps, work, rows));
  }

  private afterTheOthers<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.lastMove.then(task);
    this.lastMove = turn.catch(() => {});
    return turn;
  }

  private async conclude(connectionId: ConnectionId, result: BatchResult): Promise<void> {
    if (result.auth) await this.stop(connectionId, result.auth.reason === "target_gone" ? "target_gone" : "reconnect", result.auth.reason);
    if (result.answered && this.failures > 0) {
      this.failures = 0;
      await providerAnswers(this.deps.db, this.input.lease);
    }
    if (result.sharedFailure && !result.answered) await this.halt(result.sharedFailure);
  }

  private async halt(failure: { reason: string; afterSeconds: number }): Promise<void> {
    if (this.halted) return;
    this.halted = true;
    const seconds = pauseSeconds(this.deps.retry, this.failures, failure.afterSeconds);
    this.failures += 1;
    await leaveAlone(this.deps.db, this.input.lease, seconds, this.failures);
    this.deps.log.warn(
      { limitKey: this.input.lease.limitKey, reason: failure.reason, seconds: Math.round(seconds) },
      "provider left alone",
    );
  }

  private async stop(connectionId: ConnectionId, health: "reconnect" | "target_gone" | "unreadable", reason: string): Promise<void> {
    if (this.stopped.has(connectionId)) return;
    this.stopped.add(connectionId);
    this.deps.log.warn({ connection: connectionId, health, reason }, "connection stopped");
    await this.deps.stopConnection(connectionId, health, reason);
    // Nobody should wait for a connection that only a person can mend.
    this.deps.settled(connectionId, []);
  }

  private async cannotOpen(
    connectionId: ConnectionId,
    rows: readonly DueRow[],
    kind: "unreadable" | "unavailable" | "gone",
  ): Promise<void> {
    if (kind === "unreadable") return this.stop(connectionId, "unreadable", "settings_unreadable");
    if (kind === "gone") return this.stop(connectionId, "reconnect", "settings_gone");
    this.stopped.add(connectionId);
    // Saleor keeps the settings and did not answer: everything waits a little, nobody's fault.
    const seconds = backoffSeconds(this.deps.retry, 0);
    await settle(
      this.deps.db,
      this.input.lease,
      rows.map((row) => ({ ...asBefore(row), dueInSeconds: seconds, reason: "saleor_unreachable" })),
    );
  }
}

function groupByConnection(rows: readonly DueRow[]): Map<ConnectionId, DueRow[]> {
  const groups = new Map<ConnectionId, DueRow[]>();
  for (const row of rows) {
    const group = groups.get(row.connectionId);
    if (group) group.push(row);
    else groups.set(row.connectionId, [row]);
  }
  return groups;
}

const busyKey = (row: DueRow) => `${row.connectionId}/${row.customerId}`;

function cacheFor(connectionId: ConnectionId, version: number): Map<string, unknown> {
  const now = Date.now();
  for (const [key, cache] of caches) if (cache.until < now) caches.delete(key);
  const key = `${connectionId}@${version}`;
  const cache = caches.get(key) ?? { map: new Map(), until: 0 };
  cache.until = now + CACHE_LIFETIME_MS;
  caches.set(key, cache);
  return cache.map;
}

export const newOwner = () => `${process.pid}-${randomUUID().slice(0, 8)}`;
