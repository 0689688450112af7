/**
 * Walks every customer id of a shop and hands the ids to the server. In: a source of pages, a way to post chunks, the
 * place an earlier walk reached. Out: how it ended. Knows no framework and no vendor; it is driven by answers, because
 * a hidden tab gets timers once a minute. Every id is posted at least once, whatever fails and wherever it is paused.
 */
import { type AttemptDeps, asTrouble, attempt, type Clock, Pacer, type Retrying } from "./attempt";
import { IdSet } from "./id-set";
import { type Lane, Outbox } from "./outbox";
import { freshLane, type LanePlace, type Place, readPlace } from "./place";
import { type Range, splitRanges } from "./split-ranges";
import type { Trouble } from "./trouble";

export interface IdPage {
  ids: string[];
  /** Cursor for the next page; `null` after the last one. */
  end: string | null;
}

/** Saleor, with the signed-in person's token. Rejects with `Trouble` only. */
export interface WalkSource {
  /** Saleor 3.22 and newer can filter by an instant of joining. */
  canFilterByJoining: boolean;
  count(range: Range): Promise<number>;
  /** When the first customer joined, in milliseconds; `null` without customers. */
  oldest(): Promise<number | null>;
  page(lane: LanePlace): Promise<IdPage>;
}

export interface WalkLimits {
  chunkSize: number;
  postsInFlight: number;
  readsInFlight: number;
  rangeSize: number;
  mostRanges: number;
}

/** Four chunks out: browsers open six connections to a host over HTTP/1.1, and Pause has to get through. */
export const WALK_LIMITS: WalkLimits = { chunkSize: 500, postsInFlight: 4, readsInFlight: 4, rangeSize: 2500, mostRanges: 8 };

export interface WalkProgress {
  phase: "counting" | "reading" | "last_look";
  /** Ids read, and ids that arrived at the server, in this sitting. */
  read: number;
  posted: number;
  readsOut: number;
  postsOut: number;
  isSlowed: boolean;
  retrying: Retrying | null;
}

export interface WalkJob {
  source: WalkSource;
  /** Resolves once the server has the chunk; `false` = the run goes on no longer. Rejects with `Trouble`. */
  post(ids: string[], place: Place, isLastLook: boolean): Promise<boolean>;
  total: number;
  /** When the run began, ISO: changes since then are looked at last. */
  startedAt: string;
  saved: unknown;
  limits?: WalkLimits;
  clock: Clock;
  /** Pause or cancel: nothing new is asked, what is out is waited for. */
  signal: AbortSignal;
  onProgress(progress: WalkProgress): void;
}

export type WalkEnd = { kind: "done"; place: Place } | { kind: "paused" } | { kind: "stopped"; trouble: Trouble };

/** Somebody else paused or cancelled the run. */
class RunHalted extends Error {}

/** The clocks of Saleor, this app and the browser may differ. */
const CLOCK_MARGIN_MS = 120_000;

export async function walk(job: WalkJob): Promise<WalkEnd> {
  const state = begin(job);
  try {
    const lanes = await openLanes(job, state);
    const outbox = openOutbox(job, state, lanes);
    const main = lanes.filter((lane) => lane.place.kind !== "updated");
    await readSideBySide(job, state, main, outbox);
    state.phase = "last_look";
    // Its own memory: whoever changed since the start goes out again, though the walk has seen them.
    state.seen = new IdSet();
    await readSideBySide(job, state, lanes.slice(main.length), outbox);
    return state.end ?? (state.signal.aborted ? { kind: "paused" } : { kind: "done", place: outbox.place() });
  } catch (error) {
    state.stop(error);
    return state.end ?? { kind: "paused" };
  }
}

interface WalkState {
  phase: WalkProgress["phase"];
  seen: IdSet;
  read: number;
  readsOut: number;
  pacer: Pacer;
  retrying: Retrying | null;
  outbox: Outbox | null;
  end: WalkEnd | null;
  /** The job's signal, or our own decision to stop. */
  signal: AbortSignal;
  stop(error: unknown): void;
  tell(): void;
}

function begin(job: WalkJob): WalkState {
  const own = new AbortController();
  const abort = () => own.abort();
  if (job.signal.aborted) abort();
  else job.signal.addEventListener("abort", abort, { once: true });
  const state: WalkState = {
    phase: "counting",
    seen: new IdSet(),
    read: 0,
    readsOut: 0,
    pacer: new Pacer(job.clock),
    retrying: null,
    outbox: null,
    end: null,
    signal: own.signal,
    stop(error) {
      if (!own.signal.aborted && !(error instanceof RunHalted)) state.end = { kind: "stopped", trouble: asTrouble(error) };
      own.abort();
    },
    tell() {
      job.onProgress({
        phase: state.phase,
        read: state.read,
        posted: state.outbox?.posted ?? 0,
        readsOut: state.readsOut,
        postsOut: state.outbox?.requestsOut ?? 0,
        isSlowed: state.pacer.isSlow,
        retrying: state.retrying,
      });
    },
  };
  return state;
}

function attemptDeps(job: WalkJob, state: WalkState, pacer: Pacer | null): AttemptDeps {
  const onRetry = (retrying: Retrying | null) => {
    state.retrying = retrying;
    state.tell();
  };
  return { clock: job.clock, signal: state.signal, pacer, onRetry };
}

async function openLanes(job: WalkJob, state: WalkState): Promise<Lane[]> {
  const saved = readPlace(job.saved);
  state.tell();
  const places = saved?.lanes ?? [...(await plan(job, state)), freshLane("updated", marginBefore(job.startedAt))];
  state.phase = "reading";
  return places.map((place) => ({ place, pages: [] }));
}

async function plan(job: WalkJob, state: WalkState): Promise<LanePlace[]> {
  const limits = job.limits ?? WALK_LIMITS;
  if (!job.source.canFilterByJoining) return [freshLane("email")];
  const deps = attemptDeps(job, state, state.pacer);
  const oldest = job.total > limits.rangeSize ? await attempt(deps, () => job.source.oldest()) : null;
  const now = job.clock.now();
  const ranges = await splitRanges({
    total: oldest === null ? 0 : job.total,
    oldest: oldest ?? now,
    newest: now,
    count: (range) => attempt(deps, () => job.source.count(range)),
    wantedSize: limits.rangeSize,
    mostRanges: limits.mostRanges,
    mostCounts: 24,
  });
  return ranges.map((range) => freshLane("joined", range.gte, range.lte));
}

function openOutbox(job: WalkJob, state: WalkState, lanes: Lane[]): Outbox {
  const limits = job.limits ?? WALK_LIMITS;
  const deps = attemptDeps(job, state, null);
  // A chunk that is already being tried goes on being tried after Pause only until its present answer.
  const post = async (ids: string[], place: Place) => {
    const isLastLook = state.phase === "last_look";
    const goesOn = await attempt(deps, () => job.post(ids, place, isLastLook));
    if (!goesOn) throw new RunHalted();
  };
  state.outbox = new Outbox({
    lanes,
    chunkSize: limits.chunkSize,
    inFlight: limits.postsInFlight,
    signal: state.signal,
    post,
    onFailure: state.stop,
    onChange: state.tell,
  });
  return state.outbox;
}

/** Up to four lanes at a time, each page by page. */
async function readSideBySide(job: WalkJob, state: WalkState, lanes: Lane[], outbox: Outbox): Promise<void> {
  const open = lanes.filter((lane) => !lane.place.done);
  const reader = async () => {
    for (let lane = open.shift(); lane && !state.signal.aborted; lane = open.shift()) await readLane(job, state, lane, outbox);
  };
  const readers = Array.from({ length: (job.limits ?? WALK_LIMITS).readsInFlight }, () => reader().catch(state.stop));
  await Promise.all(readers);
  await outbox.drained();
}

async function readLane(job: WalkJob, state: WalkState, lane: Lane, outbox: Outbox): Promise<void> {
  let at: LanePlace | null = lane.place;
  while (at) {
    await outbox.room();
    if (state.signal.aborted) return;
    const page: IdPage = await readPage(job, state, at);
    const fresh = page.ids.filter((id) => state.seen.add(id));
    // Customers who change again and again would keep the last look going for ever.
    const end: string | null = at.kind === "updated" && fresh.length === 0 ? null : page.end;
    state.read += fresh.length;
    outbox.add(lane, fresh, end);
    state.tell();
    at = end === null ? null : { ...at, after: end };
  }
}

async function readPage(job: WalkJob, state: WalkState, at: LanePlace): Promise<IdPage> {
  state.readsOut += 1;
  try {
    return await attempt(attemptDeps(job, state, state.pacer), () => job.source.page(at));
  } finally {
    state.readsOut -= 1;
  }
}

const marginBefore = (instant: string) => new Date(Date.parse(instant) - CLOCK_MARGIN_MS).toISOString();
