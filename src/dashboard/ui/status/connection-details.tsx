import type { ConnectionView } from "@/dashboard/api/views";
import { Rows } from "../parts/rows";
import { useClockTime } from "../parts/when";
import { useWords } from "../text";

export const ConnectionDetails = ({ connection }: { connection: ConnectionView }) => {
  const t = useWords(connection.provider);
  const clock = useClockTime();
  const { account, target, live, lastDeliveredAt, fullSyncedAt, counts } = connection;
  return (
    <details className="crm-fold">
      <summary>{t("details.title")}</summary>
      <Rows
        rows={[
          {
            label: t("details.account"),
            value: account ? t("confirm.accountDetail", { name: account.name, detail: account.detail }) : t("overview.accountUnknown"),
          },
          { label: t("details.target"), value: target?.name ?? t("details.notChosen") },
          { label: t("live.label"), value: live ? t("live.on") : t("live.off") },
          { label: t("details.lastSent"), value: lastDeliveredAt ? clock(lastDeliveredAt) : t("details.never") },
          { label: t("details.fullSynced"), value: fullSyncedAt ? clock(fullSyncedAt) : t("details.never") },
          { label: t("details.skipped"), value: t("common.number", { count: counts.skipped }) },
          { label: t("details.gone"), value: t("common.number", { count: counts.gone }) },
        ]}
      />
    </details>
  );
};
