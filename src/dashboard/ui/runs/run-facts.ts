/** What every place that shows a run says of it. */
import { useTranslations } from "use-intl";
import type { RunView } from "@/dashboard/api/views";
import type { Tone } from "../parts/pill";

const TONES: Record<RunView["state"], Tone> = { running: "info", paused: "neutral", cancelled: "neutral", finished: "ok", stopped: "warn" };

/** How long it took, until now where it goes on. */
export const secondsOf = (run: RunView) =>
  Math.max(0, Math.round(((run.finishedAt ? Date.parse(run.finishedAt) : Date.now()) - Date.parse(run.startedAt)) / 1000));

export const changedBy = (run: RunView) => run.created + run.updated;
export const notSentBy = (run: RunView) => run.refused + run.gaveUp;

export function useRunFacts() {
  const t = useTranslations();
  return {
    result(run: RunView): { tone: Tone; word: string } {
      const count = notSentBy(run);
      if (run.state === "finished" && count > 0) return { tone: "warn", word: t("runs.state.with", { count }) };
      return { tone: TONES[run.state], word: t(`runs.state.${run.state}`) };
    },
    by: (run: RunView) => t(run.mine ? "runs.you" : "runs.other"),
    took(run: RunView): string {
      const seconds = secondsOf(run);
      return t("runs.duration", { hours: Math.floor(seconds / 3_600), minutes: Math.floor((seconds % 3_600) / 60), seconds: seconds % 60 });
    },
    /** `null` where it is too short to say. */
    rate(run: RunView): number | null {
      const seconds = secondsOf(run);
      return seconds < 2 || run.done === 0 ? null : Math.round((run.done / seconds) * 10) / 10;
    },
  };
}
