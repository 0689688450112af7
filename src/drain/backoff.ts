export interface RetryRules {
  minSeconds: number;
  maxSeconds: number;
  giveUpHours: number;
}

/** Doubling with jitter; what the vendor asked for wins where it is longer. */
export function backoffSeconds(rules: RetryRules, attempts: number, afterSeconds = 0, random = Math.random): number {
  const ceiling = Math.min(rules.maxSeconds, rules.minSeconds * 2 ** Math.min(attempts, 20));
  return Math.max(afterSeconds, ceiling * (0.5 + random() / 2));
}

/** One request a minute is no burden, even for a provider that is down; longer, and its return would go unnoticed. */
const LONGEST_PAUSE_SECONDS = 60;

/** How long a whole limit key is left alone after failures that it shares. */
export function pauseSeconds(rules: RetryRules, failures: number, afterSeconds: number, random = Math.random): number {
  return Math.max(afterSeconds, Math.min(LONGEST_PAUSE_SECONDS, backoffSeconds(rules, failures, 0, random)));
}

export function isTimeToGiveUp(rules: RetryRules, failingSince: Date | null, now: Date): boolean {
  return failingSince !== null && now.getTime() - failingSince.getTime() > rules.giveUpHours * 3_600_000;
}
