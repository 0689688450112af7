/** One record's state, one word and tone for every screen. */
import { useTranslations } from "use-intl";
import type { ActivityRowView } from "@/dashboard/api/views";
import { Pill, type Tone } from "./pill";

const TONES: Record<ActivityRowView["state"], Tone> = {
  in_sync: "ok",
  waiting: "neutral",
  retrying: "warn",
  skipped: "neutral",
  refused: "bad",
  gave_up: "bad",
  gone: "neutral",
};

export const RecordState = ({ state }: { state: ActivityRowView["state"] }) => {
  const t = useTranslations();
  return <Pill tone={TONES[state]}>{t(`state.${state}`)}</Pill>;
};
