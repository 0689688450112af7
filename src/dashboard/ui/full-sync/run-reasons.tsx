/** Who did not go, or not with everything: by reason, and one by one as a file. */
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Failed } from "../parts/failed";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { ReasonsTable } from "./reasons-table";
import { useDownload } from "./use-download";

interface RunReasonsProps {
  connection: ConnectionView;
  run: RunView;
  /** Counts go on growing. */
  isMoving?: boolean;
  actions?: ReactNode;
}

export const RunReasons = ({ connection, run, isMoving, actions }: RunReasonsProps) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const may = permissions.manageApps && permissions.manageUsers;
  const reasons = useQuery(
    useTRPC().runs.reasons.queryOptions({ runId: run.id }, { enabled: may, refetchInterval: isMoving ? 5_000 : false }),
  );
  const download = useDownload(connection, run);
  if (!may) return null;
  if (reasons.isError) return <Failed title={t("failed.reasons")} error={reasons.error} onRetry={() => reasons.refetch()} />;
  if (!reasons.data || reasons.data.length === 0) return null;
  return (
    <>
      <ReasonsTable connection={connection} reasons={reasons.data} />
      <div className="crm-row">
        <BusyButton
          variant="secondary"
          icon={<Download size={16} aria-hidden />}
          isBusy={download.isPending}
          onClick={() => download.mutate()}
        >
          {t("fullSync.csv")}
        </BusyButton>
        {actions}
      </div>
      {download.isError ? <Failed title={t("fullSync.couldNotDownload")} error={download.error} onRetry={() => download.mutate()} /> : null}
    </>
  );
};
