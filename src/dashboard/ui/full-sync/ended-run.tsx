/** A finished run is a sentence, not a colour: what was done, what was not, why, and the next step. */
import { Button, Text } from "@saleor/macaw-ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { Failed } from "../parts/failed";
import { Pill } from "../parts/pill";
import { Section } from "../parts/section";
import { useClockTime } from "../parts/when";
import { useTRPC } from "../shell/api";
import { StartRow } from "./before-run";
import { RunReasons } from "./run-reasons";

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
      <Reasons connection={connection} run={run} />
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

const Reasons = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const retry = useRetry(run);
  const again = () => retry.mutate({ runId: run.id });
  const count = run.refused + run.gaveUp;
  return (
    <>
      <RunReasons
        connection={connection}
        run={run}
        actions={
          count > 0 ? (
            <Button variant="secondary" icon={<RotateCw size={16} aria-hidden />} disabled={retry.isPending} onClick={again}>
              {t("fullSync.retry", { count })}
            </Button>
          ) : null
        }
      />
      {retry.isError ? <Failed title={t("fullSync.couldNot.retry")} error={retry.error} onRetry={again} /> : null}
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
