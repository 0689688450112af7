/** A finished run is a sentence, not a colour: what was done, what was not, why, and the next step. */
import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, RotateCw } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Failed } from "../parts/failed";
import { Pill } from "../parts/pill";
import { Section } from "../parts/section";
import { useClockTime } from "../parts/when";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { StartRow } from "./before-run";
import { ReasonsTable } from "./reasons-table";
import { useDownload } from "./use-download";

export const EndedRun = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const notTaken = run.refused + run.gaveUp;
  return (
    <Section
      title={
        <span className="crm-row">
          {t("fullSync.title")}{" "}
          <Pill tone={notTaken > 0 ? "warn" : "ok"}>
            {notTaken > 0
              ? t(run.gaveUp > 0 ? "fullSync.finishedWithUnsent" : "fullSync.finishedWith", { count: notTaken })
              : t("fullSync.finished")}
          </Pill>
        </span>
      }
      hint={t("fullSync.hint", { target: connection.target?.name ?? connection.title })}
    >
      <Text as="p" size={3} className="crm-number">
        {useSummary(connection, run)}
      </Text>
      {notTaken + run.skipped > 0 ? <NotSent connection={connection} run={run} /> : null}
      <LiveOffer connection={connection} />
      <StartRow connection={connection} variant={notTaken > 0 ? "secondary" : "primary"} />
    </Section>
  );
};

function useSummary(connection: ConnectionView, run: RunView): string {
  const t = useTranslations();
  const clock = useClockTime();
  const seconds = run.finishedAt ? Math.max(0, Math.round((Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000)) : null;
  const what = t("fullSync.summary", {
    done: run.done,
    created: run.created,
    updated: run.updated,
    unchanged: run.unchanged,
    skipped: run.skipped,
  });
  const not = run.refused > 0 ? t("fullSync.summaryRefused", { count: run.refused, title: connection.title }) : "";
  const lost = run.gaveUp > 0 ? t("fullSync.summaryGaveUp", { count: run.gaveUp }) : "";
  const took = seconds === null ? "" : t("fullSync.took", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
  const when = t("fullSync.finishedAt", { time: clock(run.finishedAt ?? run.startedAt) });
  return [what, not, lost, took, when].filter(Boolean).join(" ");
}

const LiveOffer = ({ connection }: { connection: ConnectionView }) => {
  const t = useTranslations();
  return connection.live ? null : <Callout tone="info" title={t("fullSync.liveIsOff")} />;
};

const NotSent = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const may = permissions.manageApps && permissions.manageUsers;
  const reasons = useQuery(useTRPC().runs.reasons.queryOptions({ runId: run.id }, { enabled: may }));
  const download = useDownload(connection, run);
  const retry = useRetry(run);
  if (!may) return null;
  if (reasons.isError) return <Failed title={t("failed.reasons")} error={reasons.error} onRetry={() => reasons.refetch()} />;
  if (!reasons.data) return null;
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
        {run.refused + run.gaveUp > 0 ? (
          <Button
            variant="secondary"
            icon={<RotateCw size={16} aria-hidden />}
            disabled={retry.isPending}
            onClick={() => retry.mutate({ runId: run.id })}
          >
            {t("fullSync.retry", { count: run.refused + run.gaveUp })}
          </Button>
        ) : null}
      </div>
      {download.isError ? <Failed title={t("fullSync.couldNotDownload")} error={download.error} onRetry={() => download.mutate()} /> : null}
      {retry.isError ? (
        <Failed title={t("fullSync.couldNot.retry")} error={retry.error} onRetry={() => retry.mutate({ runId: run.id })} />
      ) : null}
    </>
  );
};

function useRetry(run: RunView) {
  const { runs, connections } = useTRPC();
  const queryClient = useQueryClient();
  return useMutation(
    runs.retry.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(runs.reasons.queryFilter({ runId: run.id }));
        await queryClient.invalidateQueries(connections.get.queryFilter({ id: run.connectionId }));
      },
    }),
  );
}
