/** Whether the Dashboard's session is over. Only said after a refreshed token was tried. */
import { useSyncExternalStore } from "react";

let isOver = false;
const listeners = new Set<() => void>();

export function sessionIsOver(value: boolean): void {
  if (isOver === value) return;
  isOver = value;
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSessionIsOver = () =>
  useSyncExternalStore(
    subscribe,
    () => isOver,
    () => false,
  );
