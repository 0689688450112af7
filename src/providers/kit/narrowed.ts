import { createLimiter, type Limiter, type LimiterOptions } from "./limiter";

/**
 * A narrow way into a wider limiter: what goes through it never has more than its own few requests on the wire. For pages,
 * which may ask while another process drains the same account and cannot be counted there.
 */
export function narrowed(wide: Limiter, options: LimiterOptions): Limiter {
  const narrow = createLimiter(options);
  const into = (rest: Limiter): Limiter => ({
    run: (task, signal, lane) => narrow.run(() => rest.run(task, signal, lane), signal),
    urgent: () => into(rest.urgent()),
    throttled(afterSeconds) {
      narrow.throttled(afterSeconds);
      rest.throttled(afterSeconds);
    },
    state: () => narrow.state(),
  });
  return into(wide);
}
