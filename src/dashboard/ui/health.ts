/** One state, one pill: ui for a connection's health. */
import type { ConnectionView, Counts } from "@/dashboard/api/views";
import type { Tone } from "./parts/pill";
import { useWords } from "./text";

const TONES: Record<ConnectionView["health"], Tone> = {
  setup: "neutral",
  paused: "neutral",
  live: "ok",
  catching_up: "info",
  provider_down: "warn",
  reconnect: "bad",
  target_gone: "bad",
  unreadable: "bad",
};

/** What stands still until a person acts. */
export const unsent = ({ waiting, retrying }: Counts) => waiting + retrying;

export const totalOf = (counts: Counts) =>
  counts.inSync + counts.waiting + counts.retrying + counts.skipped + counts.refused + counts.gaveUp;

/** Live sync sends who changes. Everybody else waits for a full sync, which nobody has started, or somebody cancelled. */
export const needsFullSync = ({ fullSyncedAt, run, target }: ConnectionView) =>
  target !== null && fullSyncedAt === null && (run === null || run.state === "cancelled");

/** Only a person can mend it, and that comes before everything else on the page. */
export const isStopped = ({ health }: ConnectionView) => health === "reconnect" || health === "target_gone" || health === "unreadable";

export function useHealthPill(connection: ConnectionView): { tone: Tone; word: string } {
  const t = useWords(connection.provider);
  const { health, counts, title } = connection;
  if (health === "live" && counts.refused + counts.gaveUp > 0) return { tone: "warn", word: t("health.attention") };
  return { tone: TONES[health], word: t(`health.${health}`, { title }) };
}
