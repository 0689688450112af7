import type { ConnectionId, CustomerId } from "@/model/shop";

/** Tells whoever waits in this process that customers have an outcome. Others ask the database when their time is up. */
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

interface Ear {
  connectionId: ConnectionId;
  heard: Set<CustomerId>;
  released: boolean;
  changed(): void;
}

export function createBell(): Bell {
  const ears = new Set<Ear>();
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
            const finish = () => {
              clearTimeout(timer);
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
