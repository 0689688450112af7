import { useId } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, ReasonCount } from "@/dashboard/api/views";
import { useProviderText } from "../text";
import type { ActivityFilter } from "./use-filter";

interface ReasonFilterProps {
  connection: ConnectionView;
  filter: ActivityFilter;
  reasons: ReasonCount[];
  onChange(change: { reason: string | null }): void;
}

/** The platform's own list box: long sentences, one choice, and the keyboard for nothing. */
export const ReasonFilter = ({ connection, filter, reasons, onChange }: ReasonFilterProps) => {
  const t = useTranslations();
  const id = useId();
  const text = useProviderText(connection.provider, connection.title);
  const byReason = new Map<string, number>();
  for (const { state, reason, count } of reasons)
    if (filter.state === null || state === filter.state) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  if (filter.reason && !byReason.has(filter.reason)) byReason.set(filter.reason, 0);
  if (byReason.size === 0) return null;
  return (
    <div className="crm-row">
      <label htmlFor={id}>{t("reasons.reason")}</label>
      <select
        id={id}
        className="crm-select"
        value={filter.reason ?? ""}
        onChange={(event) => onChange({ reason: event.target.value || null })}
      >
        <option value="">{t("activity.anyReason")}</option>
        {[...byReason].map(([reason, count]) => (
          <option key={reason} value={reason}>
            {t("activity.reasonOption", { reason: text.reason(reason), count })}
          </option>
        ))}
      </select>
    </div>
  );
};
