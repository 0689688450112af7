/** The sentence behind a connection's pill: what is wrong or going on, whether something is lost, what happens next. */
import { useFormatter, useNow } from "use-intl";
import type { ConnectionView } from "@/dashboard/api/views";
import { unsent } from "../health";
import type { CalloutTone } from "../parts/callout";
import { useClockTime } from "../parts/when";
import { useProviderText, useWords } from "../text";

export interface HealthText {
  tone: CalloutTone;
  title: string;
  text: string;
}

export function useHealthText(connection: ConnectionView): HealthText | null {
  const t = useWords(connection.provider);
  const format = useFormatter();
  const clock = useClockTime();
  const now = useNow({ updateInterval: 5_000 });
  const text = useProviderText(connection.provider, connection.title);
  const { health, healthReason, title, counts, run, nextTryAt, healthSince, target } = connection;
  const waiting = unsent(counts);
  switch (health) {
    case "live":
      return null;
    case "setup":
      return { tone: "info", title: t("health.setup"), text: t("situation.setup") };
    case "paused":
      return { tone: "info", title: t("situation.offTitle"), text: connection.isPaused ? t("situation.paused") : t("situation.off") };
    case "catching_up":
      return run?.state === "running"
        ? {
            tone: "info",
            title: t("health.catching_up"),
            text: run.total === null ? t("situation.counting") : t("situation.run", { done: run.done, total: run.total }),
          }
        : { tone: "info", title: t("health.catching_up"), text: t("situation.catchingUp", { count: waiting }) };
    case "provider_down": {
      const since = healthSince ? t("situation.downSince", { title, time: clock(healthSince) }) : t("health.provider_down", { title });
      const isAhead = nextTryAt !== null && Date.parse(nextTryAt) > now.getTime();
      const next = isAhead ? t("situation.nextTry", { when: format.relativeTime(new Date(nextTryAt), now) }) : t("situation.tryingNow");
      return { tone: "warning", title: since, text: `${t("situation.down", { count: waiting })} ${next}`.trim() };
    }
    case "reconnect":
      if (healthReason && healthReason !== "credentials_refused")
        return { tone: "error", title: text.reason(healthReason), text: t("situation.stopped", { title, count: waiting }) };
      return { tone: "error", title: t("situation.reconnectTitle", { title }), text: t("situation.reconnect", { title, count: waiting }) };
    case "target_gone":
      return {
        tone: "error",
        title: t("health.target_gone"),
        text: t("situation.targetGone", { title, target: target?.name ?? t("situation.savedOne") }),
      };
    case "unreadable":
      return { tone: "error", title: t("situation.unreadableTitle"), text: t("situation.unreadable") };
  }
}
