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

export function isTimeToGiveUp(rules: RetryRules, failingSince: Date | null, now: Date): boolean {
  return failingSince !== null && now.getTime() - failingSince.getTime() > rules.giveUpHours * 3_600_000;
}
