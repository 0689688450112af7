export type Clock = () => Date;

const system: Clock = () => new Date();
let current: Clock = system;

/** The process's own time. Leases and schedules never use it: they live in the database's clock. */
export function now(): Date {
  return current();
}

/** For tests that need another day; `null` puts the system clock back. */
export function setClock(clock: Clock | null): void {
  current = clock ?? system;
}
