/** One run: its numbers, why some were not sent, and those as a file. */
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, Download } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import { ReasonsTable } from "../full-sync/reasons-table";
import { useDownload } from "../full-sync/use-download";
import { BusyButton } from "../parts/busy-button";
import { Failed } from "../parts/failed";
import { Pill } from "../parts/pill";
import { Progress } from "../parts/progress";
import { Rows } from "../parts/rows";
import { Section } from "../parts/section";
import { useClockTime } from "../parts/when";
import { useTRPC } from "../shell/api";
import { useInfo } from "../shell/info";
import { AppLink } from "../shell/leave";
import { notSentBy, useRunFacts } from "./run-facts";
import { UndoRun } from "./undo-run";

export const OneRun = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const clock = useClockTime();
  const { tone, word } = useRunFacts().result(run);
  return (
    <>
      <p className="crm-flush">
        <AppLink href={`/c/${connection.id}/runs`}>
          <span className="crm-row">
            <ChevronLeft size={16} aria-hidden />
            {t("runs.back")}
          </span>
        </AppLink>
      </p>
      <Section
        title={
          <span className="crm-row">
            {t("runs.one", { date: clock(run.startedAt) })} <Pill tone={tone}>{word}</Pill>
          </span>
        }
      >
        {run.state === "running" ? <Progress label={t("fullSync.title")} done={run.done} total={run.total} /> : null}
        <Numbers run={run} />
      </Section>
      {notSentBy(run) + run.skipped > 0 ? <NotSent connection={connection} run={run} /> : null}
      <UndoRun connection={connection} run={run} />
    </>
  );
};

const Numbers = ({ run }: { run: RunView }) => {
  const t = useTranslations();
  const format = useFormatter();
  const facts = useRunFacts();
  const rate = facts.rate(run);
  const counts = (["created", "updated", "unchanged", "skipped", "refused", "gaveUp"] as const).map((name) => ({
    label: t(`runs.${name}`),
    value: format.number(run[name]),
  }));
  return (
    <Rows
      rows={[
        { label: t("runs.by"), value: facts.by(run) },
        { label: t("runs.walkedBy"), value: t(`runs.${run.driver}`) },
        { label: t("runs.customers"), value: format.number(run.done) },
        ...counts,
        { label: t("runs.took"), value: facts.took(run) },
        { label: t("runs.rate"), value: rate === null ? t("syncOne.empty") : format.number(rate) },
      ]}
    />
  );
};

const NotSent = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const may = permissions.manageApps && permissions.manageUsers;
  const reasons = useQuery(useTRPC().runs.reasons.queryOptions({ runId: run.id }, { enabled: may }));
  const download = useDownload(connection, run);
  if (!may) return null;
  if (reasons.isError) return <Failed title={t("failed.reasons")} error={reasons.error} onRetry={() => reasons.refetch()} />;
  if (!reasons.data?.length) return null;
  return (
    <Section
      title={t("runs.notSent")}
      end={
        <BusyButton
          variant="secondary"
          size="small"
          icon={<Download size={16} aria-hidden />}
          isBusy={download.isPending}
          onClick={() => download.mutate()}
        >
          {t("fullSync.csv")}
        </BusyButton>
      }
    >
      <ReasonsTable connection={connection} reasons={reasons.data} />
      {download.isError ? <Failed title={t("fullSync.couldNotDownload")} error={download.error} onRetry={() => download.mutate()} /> : null}
    </Section>
  );
};
