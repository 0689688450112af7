import type { ConnectionId, CustomerId } from "@/model/shop";

/** Tells whoever waits that customers have an outcome: at once where the drain is in this process, else by asking. */
export interface Bell {
  /** No ids = nobody of this connection can wait any longer: only a person can mend it. */
  ring(connectionId: ConnectionId, ids: readonly CustomerId[]): void;
  /** Listens from now on: called before marking, so that no ring is missed. */
  listen(connectionId: ConnectionId): Listener;
}

export interface Listener {
  /** Resolves when all of `ids` were rung for since `listen`, or after `withinMs`. Ends the listening. */
  all(ids: readonly CustomerId[], withinMs: number): Promise<void>;
  end(): void;
}

/** Where other processes may drain: which of these customers have an outcome by now, in the database's words. */
export interface BellDeps {
  check?: (connectionId: ConnectionId, ids: readonly CustomerId[]) => Promise<readonly CustomerId[]>;
  everyMs?: number;
}

interface Ear {
  connectionId: ConnectionId;
  heard: Set<CustomerId>;
  released: boolean;
  changed(): void;
}

export function createBell({ check, everyMs = 1_000 }: BellDeps = {}): Bell {
  const ears = new Set<Ear>();

  /** Asks until everybody is settled. A question that fails is asked again: the wait has its own end. */
  function ask(ear: Ear, ids: readonly CustomerId[]): () => void {
    if (!check) return () => {};
    let timer: NodeJS.Timeout | undefined;
    const again = () => {
      timer = setTimeout(async () => {
        const open = ids.filter((id) => !ear.heard.has(id));
        for (const id of await check(ear.connectionId, open).catch(() => [])) ear.heard.add(id);
        if (!ears.has(ear)) return;
        ear.changed();
        if (ears.has(ear)) again();
      }, everyMs);
    };
    again();
    return () => clearTimeout(timer);
  }

  return {
    ring(connectionId, ids) {
      for (const ear of [...ears]) {
        if (ear.connectionId !== connectionId) continue;
        for (const id of ids) ear.heard.add(id);
        if (ids.length === 0) ear.released = true;
        ear.changed();
      }
    },
    listen(connectionId) {
      const ear: Ear = { connectionId, heard: new Set(), released: false, changed: () => {} };
      ears.add(ear);
      return {
        end: () => ears.delete(ear),
        all: (ids, withinMs) =>
          new Promise((resolve) => {
            const stopAsking = ask(ear, ids);
            const finish = () => {
              clearTimeout(timer);
              stopAsking();
              ears.delete(ear);
              resolve();
            };
            const timer = setTimeout(finish, withinMs);
            ear.changed = () => {
              if (ear.released || ids.every((id) => ear.heard.has(id))) finish();
            };
            ear.changed();
          }),
      };
    },
  };
}
