/** Paused, stopped, cancelled, or left by its page: what stands, and how to go on. */
import { Button, Text } from "@saleor/macaw-ui";
import { Play } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { ConnectionView, RunView } from "@/dashboard/api/views";
import type { Trouble } from "@/walk/trouble";
import { BusyButton } from "../parts/busy-button";
import { Callout } from "../parts/callout";
import { Pill, type Tone } from "../parts/pill";
import { Progress } from "../parts/progress";
import { Section } from "../parts/section";
import { useClockTime } from "../parts/when";
import { useInfo } from "../shell/info";
import { StartRow } from "./before-run";
import { CancelRun } from "./cancel-run";
import { RunCounts } from "./run-counts";
import { RunReasons } from "./run-reasons";
import { totalOf } from "./running-card";
import { useRunActs } from "./use-run-acts";
import { useStoppedProblem } from "./use-run-problem";

interface HaltedRunProps {
  connection: ConnectionView;
  run: RunView;
  trouble?: Trouble | null;
}

const TONES: Record<"paused" | "stopped" | "cancelled", Tone> = { paused: "neutral", stopped: "bad", cancelled: "neutral" };

export const HaltedRun = ({ connection, run, trouble }: HaltedRunProps) => {
  const t = useTranslations();
  const kind = run.state === "stopped" || run.state === "cancelled" ? run.state : "paused";
  const total = totalOf(run) ?? run.marked;
  return (
    <Section
      title={
        <span className="crm-row">
          {t("fullSync.title")} <Pill tone={TONES[kind]}>{t(`fullSync.halted.${kind}`, { done: run.done, total })}</Pill>
        </span>
      }
      end={<Acts connection={connection} run={run} />}
    >
      <Progress label={t("fullSync.title")} done={run.done} total={total} />
      <RunCounts run={run} />
      <Why connection={connection} run={run} trouble={trouble} />
      <RunReasons connection={connection} run={run} />
      {kind === "cancelled" ? <StartRow connection={connection} label={t("fullSync.startAgain")} variant="secondary" /> : null}
    </Section>
  );
};

const Why = ({ connection, run, trouble }: HaltedRunProps) => {
  const t = useTranslations();
  const clock = useClockTime();
  const problem = useStoppedProblem(connection);
  const total = totalOf(run) ?? run.marked;
  if (run.state === "stopped") {
    const code = run.problem ?? (trouble ? `${trouble.who}_${trouble.kind}` : null);
    return (
      <Callout tone="warning" title={code ? problem(run, code) : t("fullSync.stoppedTitle")} isNews>
        {t("fullSync.staysDone", { count: run.done })}
      </Callout>
    );
  }
  if (run.state === "running") {
    return <Callout tone="info" title={t("fullSync.wasPaused", { done: run.done, total, time: clock(run.startedAt) })} />;
  }
  return (
    <Text as="p" size={3}>
      {run.state === "cancelled" ? t("fullSync.cancelled", { done: run.done, total }) : t("fullSync.paused", { done: run.done, total })}
    </Text>
  );
};

const Acts = ({ connection, run }: { connection: ConnectionView; run: RunView }) => {
  const t = useTranslations();
  const { permissions } = useInfo();
  const { resume, toBackground, cancel } = useRunActs(connection);
  const [asks, setAsks] = useState(false);
  if (!permissions.manageApps || !permissions.manageUsers) return null;
  const confirmed = () => {
    setAsks(false);
    cancel.mutate(run);
  };
  const isCancelled = run.state === "cancelled";
  return (
    <div className="crm-row">
      {isCancelled ? null : (
        <BusyButton variant="tertiary" size="small" isBusy={toBackground.isPending} onClick={() => toBackground.mutate(run)}>
          {t("fullSync.background")}
        </BusyButton>
      )}
      {/* Where Pause stood: a second click there must not do something else. */}
      <BusyButton
        variant="primary"
        size="small"
        icon={<Play size={16} aria-hidden />}
        isBusy={resume.isPending}
        onClick={() => resume.mutate(run)}
      >
        {t("fullSync.resume")}
      </BusyButton>
      {isCancelled ? null : (
        <Button variant="secondary" size="small" disabled={cancel.isPending} onClick={() => setAsks(true)}>
          {t("fullSync.cancelOpen")}
        </Button>
      )}
      <CancelRun open={asks} run={run} onBack={() => setAsks(false)} onConfirm={confirmed} />
    </div>
  );
};
