/** One provider's state for the customer: a pill, and a second line only where there is something to say. */
import { useFormatter, useNow, useTranslations } from "use-intl";
import type { StandingView } from "@/dashboard/api/views";
import { Pill } from "../parts/pill";
import { RecordState } from "../parts/record-state";
import { useProviderText, useWords } from "../text";
import { OwnLink } from "./own-link";
import type { Sent } from "./use-sync-now";

interface RowProps {
  standing: StandingView;
  customerId: string;
  sent: Sent | undefined;
}

export const StandingRow = ({ standing, customerId, sent }: RowProps) => {
  const t = useTranslations();
  const { connectionId, title, sending } = standing;
  const [row] = standing.rows;
  const line = useLine(standing, sent);
  const asksWhy = row !== undefined && ["skipped", "refused", "gave_up", "retrying"].includes(row.state);
  return (
    <li className="crm-light-row">
      <div className="crm-light-row-head">
        <span>{title}</span>
        {sent === "sending" ? (
          <Pill tone="info">{t("standing.sending")}</Pill>
        ) : row ? (
          <RecordState state={row.state} />
        ) : (
          <Pill tone="neutral">{sending === "setup" ? t("health.setup") : t("standing.never")}</Pill>
        )}
      </div>
      {line || asksWhy ? (
        <p className="crm-light-line">
          {line}{" "}
          {asksWhy ? (
            <OwnLink path={`/c/${connectionId}/activity?customer=${encodeURIComponent(customerId)}`} label={t("standing.whyAt", { title })}>
              {t("standing.why")}
            </OwnLink>
          ) : null}
        </p>
      ) : null}
    </li>
  );
};

function useLine({ provider, title, sending, reason, rows: [row] }: StandingView, sent: Sent | undefined): string | null {
  const t = useTranslations();
  const words = useWords(provider);
  const text = useProviderText(provider, title);
  const format = useFormatter();
  const now = useNow({ updateInterval: 5_000 });
  const ago = (at: string) => format.relativeTime(new Date(at), now);
  if (sent === "sending") return null;
  if (sent === "failed") return t("standing.failed");
  if (sent?.kind === "waiting") return t("standing.slow", { title });
  if (sent?.kind === "not_found") return t("inspect.notInSaleor");
  if (sent?.kind === "unavailable") return text.reason(sent.reason);
  if (sending === "stopped") return reason ? `${text.reason(reason)} ${t("standing.stopped")}` : t("standing.stopped");
  if (sending === "setup") return words("situation.setup");
  switch (row?.state) {
    case undefined:
      return sending === "on" ? t("standing.neverYet") : t("standing.liveOff");
    case "in_sync":
      return row.deliveredAt ? t("standing.sentAgo", { ago: ago(row.deliveredAt) }) : null;
    case "waiting":
      return sending === "on" ? t("standing.soon") : t("standing.liveOff");
    case "retrying": {
      const next = row.nextTryAt && Date.parse(row.nextTryAt) > now.getTime() ? t("situation.nextTry", { when: ago(row.nextTryAt) }) : "";
      return `${row.reason ? text.reason(row.reason) : ""} ${next}`.trim();
    }
    default:
      return row?.reason ? text.reason(row.reason) : null;
  }
}
