import type { ConnectionId, CustomerId } from "@/model/shop";

/** Tells whoever waits that customers have an outcome: at once where the drain is in this process, else by asking. */
export interface Bell {
  /** No ids = nobody of this connection can wait any longer: only a person can mend it. */
  ring(connectionId: ConnectionId, ids: readonly CustomerId[]): void;
  /** Listens from now on: called before marking, so that no ring is missed. */
  listen(connectionId: ConnectionId): Listener;
}

export interface Listener {
  /** Resolves when all of `ids` have an outcome, or after `withinMs`. Ends the listening. */
  all(ids: readonly CustomerId[], withinMs: number): Promise<void>;
  end(): void;
}

export interface BellDeps {
  /**
   * Which of these customers have an outcome by now, in the database's words. A ring alone does not say so: it may have
   * been for the mark before ours.
   */
  settledAmong(connectionId: ConnectionId, ids: readonly CustomerId[]): Promise<readonly CustomerId[]>;
  /** Where other processes may drain, whose bell is not heard here: how often to ask without a ring. */
  askEveryMs?: number;
}

interface Ear {
  connectionId: ConnectionId;
  rung: Set<CustomerId>;
  released: boolean;
  changed(): void;
}

export function createBell(deps: BellDeps): Bell {
  const ears = new Set<Ear>();

  async function wait(ear: Ear, ids: readonly CustomerId[], withinMs: number): Promise<void> {
    const open = new Set(ids);
    const endsAt = performance.now() + withinMs;
    while (open.size > 0 && !ear.released) {
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) return;
      await ringsForAll(ear, open, Math.min(leftMs, deps.askEveryMs ?? leftMs));
      ear.rung.clear();
      // A question that fails is asked again: the wait has its own end.
      for (const id of await deps.settledAmong(ear.connectionId, [...open]).catch(() => [])) open.delete(id);
    }
  }

  return {
    ring(connectionId, ids) {
      for (const ear of [...ears]) {
        if (ear.connectionId !== connectionId) continue;
        for (const id of ids) ear.rung.add(id);
        if (ids.length === 0) ear.released = true;
        ear.changed();
      }
    },
    listen(connectionId) {
      const ear: Ear = { connectionId, rung: new Set(), released: false, changed: () => {} };
      ears.add(ear);
      const end = () => void ears.delete(ear);
      return { end, all: (ids, withinMs) => wait(ear, ids, withinMs).finally(end) };
    },
  };
}

/** Resolves when all that are open were rung for, when nobody can wait any longer, or when the time is up. */
function ringsForAll(ear: Ear, open: ReadonlySet<CustomerId>, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs);
    ear.changed = () => {
      if (!ear.released && ![...open].every((id) => ear.rung.has(id))) return;
      clearTimeout(timer);
      resolve();
    };
    ear.changed();
  });
}
