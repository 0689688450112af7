/** The process's own time. Leases and schedules never use it: they live in the database's clock. */
export function now(): Date {
  return new Date();
}
