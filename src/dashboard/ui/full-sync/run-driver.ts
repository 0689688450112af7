/**
 * Drives full syncs from this tab, one per connection. It lives beside the pages, so that going from Status to Settings
 * does not stop a run. In: start, resume, pause, cancel, hand over to the background, leave. Out: the run as the server
 * last told it, and how the walk goes.
 */

import type { RunView } from "@/dashboard/api/views";
import type { ConnectionId } from "@/model/shop";
import { Trouble } from "@/walk/trouble";
import type { WalkEnd, WalkProgress, WalkSource } from "@/walk/walk";
import { statusOf } from "../shell/answers";
import type { Api } from "../shell/api";

/** The server takes a run for abandoned after 30 seconds without a sign. */
const HEARTBEAT_MS = 10_000;

export interface Drive {
  run: RunView;
  /** When the server last told us about the run. */
  heardAt: number;
  progress: WalkProgress | null;
  /** `closing`: pause or cancel was asked, requests are still out. */
  state: "walking" | "closing" | "ended";
  trouble: Trouble | null;
}

export interface StartWish {
  total: number | null;
  driver: RunView["driver"];
  onLeave: RunView["onLeave"];
}

/** What the server is told of a run whose page goes away. */
type Parting = "left" | "pause" | "cancel";

interface DriverDeps {
  api: Api;
  part(parting: Parting, runId: string): void;
  source(): Promise<WalkSource>;
  onEnd(): void;
}

const clock = {
  now: () => Date.now(),
  sleep: (milliseconds: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener("abort", wake, { once: true });
    }),
};

export class RunDriver {
  readonly #drives = new Map<ConnectionId, Drive>();
  readonly #stops = new Map<ConnectionId, AbortController>();
  readonly #walks = new Map<ConnectionId, Promise<void>>();
  /** Asked for, and not told to the server yet. */
  readonly #asked = new Map<ConnectionId, "pause" | "cancel">();
  readonly #listeners = new Set<() => void>();

  constructor(private readonly deps: DriverDeps) {}

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  drive = (connectionId: ConnectionId): Drive | null => this.#drives.get(connectionId) ?? null;

  async start(connectionId: ConnectionId, wish: StartWish): Promise<void> {
    this.#begin(await this.deps.api.runs.start.mutate({ connectionId, ...wish }));
  }

  async resume(run: RunView): Promise<void> {
    this.#begin(await this.deps.api.runs.resume.mutate({ runId: run.id }));
  }

  /** Nothing new is asked at once; the server hears of it when what was out has come back. */
  async pause(run: RunView): Promise<void> {
    await this.#close(run.connectionId, "pause");
    this.#heard(await this.deps.api.runs.pause.mutate({ runId: run.id }));
    this.deps.onEnd();
  }

  async cancel(run: RunView): Promise<void> {
    await this.#close(run.connectionId, "cancel");
    this.#heard(await this.deps.api.runs.cancel.mutate({ runId: run.id }));
    this.deps.onEnd();
  }

  /** The server takes it over first: a refusal leaves the walk here as it is. */
  async toBackground(run: RunView): Promise<void> {
    this.#heard(await this.deps.api.runs.toBackground.mutate({ runId: run.id }));
    this.#stops.get(run.connectionId)?.abort();
    this.deps.onEnd();
  }

  /** The page goes away, and every walk with it. */
  leave(): void {
    for (const [connectionId, { run }] of this.#drives) {
      if (this.#walks.has(connectionId) && isOurs(run)) this.deps.part(this.#asked.get(connectionId) ?? "left", run.id);
    }
  }

  #close(connectionId: ConnectionId, asked: "pause" | "cancel"): Promise<void> {
    this.#asked.set(connectionId, asked);
    const drive = this.#drives.get(connectionId);
    if (drive?.state === "walking") this.#change(connectionId, { state: "closing" });
    this.#stops.get(connectionId)?.abort();
    return this.#walks.get(connectionId) ?? Promise.resolve();
  }

  #begin(run: RunView): void {
    if (this.#walks.has(run.connectionId) || !isOurs(run)) {
      this.#heard(run);
      this.deps.onEnd();
      return;
    }
    this.#asked.delete(run.connectionId);
    const state = run.walkDone ? "ended" : "walking";
    this.#drives.set(run.connectionId, { run, heardAt: Date.now(), progress: null, state, trouble: null });
    this.#tell();
    if (run.walkDone) {
      this.deps.onEnd();
      return;
    }
    const walking = this.#walk(run).finally(() => this.#walks.delete(run.connectionId));
    this.#walks.set(run.connectionId, walking);
  }

  async #walk(run: RunView): Promise<void> {
    const stop = new AbortController();
    this.#stops.set(run.connectionId, stop);
    const heartbeat = setInterval(() => void this.#beat(run, stop), HEARTBEAT_MS);
    try {
      const parts = await this.#parts();
      if (!parts) return await this.#ended(run, { kind: "stopped", trouble: new Trouble("unreachable", "app") });
      const end = await parts.walk({
        source: parts.source,
        post: (ids, cursor, again) => this.#post(run, { ids, cursor, again }),
        total: run.total ?? 0,
        startedAt: run.startedAt,
        saved: parts.readPlace(run.cursor),
        clock,
        signal: stop.signal,
        onProgress: (progress) => this.#change(run.connectionId, { progress }),
      });
      await this.#ended(run, end);
    } finally {
      clearInterval(heartbeat);
      this.#stops.delete(run.connectionId);
      this.#change(run.connectionId, { state: "ended" });
      this.deps.onEnd();
    }
  }

  /** What only a run needs is fetched when one begins. `null`: it could not be. */
  async #parts() {
    try {
      const [{ walk }, { readPlace }, source] = await Promise.all([import("@/walk/walk"), import("@/walk/place"), this.deps.source()]);
      return { walk, readPlace, source };
    } catch {
      return null;
    }
  }

  /** Also how a page that slept hears that the run went on without it. */
  async #beat(run: RunView, stop: AbortController): Promise<void> {
    const now = await this.deps.api.runs.heartbeat.mutate({ runId: run.id }).catch(() => null);
    if (!now || isOurs(now)) return;
    this.#heard(now);
    stop.abort();
  }

  async #post(run: RunView, chunk: { ids: string[]; cursor: unknown; again: boolean }): Promise<boolean> {
    try {
      const answer = await this.deps.api.runs.chunk.mutate({ runId: run.id, ...chunk });
      this.#heard(answer.run);
      return isOurs(answer.run);
    } catch (error) {
      throw troubleOf(error);
    }
  }

  async #ended(run: RunView, end: WalkEnd): Promise<void> {
    const known = this.#drives.get(run.connectionId)?.run;
    if (end.kind === "paused" || known?.driver === "worker") return;
    const { api } = this.deps;
    if (end.kind === "done") {
      try {
        this.#heard(await api.runs.walkDone.mutate({ runId: run.id, cursor: end.place }));
      } catch (error) {
        this.#change(run.connectionId, { trouble: troubleOf(error) });
      }
      return;
    }
    this.#change(run.connectionId, { trouble: end.trouble });
    const problem = `${end.trouble.who}_${end.trouble.kind}`;
    await api.runs.stop.mutate({ runId: run.id, problem }).then(
      (stopped) => this.#heard(stopped),
      () => {},
    );
  }

  /** Answers overtake each other: what was already shown as done does not become undone. */
  #heard(run: RunView): void {
    const known = this.#drives.get(run.connectionId);
    const isOlder = known?.run.id === run.id && known.run.state === run.state && known.run.marked + known.run.done > run.marked + run.done;
    if (!isOlder) this.#change(run.connectionId, { run, heardAt: Date.now() });
  }

  #change(connectionId: ConnectionId, change: Partial<Drive>): void {
    const known = this.#drives.get(connectionId);
    if (known) this.#drives.set(connectionId, { ...known, ...change });
    else if (change.run)
      this.#drives.set(connectionId, { run: change.run, heardAt: Date.now(), progress: null, state: "ended", trouble: null });
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Still for a page to walk. */
const isOurs = (run: RunView) => run.state === "running" && run.driver === "page";

function troubleOf(error: unknown): Trouble {
  const status = statusOf(error);
  if (status === 401) return new Trouble("session", "app");
  if (status === 403) return new Trouble("denied", "app");
  return new Trouble("unreachable", "app");
}
